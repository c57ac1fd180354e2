"""The seams to what is kept of a run: its record, its effects, its approvals."""

from typing import Protocol

from shared.contracts.approvals import Approval
from shared.contracts.effects import Effect
from shared.contracts.evidence import ContextPack
from shared.contracts.paging import ListPlace
from shared.contracts.plan import OpenPlan, Plan
from shared.contracts.runs import (
    Feedback,
    IdempotencyClaim,
    Memory,
    RunOutcome,
    RunRecord,
    RunsWanted,
)


class Runs(Protocol):
    """Run records, their plan and evidence, claims and outcomes. Raises StoreError."""

    async def claim_key(self, claim: IdempotencyClaim) -> IdempotencyClaim:
        """Store the claim, or answer the one that was there first."""
        ...

    async def create(self, record: RunRecord) -> None:
        """Store a run; doing it again changes nothing."""
        ...

    async def get(self, tenant_id: str, run_id: str, *, anew: bool = False) -> RunRecord | None:
        """What this process knows of it, which may have been erased since; `anew`, what is
        stored."""
        ...

    async def listed(
        self, tenant_id: str, wanted: RunsWanted, behind: ListPlace | None, limit: int
    ) -> tuple[RunRecord, ...]:
        """The newest first."""
        ...

    async def of_conversation(self, tenant_id: str, conversation_id: str) -> tuple[str, ...]:
        """The ids of its runs, and of what claimed them."""
        ...

    async def erase(self, tenant_id: str, run_id: str) -> None:
        """Delete everything stored about a run, its record last; or a claim."""
        ...

    async def put_evidence(
        self, tenant_id: str, run_id: str, index: str, pack: ContextPack
    ) -> None: ...

    async def evidence(self, tenant_id: str, run_id: str, index: str) -> ContextPack | None: ...

    async def put_plan(self, tenant_id: str, run_id: str, plan: Plan) -> Plan:
        """Store the plan once; answers the stored one."""
        ...

    async def plan(self, tenant_id: str, run_id: str) -> Plan | None: ...

    async def put_opened(self, tenant_id: str, run_id: str, opened: OpenPlan) -> None:
        """What the conversation waited for when a queued run's turn came; stored once."""
        ...

    async def opened(self, tenant_id: str, run_id: str) -> OpenPlan | None: ...

    async def put_memory(self, tenant_id: str, run_id: str, memory: Memory) -> None:
        """What became of the event that Cerebro could not take when the run ended."""
        ...

    async def memory(self, tenant_id: str, run_id: str) -> Memory | None: ...

    async def put_feedback(self, feedback: Feedback) -> None:
        """What a person thinks of a run; the last word counts."""
        ...

    async def feedback(self, tenant_id: str, run_id: str, user_id: str) -> Feedback | None: ...

    async def end(self, outcome: RunOutcome) -> RunOutcome:
        """Store how the run ended, once; answers the stored outcome."""
        ...

    async def outcome(self, tenant_id: str, run_id: str) -> RunOutcome | None: ...


class Effects(Protocol):
    """The ledger's store. Raises StoreError."""

    async def reserve(self, effect: Effect) -> Effect:
        """Create the effect, or answer the one that is there."""
        ...

    async def advance(self, effect: Effect) -> Effect | None:
        """Replace the effect if nobody changed it since it was read; None when somebody did."""
        ...

    async def of_run(self, tenant_id: str, run_id: str, steps: int) -> tuple[Effect, ...]:
        """What is recorded of the run's first `steps` calls, in their order."""
        ...


class Approvals(Protocol):
    """What waits for a person's decision. Raises StoreError."""

    async def open(self, approval: Approval) -> Approval:
        """Store an approval once; answers the stored one."""
        ...

    async def get(self, tenant_id: str, run_id: str, approval_id: str) -> Approval | None: ...

    async def change(self, approval: Approval) -> Approval | None:
        """Replace it if nobody changed it since it was read; None when somebody did."""
        ...

    async def waiting(self, tenant_id: str, limit: int) -> tuple[Approval, ...]:
        """What is open in a tenant, the oldest first."""
        ...
