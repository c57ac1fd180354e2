"""What a critic makes of a text that another participant has said."""

from activities.asking import decided, model_of
from activities.moderating import judged
from activities.prompts import escaped
from activities.scene import Scene, messages_of
from activities.steps import announced, log_writer
from activities.stopping import unless_stopped
from shared.contracts.agent_activities import SpeakRequest, Spoke
from shared.contracts.agent_steps import AgentStep
from shared.contracts.base import Contract
from shared.contracts.events import AgentTurnEvent, RunEvent
from shared.contracts.tools import JsonSchema
from shared.ports import Dependencies, ModelRequest

SCHEMA_NAME = "review"
MAX_TOKENS = 400
SCHEMA: JsonSchema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["content", "remarks"],
    "properties": {"content": {"type": "boolean"}, "remarks": {"type": "string"}},
}


class Review(Contract):
    content: bool
    remarks: str = ""


async def review(
    request: SpeakRequest, stored: AgentStep | None, scene: Scene, deps: Dependencies
) -> Spoke:
    """The last that the critic hears is what it looks at. Raises ModelError, ContentBlockedError,
    ModerationError."""
    step, asked = stored, 0
    if step is None:
        made, asked = await _reviewed(request, scene, deps)
        step = await deps.agent_steps.put(made)
    writer = log_writer(request, f"speak-{request.number}", deps)
    events: list[RunEvent] = announced(request, deps)
    if step.text.strip():
        events.append(AgentTurnEvent(speaker=step.speaker, text=step.text))
    await writer.append("said", events)
    return Spoke(
        after=writer.after,
        usage=step.usage,
        model_calls=max(asked, 1),
        content=step.content,
        unjudged=step.unjudged,
        attempt=request.attempt,
    )


async def _reviewed(
    request: SpeakRequest, scene: Scene, deps: Dependencies
) -> tuple[AgentStep, int]:
    draft = scene.heard[-1]
    more = [f'<draft by="{draft.speaker}">{escaped(draft.text)}</draft>']
    asked = ModelRequest(
        messages=messages_of(scene, deps, more=more),
        schema=SCHEMA,
        schema_name=SCHEMA_NAME,
        max_tokens=MAX_TOKENS,
    )
    deciding = decided(model_of(scene, deps), asked, Review, request.retries)
    made = await unless_stopped(deciding, request, deps)
    known = await judged([made.decision.remarks], scene.call, request, deps)
    step = AgentStep(
        run_id=request.run.run_id,
        tenant_id=request.run.tenant_id,
        number=request.number,
        kind="reviews",
        speaker=request.speaker,
        text=made.decision.remarks,
        content=made.decision.content,
        unjudged=not known,
        usage=made.usage,
        model=made.model,
    )
    return step, made.asked
