"""What the agents have done that a flow has called: each is a run of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import batched

from shared.contracts.agent_steps import AgentResult
from shared.contracts.plan import MAX_CALLS
from shared.contracts.runs import PartOf, RunRecord
from shared.ports import Dependencies

AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class AgentPart:
    """One of these runs, and what came of its tool calls. `under_way`: its call has not ended, or
    the flow was stopped in it."""

    record: RunRecord
    part_of: PartOf
    results: tuple[AgentResult, ...]
    under_way: bool

    @property
    def places(self) -> Sequence[int]:
        """Those in its ledger that may be taken."""
        if self.under_way:
            return range(MAX_CALLS)
        return [each.place for each in self.results if each.place is not None]


type RecordReader = Callable[[str, str], Awaitable[RunRecord | None]]
"""Of a tenant's run."""


async def agents_of(
    flow: RunRecord, deps: Dependencies, *, over: RecordReader | None = None
) -> tuple[AgentPart, ...]:
    """Those that may call tools, in the order in which they were called. `over` reads the record
    of one whose call has ended. Raises StoreError."""
    tenant_id = flow.tenant_id
    children = await deps.flow_runs.calls(tenant_id, flow.run_id, acting=True)
    if not children:
        return ()
    progress = await deps.flow_runs.progress(tenant_id, flow.run_id, anew=True)
    pending = progress.pending.values() if progress else ()
    under_way = {each.child for each in pending if each.child is not None}
    found: list[AgentPart] = []
    for some in batched(children, AT_ONCE, strict=False):
        parts = await asyncio.gather(
            *(_part(tenant_id, each, each in under_way, deps, over) for each in some)
        )
        found += (each for each in parts if each is not None)
    return tuple(sorted(found, key=lambda each: each.part_of.number))


async def _part(
    tenant_id: str, child: str, under_way: bool, deps: Dependencies, over: RecordReader | None
) -> AgentPart | None:
    """None for one whose record was not stored: it has not begun."""
    if over is not None and not under_way:
        # Behind its end, before which they were stored.
        record = await over(tenant_id, child)
        results = await deps.agent_steps.results(tenant_id, child)
    else:
        record, results = await asyncio.gather(
            deps.runs.get(tenant_id, child), deps.agent_steps.results(tenant_id, child)
        )
    if record is None or record.part_of is None:
        return None
    return AgentPart(record, record.part_of, results, under_way)
