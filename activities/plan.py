"""Flow planner: which tools with which arguments, or one question for what is missing."""

import asyncio
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from activities.prompts import (
    Briefing,
    evidence_section,
    flows_section,
    open_question_section,
    tools_section,
)
from activities.steps import announced, load_evidence, load_record, load_turns, log_writer
from shared.contracts.activities import Planned, PlannedCall, PlanRequest
from shared.contracts.conversations import Turn
from shared.contracts.evidence import ContextPack
from shared.contracts.identity import Language
from shared.contracts.plan import MissingField, OpenPlan, Plan, ToolCall
from shared.contracts.runs import RunRecord, Usage
from shared.contracts.tools import Pack, must_be_approved
from shared.contracts.wording import say
from shared.errors import ModelError
from shared.ports import Completion, Dependencies, Model, ModelMessage, ModelRequest
from shared.tools.arguments import (
    Checked,
    Proposed,
    SourceEntry,
    Sources,
    check,
    label,
    plan_schema,
    proposed,
    required_of,
)

MAX_TOKENS = 1_500
MAX_REPAIRS = 2
OTHER = "Other"
"""What is none of the pack's flows. The flow type is shown to operators, so a model that is not
held to the schema must not put its own words there."""


class DraftCall(BaseModel):
    tool: str
    args: dict[str, Any]
    sources: tuple[SourceEntry, ...]


class Draft(BaseModel):
    """The model's proposal; snake_case, as the schema sent to the model has it."""

    flow_type: str
    calls: tuple[DraftCall, ...]


async def plan(request: PlanRequest, deps: Dependencies) -> Planned:
    run = request.run
    record, turns, evidence = await asyncio.gather(
        load_record(request, deps),
        load_turns(request, deps),
        load_evidence(request, request.indexes, deps),
    )
    opened = record.open_plan if request.continues else None
    writer = log_writer(request, "plan", deps)
    pack = deps.packs.get(record.pack_version)
    briefing = Briefing(pack, record, request.language, deps.now())
    (draft, usage), _ = await asyncio.gather(
        _ask(deps.model, briefing, turns, evidence, opened),
        writer.append("announce", announced(request)),
    )
    proposal = _checked(draft, pack, record, turns, evidence, opened, request.language)
    stored = await deps.runs.put_plan(run.tenant_id, run.run_id, proposal)
    return Planned(
        after=writer.after,
        usage=usage,
        flow_type=stored.flow_type,
        calls=tuple(_planned(call, pack, record) for call in stored.calls),
        missing=len(stored.missing),
    )


def _planned(call: ToolCall, pack: Pack, record: RunRecord) -> PlannedCall:
    contract, caller = pack.tools[call.tool], record.caller
    # Nobody is asked to approve what the caller may not do anyway.
    waits = contract.right in caller.rights and must_be_approved(
        contract.approval, call.args, caller.roles
    )
    return PlannedCall(tool=call.tool, needs=call.needs, approval=waits)


async def _ask(
    model: Model,
    briefing: Briefing,
    turns: Sequence[Turn],
    evidence: ContextPack,
    opened: OpenPlan | None,
) -> tuple[Draft, Usage]:
    """Raises ModelError when the answer breaks the schema after two repairs."""
    pack = briefing.pack
    sections = [
        tools_section(list(pack.tools.values()), briefing.language),
        flows_section(list(pack.flows.values()), briefing.language),
        *open_question_section(opened),
        evidence_section(evidence),
    ]
    messages = briefing.messages("plan", sections, turns)
    usage = Usage()
    for _ in range(MAX_REPAIRS + 1):
        completion = await model.complete(_request(messages, pack))
        usage += completion.usage
        try:
            draft = Draft.model_validate_json(completion.text)
        except ValidationError as error:
            messages = (*messages, *_repair(completion, error))
            continue
        if all(call.tool in pack.tools for call in draft.calls):
            return draft, usage
        messages = (*messages, ModelMessage("assistant", completion.text), UNKNOWN_TOOL)
    raise ModelError("the model broke the schema of the plan")


UNKNOWN_TOOL = ModelMessage("user", "A tool of this plan is not in <tools>. Answer again.")


def _request(messages: tuple[ModelMessage, ...], pack: Pack) -> ModelRequest:
    return ModelRequest(
        messages=messages,
        schema=plan_schema(pack.tools, list(pack.flows)),
        schema_name="plan",
        max_tokens=MAX_TOKENS,
    )


def _repair(completion: Completion, error: ValidationError) -> tuple[ModelMessage, ModelMessage]:
    problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:5])
    return (
        ModelMessage("assistant", completion.text),
        ModelMessage("user", f"This is not valid JSON of the schema ({problems}). Answer again."),
    )


def _checked(
    draft: Draft,
    pack: Pack,
    record: RunRecord,
    turns: Sequence[Turn],
    evidence: ContextPack,
    opened: OpenPlan | None,
    language: Language,
) -> Plan:
    flow = pack.flows.get(draft.flow_type)
    flow_type = draft.flow_type if flow else OTHER
    sources = Sources(
        said="\n".join([*(turn.message for turn in turns), record.message]),
        documents="\n".join(snippet.content for snippet in evidence.snippets),
        session=(record.caller.name, record.caller.user_id),
    )
    checked = [
        check(
            pack.tools[call.tool],
            required_of(flow, call.tool),
            _with_open(call, opened, position),
            sources,
            language,
        )
        for position, call in enumerate(draft.calls)
    ]
    missing = tuple(field for each in checked for field in each.missing)
    return Plan(
        flow_type=flow_type,
        calls=tuple(each.call for each in checked),
        missing=missing,
        question=_question(pack, flow_type, checked, missing, language) if missing else None,
    )


def _with_open(call: DraftCall, opened: OpenPlan | None, position: int) -> dict[str, Proposed]:
    """What an open plan had already checked stays, unless the person now says otherwise."""
    offers = proposed(call.args, call.sources)
    earlier = _earlier(call, opened, position)
    if earlier is None:
        return offers
    kept = {
        field: Proposed(value=value, source=origin.source, quote=origin.quote)
        for field, value in earlier.args.items()
        if (origin := earlier.provenance.get(field)) and origin.source != "default"
    }
    # A value that is only repeated keeps the source it was checked with.
    said = {
        field: offer
        for field, offer in offers.items()
        if offer.value is not None and not (field in kept and offer.value == kept[field].value)
    }
    return kept | said


def _earlier(call: DraftCall, opened: OpenPlan | None, position: int) -> ToolCall | None:
    if opened is None or position >= len(opened.plan.calls):
        return None
    earlier = opened.plan.calls[position]
    return earlier if earlier.tool == call.tool else None


def _question(
    pack: Pack,
    flow_type: str,
    checked: Sequence[Checked],
    missing: Sequence[MissingField],
    language: Language,
) -> str:
    flow = pack.flows.get(flow_type)
    named = flow.object[language] if flow else checked[0].call.tool
    labels = list(dict.fromkeys(_asked(pack, field, language) for field in missing))
    *first, last = labels
    fields = say("and", language).join([", ".join(first), last]) if first else last
    return say("ask_many" if first else "ask_one", language, object=named, fields=fields)


def _asked(pack: Pack, field: MissingField, language: Language) -> str:
    name = label(pack.tools[field.tool], field.field, language)
    choices = ", ".join(choice.label for choice in field.choices)
    return f"{name} ({choices})" if choices else name
