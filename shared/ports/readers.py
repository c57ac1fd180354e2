"""The seam to who reads a run's events, on whichever instance."""

from datetime import datetime
from typing import Protocol


class Readers(Protocol):
    """Kept for runs that end when nobody listens any more; of others nothing is. Raises
    StoreError."""

    async def stay(self, tenant_id: str, run_id: str, reader: str, until: datetime) -> None:
        """This one listens, until then if it is not heard of again."""
        ...

    async def leave(self, tenant_id: str, run_id: str, reader: str, now: datetime) -> bool:
        """This one, who has stayed, is gone; whether it was the last. Of several who leave at the
        same time, one is."""
        ...

    async def deserted(self, tenant_id: str, run_id: str, now: datetime) -> bool:
        """Whether somebody has listened, and nobody does."""
        ...
