"""What a run has done, and what people are asked of it: of a flow, also by its agents."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched

from api.approvals import may_decide
from api.edge import Call
from shared.calling.parts import AT_ONCE, AgentPart, agents_of
from shared.contracts.approvals import Approval, ApprovalView, approval_id, view_of
from shared.contracts.outcomes import outcomes_of, shown
from shared.contracts.plan import MAX_CALLS
from shared.contracts.runs import RunEffect, RunRecord, ToolOutcome
from shared.contracts.tools import ToolContract


@dataclass(frozen=True, slots=True)
class _Begun:
    """`places` in the run's ledger are those of calls that may have had to be approved."""

    record: RunRecord
    outcomes: tuple[ToolOutcome, ...]
    places: Sequence[int]
    part: AgentPart | None = None


@dataclass(frozen=True, slots=True)
class Doing:
    """Of one run: what came of its calls, and what had to be approved. `part`: it is an agent's."""

    record: RunRecord
    outcomes: tuple[ToolOutcome, ...]
    approvals: tuple[Approval, ...]
    part: AgentPart | None = None

    def effects(self, call: Call) -> Iterator[RunEffect]:
        """As whoever looks is shown them."""
        tools, web_url = _tools(call, self.record), call.deps.policy.erp_web_url
        part = self.part
        made = {"run_id": part.record.run_id, "node": part.part_of.node} if part else {}
        for each in self.outcomes:
            told = shown(each, tools.get(each.tool), call.language, web_url, self.record.tenant_id)
            yield told.model_copy(update=made)

    def views(self, call: Call) -> Iterator[ApprovalView]:
        tools = _tools(call, self.record)
        for each in self.approvals:
            contract = tools.get(each.tool)
            yield view_of(each, contract, call.language, may_decide=may_decide(call, each))


async def doings_of(call: Call, record: RunRecord) -> tuple[Doing, ...]:
    """In the order in which they were begun. Raises StoreError."""
    if record.flow is not None:
        return await _of_flow(call, record)
    outcomes, places = await _calls(call, record)
    return (Doing(record, outcomes, await _approvals(call, record, places)),)


async def doings_to_decide(call: Call, record: RunRecord) -> tuple[Doing, ...]:
    """Those of which the caller may decide something; nothing is read for who may decide nothing.
    Raises StoreError."""
    if not _decides(call, record):
        return ()
    found = await doings_of(call, record)
    return tuple(each for each in found if any(may_decide(call, one) for one in each.approvals))


def _decides(call: Call, record: RunRecord) -> bool:
    """Whether they have a right that an approval of this run may need."""
    packs = call.deps.packs
    known = record.pack_version if record.pack_version in packs.versions else packs.current
    needed = {each.approval.right for each in packs.get(known).tools.values()}
    return not needed.isdisjoint(call.caller.rights)


async def _of_flow(call: Call, record: RunRecord) -> tuple[Doing, ...]:
    """By the numbers of its calls."""
    deps, tenant_id, run_id = call.deps, record.tenant_id, record.run_id
    results, progress, agents = await asyncio.gather(
        deps.agent_steps.results(tenant_id, run_id),
        deps.flow_runs.progress(tenant_id, run_id, anew=True),
        agents_of(record, deps),
    )
    begun: dict[int, _Begun] = {}
    for number, pending in progress.pending.items() if progress else ():
        if pending.place is not None:
            begun[number] = _Begun(record, (), [pending.place])
    for each in results:
        places = [] if each.place is None else [each.place]
        begun[each.number] = _Begun(record, (each.outcome,), places)
    for part in agents:
        outcomes = tuple(each.outcome for each in part.results)
        begun[part.part_of.number] = _Begun(part.record, outcomes, part.places, part)
    doings: list[Doing] = []
    for some in batched(sorted(begun), AT_ONCE, strict=False):
        doings += await asyncio.gather(*(_doing(call, begun[number]) for number in some))
    return tuple(doings)


async def _doing(call: Call, begun: _Begun) -> Doing:
    asked = await _approvals(call, begun.record, begun.places)
    return Doing(begun.record, begun.outcomes, asked, begun.part)


def _tools(call: Call, record: RunRecord) -> Mapping[str, ToolContract]:
    """The contracts that the run began with; none when its pack was taken back since."""
    packs = call.deps.packs
    known = record.pack_version in packs.versions
    return packs.get(record.pack_version).tools if known else {}


async def _calls(call: Call, record: RunRecord) -> tuple[tuple[ToolOutcome, ...], Sequence[int]]:
    """What came of the run's tool calls, and the places in its ledger of those that may have had to
    be approved."""
    deps, tenant_id, run_id = call.deps, record.tenant_id, record.run_id
    if record.call is not None:
        results = await deps.agent_steps.results(tenant_id, run_id)
        return (
            tuple(result.outcome for result in results),
            range(MAX_CALLS if record.call.tools else 0),
        )
    plan = await deps.runs.plan(tenant_id, run_id)
    if plan is None:
        return (), ()
    tools = _tools(call, record)
    effects = await deps.effects.of_run(tenant_id, run_id, len(plan.calls))
    asked = [
        step
        for step, one in enumerate(plan.calls)
        if one.tool not in tools or tools[one.tool].approval.when != "never"
    ]
    return outcomes_of(effects, plan, tools, call.language), asked


async def _approvals(call: Call, record: RunRecord, places: Sequence[int]) -> tuple[Approval, ...]:
    found = await asyncio.gather(
        *(
            call.deps.approvals.get(record.tenant_id, record.run_id, approval_id(place))
            for place in places
        )
    )
    return tuple(one for one in found if one)
