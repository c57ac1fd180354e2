"""The seam to what is kept of a flow that runs."""

from typing import Protocol

from shared.contracts.flows.running import FlowOutcome
from shared.contracts.flows.runs import FlowProgress, PinnedFlow


class FlowRuns(Protocol):
    """The flow of a run, where it is, and what came of its actions. Raises StoreError."""

    async def pin(self, tenant_id: str, run_id: str, flow: PinnedFlow) -> None:
        """Store the flow of a run once, and that nothing of it has begun."""
        ...

    async def pinned(self, tenant_id: str, run_id: str) -> PinnedFlow | None: ...

    async def progress(
        self, tenant_id: str, run_id: str, *, anew: bool = False
    ) -> FlowProgress | None:
        """Where the run is, as this process knows it; `anew`, as it is stored."""
        ...

    async def advance(self, progress: FlowProgress) -> FlowProgress | None:
        """Replace it if nobody changed it since it was read; None when somebody did."""
        ...

    async def put_call(
        self, tenant_id: str, run_id: str, number: int, child: str, *, acts: bool = False
    ) -> None:
        """That an agent is called by run `child`, and whether it may call tools; doing it again
        changes nothing."""
        ...

    async def calls(self, tenant_id: str, run_id: str, *, acting: bool = False) -> tuple[str, ...]:
        """The runs of all agents that were called; `acting`: of those that may call tools."""
        ...

    async def put_outcome(
        self, tenant_id: str, run_id: str, number: int, outcome: FlowOutcome
    ) -> FlowOutcome:
        """Store what came of an action once; answers the stored outcome."""
        ...

    async def outcome(self, tenant_id: str, run_id: str, number: int) -> FlowOutcome | None: ...
