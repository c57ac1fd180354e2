"""Triage: which way a message goes. It never runs a tool."""

from pydantic import ValidationError

from activities.prompts import Briefing, open_question_section
from shared.contracts.conversations import Turn
from shared.contracts.plan import OpenPlan, Triage
from shared.contracts.runs import Usage
from shared.errors import ModelError
from shared.ports import Model, ModelRequest

SCHEMA = {
    "type": "object",
    "properties": {
        "route": {
            "type": "string",
            "enum": ["SMALL_TALK", "NEED_MORE_CONTEXT", "FLOW_EXECUTION", "UNKNOWN"],
        },
        "reason": {"type": "string"},
        "confidence": {"type": "number"},
        "continues_open_question": {"type": "boolean"},
        "drops_open_question": {"type": "boolean"},
    },
    "required": [
        "route",
        "reason",
        "confidence",
        "continues_open_question",
        "drops_open_question",
    ],
    "additionalProperties": False,
}
MAX_TOKENS = 200


async def triage(
    model: Model, briefing: Briefing, turns: tuple[Turn, ...], opened: OpenPlan | None
) -> tuple[Triage, Usage]:
    """Raises ModelError, also when the model's answer breaks the schema."""
    request = ModelRequest(
        messages=briefing.messages("triage", open_question_section(opened), turns),
        schema=SCHEMA,
        schema_name="triage",
        max_tokens=MAX_TOKENS,
    )
    completion = await model.complete(request)
    try:
        decision = Triage.model_validate_json(completion.text)
    except ValidationError as error:
        raise ModelError("the model broke the schema of triage") from error
    return decision, completion.usage
