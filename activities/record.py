"""Event logger and Cerebro updater: what was done, for the audit and for later answers."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from activities.flow_agents import all_agents_of
from activities.steps import load_outcomes, load_plan, load_record, load_results
from shared.calling.parts import agents_of
from shared.contracts.activities import Recorded, RecordRequest
from shared.contracts.approvals import approval_id
from shared.contracts.audit import (
    Actor,
    AuditEvent,
    Decision,
    Entity,
    called_of,
    concerning,
    done_event_id,
)
from shared.contracts.erp import timeline_event
from shared.contracts.evidence import KnowledgeDocument
from shared.contracts.outcomes import outcome_of, outcomes_of
from shared.contracts.plan import MAX_CALLS, Provenance, ToolCall
from shared.contracts.remembered import LANGUAGE, facts_of, named, readers_of
from shared.contracts.runs import Memory, RunRecord, ToolOutcome
from shared.contracts.tools import Pack
from shared.contracts.wording import say
from shared.errors import ModelError, SearchError
from shared.ports import Dependencies, Policy
from shared.search.embedding import embedded_text
from shared.streams.fitting import fitting_results


@dataclass(frozen=True, slots=True)
class Happened:
    """What a run did. `asked` says of each call that may have had to be approved where in the
    ledger it is. `agents`: what those changed that it has called, of a flow."""

    started: RunRecord
    pack: Pack
    outcomes: tuple[ToolOutcome, ...]
    asked: tuple[int, ...] = ()
    provenance: dict[str, dict[str, Provenance]] = field(default_factory=dict)
    agents: tuple["Happened", ...] = ()

    @property
    def all(self) -> tuple["Happened", ...]:
        return (self, *self.agents)


async def record(request: RecordRequest, deps: Dependencies) -> Recorded:
    """Raises StoreError: without its audit event a run is not done. Cerebro may come later."""
    happened = await _happened(request, deps)
    outcomes, pack = happened.outcomes, happened.pack
    decided = await asyncio.gather(*(_decisions(each, deps) for each in happened.all))
    event = _event(request, happened, deps).model_copy(
        update={"approvals": tuple(one for some in decided for one in some)}
    )
    found = (_subject(each, one.pack) for one in happened.all for each in one.outcomes)
    concerned = {entity for entity in found if entity is not None}
    links = (
        deps.entities.link(event.tenant_id, entity, event.conversation_id) for entity in concerned
    )
    await asyncio.gather(deps.audit.record(event), *links)
    # Not at once with it: the answer is being written beside this, and somebody waits for that.
    memory = await _remember(event, outcomes, pack, deps)
    caught_up = (_catch_up(entity, happened.started, deps) for entity in event.entities)
    await asyncio.gather(*caught_up)
    return Recorded(after=request.after, memory=memory)


async def remember(request: RecordRequest, deps: Dependencies) -> Recorded:
    """Once more what Cerebro could not take when the run ended; nothing of what was erased. Raises
    StoreError."""
    run = request.run
    there = await deps.conversations.get(run.tenant_id, run.conversation_id)
    if there is None or there.erasing is not None:
        return Recorded(after=request.after, memory="none")
    happened = await _happened(request, deps)
    event = _event(request, happened, deps)
    memory = await _remember(event, happened.outcomes, happened.pack, deps)
    if memory != "pending":
        await deps.runs.put_memory(event.tenant_id, happened.started.run_id, memory)
    return Recorded(after=request.after, memory=memory)


async def _happened(request: RecordRequest, deps: Dependencies) -> Happened:
    started = await load_record(request, deps)
    pack = deps.packs.get(started.pack_version)
    if started.call is not None or started.flow is not None:
        return await _of_agents(request, started, pack, deps)
    plan, outcomes = await asyncio.gather(load_plan(request, deps), _outcomes(request, deps))
    return Happened(
        started,
        pack,
        outcomes,
        tuple(
            step
            for step, call in enumerate(plan.calls)
            if pack.tools[call.tool].approval.when != "never"
        ),
        {f"c{step}": call.provenance for step, call in enumerate(plan.calls)},
    )


async def _of_agents(
    request: RecordRequest, started: RunRecord, pack: Pack, deps: Dependencies
) -> Happened:
    results = await load_results(request, request.used, deps)
    outcomes = tuple(each.outcome for each in results)
    places = tuple(each.place for each in results if each.place is not None)
    agents = await _agents(request, started, deps)
    if not request.broken_off:
        return Happened(started, pack, outcomes, places, agents=agents)
    most = await _most_effects(started, deps)
    begun = await _lost(request, started, pack, (most, places), deps)
    return Happened(started, pack, (*outcomes, *begun), tuple(range(most)), agents=agents)


async def _agents(
    request: RecordRequest, started: RunRecord, deps: Dependencies
) -> tuple[Happened, ...]:
    """What they looked up is told with their own runs only."""
    if started.flow is None:
        return ()
    found: list[Happened] = []
    look_for = agents_of if request.broken_off else all_agents_of
    for part in await look_for(started, deps):
        pack = deps.packs.get(part.record.pack_version)
        changing = {each.place: each.outcome for each in part.results if each.place is not None}
        places = (MAX_CALLS if part.under_way else 0, tuple(changing))
        begun = await _lost(request, part.record, pack, places, deps)
        outcomes = (*changing.values(), *begun)
        found.append(Happened(part.record, pack, outcomes, tuple(part.places)))
    return tuple(found)


async def _lost(
    request: RecordRequest,
    started: RunRecord,
    pack: Pack,
    places: tuple[int, Sequence[int]],
    deps: Dependencies,
) -> list[ToolOutcome]:
    """What was begun, and then the step failed before it could keep what came of it. `places`: how
    many there may be in the ledger, and those of which that was kept."""
    most, known = places
    effects = await deps.effects.of_run(started.tenant_id, started.run_id, most)
    return [
        outcome_of(
            each, ToolCall(tool=each.tool, args=each.args), pack.tools[each.tool], request.language
        )
        for each in effects
        if each.tool and each.step not in known
    ]


async def _most_effects(started: RunRecord, deps: Dependencies) -> int:
    """Places of its ledger that may be taken."""
    if started.flow is None:
        return MAX_CALLS
    progress = await deps.flow_runs.progress(started.tenant_id, started.run_id, anew=True)
    return progress.effects if progress else 0


async def _outcomes(request: RecordRequest, deps: Dependencies) -> tuple[ToolOutcome, ...]:
    """Of all calls; when the run broke off, of those that came to something."""
    if not request.broken_off:
        return await load_outcomes(request, request.steps, request.language, deps)
    run = request.run
    effects, record, plan = await asyncio.gather(
        deps.effects.of_run(run.tenant_id, run.run_id, request.steps),
        load_record(request, deps),
        load_plan(request, deps),
    )
    return outcomes_of(effects, plan, deps.packs.get(record.pack_version).tools, request.language)


def _event(request: RecordRequest, happened: Happened, deps: Dependencies) -> AuditEvent:
    started, call = happened.started, happened.started.call
    outcomes = tuple(each for one in happened.all for each in one.outcomes)
    entities = (_entity(each, one.pack) for one in happened.all for each in one.outcomes)
    return AuditEvent(
        event_id=done_event_id(started.run_id, of_call=call is not None),
        tenant_id=started.tenant_id,
        conversation_id=started.conversation_id,
        run_id=started.run_id,
        actor=Actor(user_id=started.caller.user_id, roles=started.caller.roles),
        at=deps.now(),
        kind="agent.called" if call else "flow.executed",
        flow_type=None if call else _flow_type(request, started),
        tools=tuple(outcome.tool for outcome in outcomes),
        results=outcomes if started.flow is None else fitting_results(outcomes),
        entities=tuple(entity for entity in entities if entity is not None),
        provenance=happened.provenance,
        call=called_of(call) if call else None,
        credential_profile=call.credential_profile if call else None,
        details=_flow_told(started),
        pack_version=started.pack_version,
        model=(call.model.name if call else None) or deps.policy.model or None,
        usage=request.usage,
        correlation_id=started.correlation_id,
    )


def _flow_type(request: RecordRequest, started: RunRecord) -> str:
    return request.flow_type if started.flow is None else "BRI-FLOW"


def _flow_told(started: RunRecord) -> dict[str, str]:
    """Which stored flow it was, in which version."""
    flow = started.flow
    told = {"flowId": flow.flow_id, "version": flow.version} if flow else {}
    return {name: str(value) for name, value in told.items() if value is not None}


async def _decisions(happened: Happened, deps: Dependencies) -> tuple[Decision, ...]:
    """What people decided on the calls that may have to be approved."""
    started = happened.started
    found = await asyncio.gather(
        *(
            deps.approvals.get(started.tenant_id, started.run_id, approval_id(step))
            for step in happened.asked
        )
    )
    return tuple(
        Decision(
            approval_id=each.approval_id,
            tool=each.tool,
            state=each.state,
            decided_by=each.decided_by,
            decided_at=each.decided_at,
            comment=each.comment,
        )
        for each in found
        if each is not None and each.decided_by is not None and each.decided_at is not None
    )


def _entity(outcome: ToolOutcome, pack: Pack) -> Entity | None:
    """The ERP record that an effect made."""
    return _subject(outcome, pack) if outcome.effect_id is not None else None


def _subject(outcome: ToolOutcome, pack: Pack) -> Entity | None:
    """The one ERP record that a call made, changed or found; a longer list is about none."""
    if not _asks_erp(outcome, pack):
        return None
    result = outcome.result or {}
    items = result.get("items")
    only = items[0] if isinstance(items, list) and len(items) == 1 else result
    identifier = only.get("id") if isinstance(only, dict) else None
    if identifier is None:
        return None
    return Entity(type=pack.tools[outcome.tool].entity_type, id=str(identifier))


def _asks_erp(outcome: ToolOutcome, pack: Pack) -> bool:
    """What comes from elsewhere is not the ERP's, and who may read it is not for us to say."""
    contract = pack.tools.get(outcome.tool)
    return contract is not None and contract.kind == "rest"


