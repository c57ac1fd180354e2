"""Flow planner: which tools with which arguments, or one question for what is missing."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from activities.drafting import draft_plan
from activities.listening import must_be_heard
from activities.prompts import Briefing
from activities.steps import announced, load_evidence, load_history, load_record, log_writer
from shared.contracts.activities import Planned, PlannedCall, PlanRequest
from shared.contracts.conversations import History, Mentioned
from shared.contracts.evidence import ContextPack, Snippet
from shared.contracts.identity import Language
from shared.contracts.plan import OpenPlan, Plan, ToolCall
from shared.contracts.runs import RunRecord
from shared.contracts.tools import Pack, must_be_approved
from shared.ports import Dependencies
from shared.tools.entities import Asker, look_up
from shared.tools.plan_schema import proposed
from shared.tools.planning import Proposal, Verifier, flow_type_of, lookups_for, offered_calls
from shared.tools.sources import Sources, Text


async def plan(request: PlanRequest, deps: Dependencies) -> Planned:
    """Raises ModelError, StoreError, and ErpError when a record that is named cannot be looked
    up."""
    run = request.run
    record, history, evidence = await asyncio.gather(
        load_record(request, deps),
        load_history(request, deps),
        load_evidence(request, request.indexes, deps),
    )
    await must_be_heard(record, deps)
    opened = record.open_plan if request.continues else None
    writer = log_writer(request, "plan", deps)
    pack = deps.packs.get(record.pack_version)
    briefing = Briefing(pack, record, request.language, record.received_at, history.summary)
    drafted, _ = await asyncio.gather(
        draft_plan(deps.model, briefing, history, evidence, opened),
        writer.append("announce", announced(request, deps)),
    )
    proposal = Proposal(
        flow_type=drafted.draft.flow_type,
        calls=[(call.tool, proposed(call.args, call.sources)) for call in drafted.draft.calls],
    )
    sources = sources_of(record, history, evidence)
    checked = await _checked(proposal, pack, record, sources, opened, request.language, deps)
    stored = await deps.runs.put_plan(run.tenant_id, run.run_id, checked)
    return Planned(
        after=writer.after,
        usage=drafted.usage,
        model_calls=drafted.tries,
        flow_type=stored.flow_type,
        calls=tuple(_planned(call, pack, record) for call in stored.calls),
        missing=len(stored.missing),
    )


def _planned(call: ToolCall, pack: Pack, record: RunRecord) -> PlannedCall:
    """Nobody is asked to approve what the tool will refuse for the lack of a right."""
    contract, caller = pack.tools[call.tool], record.caller
    waits = contract.right in caller.rights and must_be_approved(
        contract.approval, call.args, caller.roles
    )
    return PlannedCall(tool=call.tool, needs=call.needs, approval=waits)


async def _checked(
    proposal: Proposal,
    pack: Pack,
    record: RunRecord,
    sources: Sources,
    opened: OpenPlan | None,
    language: Language,
    deps: Dependencies,
) -> Plan:
    flow_type = flow_type_of(proposal, pack)
    calls = offered_calls(proposal, pack, opened)
    asker = Asker(record.caller, record.correlation_id, language)
    lookups = lookups_for(calls, pack, flow_type, sources)
    directory = await look_up(lookups, pack.tools, deps.tools, asker)
    return Verifier(pack, sources, directory, record.caller, language).plan(flow_type, calls)


def sources_of(record: RunRecord, history: History, evidence: ContextPack) -> Sources:
    """What the run's values may come from, the newest first; each with the person's day then."""
    zone = ZoneInfo(record.time_zone)

    def day(moment: datetime) -> date:
        return moment.astimezone(zone).date()

    today = day(record.received_at)
    before = list(reversed(history.turns))
    return Sources(
        texts=(
            Text(record.message, today),
            *(Text(each.message, day(turn.asked_at)) for turn in before for each in turn.said),
            *_records(history.entities, today),
            *(Text(turn.text, day(turn.asked_at), "erp") for turn in before),
            *(
                Text(
                    each.content,
                    today,
                    "cerebro",
                    each.document_id,
                    is_event=each.kind == "event",
                )
                for each in (*evidence.events, *evidence.snippets)
            ),
        ),
        today=today,
        session=_session(record),
        mentioned=history.spoken_of,
        nearby=_nearby(evidence.events),
    )


def _nearby(events: Sequence[Snippet]) -> tuple[Mentioned, ...]:
    """The records that the events are about, each once."""
    keys = dict.fromkeys(key for event in events for key in event.entities)
    named = (key.partition(":") for key in keys)
    return tuple(Mentioned(type=kind, id=identifier) for kind, _, identifier in named)


def _records(entities: Sequence[Mentioned], today: date) -> Iterator[Text]:
    """What tools returned earlier in the conversation: the ERP's own words."""
    for each in entities:
        yield Text(each.id, today, "erp", record=each.id, field="id")
        if each.name:
            yield Text(each.name, today, "erp", record=each.id, field=each.name_field)


def _session(record: RunRecord) -> Mapping[str, str]:
    """Who asks, and what the calling application says of the place where they do."""
    context = {
        f"context.{name}": str(value)
        for name, value in (record.context or {}).items()
        if isinstance(value, str | int | float)
    }
    return {"user.name": record.caller.name, "user.id": record.caller.user_id, **context}
