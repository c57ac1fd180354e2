"""Who speaks next in a discussion, as its coordinator sees it."""

from activities.asking import before, decided, model_of
from activities.listening import must_be_heard
from activities.scene import load_scene, messages_of, participants_section
from activities.steps import announced, log_writer
from activities.stopping import unless_stopped
from shared.contracts.agent_activities import ChooseRequest, Chosen
from shared.contracts.agent_steps import AgentStep
from shared.contracts.base import Contract
from shared.contracts.events import HandoffEvent, RunEvent
from shared.contracts.tools import JsonSchema
from shared.ports import Dependencies, ModelRequest

PROMPT = "choose"
END = "end"
MAX_TOKENS = 200


class Choice(Contract):
    """The coordinator's decision."""

    next: str
    hands_off: bool = False
    reason: str = ""


async def choose(request: ChooseRequest, deps: Dependencies) -> Chosen:
    """Raises ModelError, StoreError and DeadlineError; decides once, as `speak` does."""
    run = request.run
    step = await deps.agent_steps.get(run.tenant_id, run.run_id, request.number)
    asked = 0
    if step is None:
        async with before(request.until, deps):
            decision, asked = await _decided(request, deps)
        step = await deps.agent_steps.put(decision)
    writer = log_writer(request, f"choose-{request.number}", deps)
    events: list[RunEvent] = announced(request, deps)
    if step.chosen is not None:
        events.append(HandoffEvent.model_validate({"from": step.speaker, "to": step.chosen}))
    await writer.append("chosen", events)
    return Chosen(
        after=writer.after,
        usage=step.usage,
        model_calls=max(asked, 1),
        speaker=step.chosen,
        hands_off=step.hands_off,
    )


async def _decided(request: ChooseRequest, deps: Dependencies) -> tuple[AgentStep, int]:
    scene = await load_scene(
        request,
        request.speaker,
        request.language,
        deps,
        indexes=request.indexes,
        hears=request.hears,
    )
    await must_be_heard(scene.record, deps)
    more = [participants_section(request.among, scene)]
    asked = ModelRequest(
        messages=messages_of(scene, deps, prompt=PROMPT, more=more),
        schema=_schema(request),
        schema_name=PROMPT,
        max_tokens=MAX_TOKENS,
    )
    deciding = decided(model_of(scene, deps), asked, Choice, request.retries)
    made = await unless_stopped(deciding, request, deps)
    choice = made.decision
    step = AgentStep(
        run_id=request.run.run_id,
        tenant_id=request.run.tenant_id,
        number=request.number,
        kind="chooses",
        speaker=request.speaker,
        text=choice.reason,
        # Whoever is not among those who may speak is nobody.
        chosen=choice.next if choice.next in request.among else None,
        hands_off=choice.hands_off,
        usage=made.usage,
        model=made.model,
    )
    return step, made.asked


def _schema(request: ChooseRequest) -> JsonSchema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["next", "hands_off", "reason"],
        "properties": {
            "next": {"type": "string", "enum": [*request.among, END]},
            "hands_off": {"type": "boolean"},
            "reason": {"type": "string"},
        },
    }