async def _catch_up(entity: Entity, started: RunRecord, deps: Dependencies) -> None:
    """The ERP may have told of the entity before it was linked; whoever comes second adds it."""
    tenant_id = started.tenant_id
    conversation = (tenant_id, started.conversation_id)
    for seen in await deps.entities.events(tenant_id, entity, after=started.run_id):
        event = timeline_event(seen, started.conversation_id)
        await deps.audit.record(event)
        await deps.audit.seal(*conversation, [event.event_id], deps.now())


async def _remember(
    event: AuditEvent, outcomes: tuple[ToolOutcome, ...], pack: Pack, deps: Dependencies
) -> Memory:
    """Put what was done in the ERP into Cerebro, for the tenant's later questions."""
    done = (o for o in outcomes if o.status == "ok" and o.effect_id is not None)
    made = [each for each in done if _asks_erp(each, pack)]
    if not made:
        return "none"
    document = _document(event, made, pack, deps.policy)
    try:
        vector = (await deps.model.embed([embedded_text(document.title, document.content)]))[0]
        await deps.knowledge.upsert(deps.policy.indexes[0], [(document, vector)])
    except (ModelError, SearchError):
        return "pending"
    return "stored"


def _keys(event: AuditEvent, made: Sequence[ToolOutcome]) -> tuple[str, ...]:
    """What the event is about: the records made, and those that they refer to."""
    records = {str((outcome.result or {}).get("id")): outcome.result or {} for outcome in made}
    keys = (concerning(entity, records.get(entity.id, {})) for entity in event.entities)
    return tuple(dict.fromkeys(key for some in keys for key in some))


def _document(
    event: AuditEvent, made: list[ToolOutcome], pack: Pack, policy: Policy
) -> KnowledgeDocument:
    about = [(entity, _fields(o)) for o in made if (entity := _subject(o, pack)) is not None]
    facts = [
        f"{what}: {'; '.join(facts_of(entity.type, record, pack))}"
        for entity, record in about
        for what in (named(entity, record, LANGUAGE),)
    ]
    names = ", ".join(named(entity, record, LANGUAGE) for entity, record in about)
    tools = ", ".join(outcome.tool for outcome in made)
    return KnowledgeDocument(
        id=event.event_id,
        title=say("remembered", LANGUAGE, what=names or tools),
        content="\n".join(facts) or tools,
        source="EIRA",
        category="event",
        scope="tenant",
        kind="event",
        version=pack.version,
        tenant_id=event.tenant_id,
        allowed_roles=readers_of((entity.type for entity, _ in about), pack, policy.role_rights),
        updated_at=event.at,
        confidence=1.0,
        entities=_keys(event, made),
        conversation_id=event.conversation_id,
    )


def _fields(outcome: ToolOutcome) -> Mapping[str, object]:
    return {**outcome.args, **(outcome.result or {})}
