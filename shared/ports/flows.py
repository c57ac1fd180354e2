"""The seam to flows that are kept, with their versions."""

from typing import Protocol

from shared.contracts.flows.stored import FlowHead, StoredFlow
from shared.contracts.flows.versions import FlowVersion
from shared.contracts.paging import ListPlace


class Flows(Protocol):
    """Raises StoreError; what does not exist, or was deleted, is None.

    Versions are numbered from 1 without gaps. That a number is taken decides who was first.
    """

    async def create(self, first: StoredFlow) -> bool:
        """False where there is such a flow already, or was."""
        ...

    async def head(self, tenant_id: str, flow_id: str) -> FlowHead | None: ...

    async def read(
        self, tenant_id: str, flow_id: str, version: int | None = None
    ) -> StoredFlow | None:
        """The newest version, or that one."""
        ...

    async def add(self, following: StoredFlow) -> StoredFlow | None:
        """Store the version behind that which exists, and answer what is stored under its number:
        somebody else's where they were faster. None where there is no version before it."""
        ...

    async def of_tenant(
        self, tenant_id: str, behind: ListPlace | None, limit: int, words: str | None = None
    ) -> tuple[FlowHead, ...]:
        """Those saved last first; with `words`, those whose name has them (without case and
        accents)."""
        ...

    async def versions(
        self, tenant_id: str, flow_id: str, limit: int, before: int | None = None
    ) -> tuple[FlowVersion, ...]:
        """The newest first; of those before a version, if it is named."""
        ...

    async def delete(self, tenant_id: str, flow_id: str) -> bool:
        """Delete all its versions; nobody adds one any more. False where no flow ever was."""
        ...
