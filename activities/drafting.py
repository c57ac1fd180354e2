"""The model's draft of a plan, repaired at most twice when it breaks the schema."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from activities.prompts import (
    Briefing,
    events_section,
    evidence_section,
    flows_section,
    open_question_section,
    records_section,
    tools_section,
)
from shared.contracts.conversations import History
from shared.contracts.evidence import ContextPack
from shared.contracts.plan import MAX_CALLS, OpenPlan, Reference
from shared.contracts.runs import Usage
from shared.contracts.tools import Pack
from shared.errors import ModelError
from shared.ports import Model, ModelMessage, ModelRequest
from shared.tools.plan_schema import SourceEntry, plan_schema
from shared.tools.references import refers

MAX_TOKENS = 2_500
MAX_REPAIRS = 2
MOST_PROBLEMS_TOLD = 5


class DraftCall(BaseModel):
    tool: str
    args: dict[str, Any]
    sources: tuple[SourceEntry, ...]


class Draft(BaseModel):
    """The model's proposal; snake_case, as the schema sent to the model has it."""

    flow_type: str
    calls: tuple[DraftCall, ...]


class Drafted(BaseModel):
    """`tries` counts the calls of the model."""

    draft: Draft
    usage: Usage
    tries: int


async def draft_plan(
    model: Model,
    briefing: Briefing,
    history: History,
    evidence: ContextPack,
    opened: OpenPlan | None,
) -> Drafted:
    """Raises ModelError when the answer is still wrong after two repairs."""
    pack = briefing.pack
    sections = [
        tools_section(list(pack.planned.values()), briefing.language),
        flows_section(list(pack.flows.values()), briefing.language),
        *open_question_section(opened),
        *records_section(history.entities),
        *events_section(evidence.events),
        evidence_section(evidence),
    ]
    messages = briefing.messages("plan", sections, history.turns)
    usage = Usage()
    for tried in range(1, MAX_REPAIRS + 2):
        completion = await model.complete(_request(messages, pack))
        usage += completion.usage
        try:
            draft = Draft.model_validate_json(completion.text)
            problems = list(_problems(draft, pack))
        except ValidationError as error:
            problems = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        else:
            if not problems:
                return Drafted(draft=draft, usage=usage, tries=tried)
        messages = (*messages, ModelMessage("assistant", completion.text), _repair(problems))
    raise ModelError("the model broke the schema of the plan")


def _request(messages: tuple[ModelMessage, ...], pack: Pack) -> ModelRequest:
    return ModelRequest(
        messages=messages,
        schema=plan_schema(pack.planned, list(pack.flows)),
        schema_name="plan",
        max_tokens=MAX_TOKENS,
    )


def _problems(draft: Draft, pack: Pack) -> Iterator[str]:
    """What the schema cannot say: known tools, not too many, references to earlier results."""
    if len(draft.calls) > MAX_CALLS:
        yield f"calls: at most {MAX_CALLS}"
    unknown = [place for place, call in enumerate(draft.calls) if call.tool not in pack.planned]
    yield from (f"calls.{place}.tool: not in <tools>" for place in unknown)
    if unknown:
        return
    contracts = [pack.tools[call.tool] for call in draft.calls]
    for place, call in enumerate(draft.calls):
        schemas = contracts[place].arguments["properties"]
        for name, value in call.args.items():
            reference = Reference.read(value)
            if reference is None or name not in schemas:
                continue
            if not refers(reference, schemas[name], contracts[:place]):
                yield f"calls.{place}.args.{name}: no earlier call has such a result"


def _repair(problems: Sequence[str]) -> ModelMessage:
    told = "; ".join(problems[:MOST_PROBLEMS_TOLD])
    return ModelMessage("user", f"This is not a valid plan of the schema ({told}). Answer again.")
