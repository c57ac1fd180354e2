"""What a run leaves behind that failed or was stopped: its effects stay, so they are told."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from activities.entities import effects_of, entities_of
from activities.plain_answers import told_outcomes
from shared.calling.parts import AgentPart, agents_of
from shared.contracts.effects import Effect
from shared.contracts.identity import Language
from shared.contracts.masking import masked
from shared.contracts.outcomes import outcome_of
from shared.contracts.plan import MAX_CALLS, ToolCall
from shared.contracts.runs import RunRecord, ToolOutcome
from shared.contracts.tools import Pack
from shared.contracts.wording import WORDING, say
from shared.flows.findings import detail_of
from shared.ports import Dependencies
from shared.streams.ending import NOTHING, LeftBehind

ACTED = frozenset({"sent", "done", "unknown"})
"""States of effects that were made, or of which nobody knows that they were not."""


async def left_behind(record: RunRecord, language: Language, deps: Dependencies) -> LeftBehind:
    """As the ledgers have it, of a flow also those of its agents; NOTHING if its tools have changed
    nothing. Raises StoreError."""
    why, own, agents = await asyncio.gather(
        why_failed(record, language, deps), _own(record, language, deps), _agents(record, deps)
    )
    theirs = await asyncio.gather(*(_of_agent(each, language, deps) for each in agents))
    left = [each for each in (own, *theirs) if each is not NOTHING]
    if not left:
        return LeftBehind(why=why) if why else NOTHING
    return LeftBehind(
        why=why,
        told="\n".join(each.told for each in left if each.told),
        entities=tuple(dict.fromkeys(one for each in left for one in each.entities)),
        effects=tuple(one for each in left for one in each.effects),
        acted=any(each.acted for each in left),
    )


async def _agents(record: RunRecord, deps: Dependencies) -> tuple[AgentPart, ...]:
    return () if record.flow is None else await agents_of(record, deps)


async def _of_agent(part: AgentPart, language: Language, deps: Dependencies) -> LeftBehind:
    """By ids that no other of the flow's effects has."""
    left, number = await _own(part.record, language, deps), part.part_of.number
    effects = (
        each.model_copy(update={"call_id": f"{number}:{each.call_id}"}) for each in left.effects
    )
    return replace(left, effects=tuple(effects)) if left.effects else left


async def _own(record: RunRecord, language: Language, deps: Dependencies) -> LeftBehind:
    calls = await _calls(record, deps)
    if not calls:
        return NOTHING
    effects = await deps.effects.of_run(record.tenant_id, record.run_id, max(calls) + 1)
    if record.pack_version not in deps.packs.versions:
        # Without their contracts the effects have no words.
        return LeftBehind(acted=any(effect.state in ACTED for effect in effects))
    pack = deps.packs.get(record.pack_version)
    outcomes = tuple(_outcomes(calls, effects, pack, language))
    if all(each.status not in ("ok", "unknown") for each in outcomes):
        return NOTHING
    return LeftBehind(
        told=told_outcomes(outcomes, pack, language),
        entities=entities_of(outcomes, pack.tools),
        effects=effects_of(outcomes, pack.tools),
        acted=True,
    )


async def _calls(record: RunRecord, deps: Dependencies) -> Mapping[int, ToolCall]:
    """By their places in the ledger: those of a plan, or what agents have begun."""
    if record.flow is not None:
        return await _of_flow(record, deps)
    if record.call is None:
        plan = await deps.runs.plan(record.tenant_id, record.run_id)
        return dict(enumerate(plan.calls)) if plan else {}
    effects = await deps.effects.of_run(record.tenant_id, record.run_id, MAX_CALLS)
    # What a stop has forbidden before it was begun was decided by nobody, wherever it stands.
    return {each.step: ToolCall(tool=each.tool, args=each.args) for each in effects if each.tool}


async def _of_flow(record: RunRecord, deps: Dependencies) -> Mapping[int, ToolCall]:
    """What its own calls have begun."""
    progress = await deps.flow_runs.progress(record.tenant_id, record.run_id, anew=True)
    places = progress.effects if progress else 0
    effects = await deps.effects.of_run(record.tenant_id, record.run_id, places)
    return {each.step: ToolCall(tool=each.tool, args=each.args) for each in effects if each.tool}


async def why_failed(record: RunRecord, language: Language, deps: Dependencies) -> str:
    """Which node of a flow failed, and why; nothing of other runs. Raises StoreError."""
    if record.flow is None:
        return ""
    progress = await deps.flow_runs.progress(record.tenant_id, record.run_id, anew=True)
    failure = progress.state.failure if progress and progress.state else None
    if failure is None:
        return ""
    key = f"flow_{failure.code}"
    detail = detail_of(failure, language)
    why = say(key, language, detail=detail) if key in WORDING else detail or failure.code
    return say("flow_node_failed", language, node=failure.node, why=why)


def _outcomes(
    calls: Mapping[int, ToolCall], effects: Sequence[Effect], pack: Pack, language: Language
) -> Iterator[ToolOutcome]:
    """Of the calls that were to change something, also of those that were not come to."""
    begun = {effect.step: effect for effect in effects}
    for step, call in calls.items():
        contract = pack.tools[call.tool]
        if contract.effect and step in begun:
            yield outcome_of(begun[step], call, contract, language)
        elif contract.effect:
            yield ToolOutcome(
                call_id=f"c{step}",
                tool=call.tool,
                status="skipped",
                args=masked(call.args, contract),
            )
