"""One model step of an agent."""

from datetime import UTC, datetime

from activities.speak import speak
from shared.contracts.activities import RunRef
from shared.contracts.agent_activities import SpeakRequest
from shared.contracts.agents import AgentCall
from shared.streams.showing import shown_text
from tests.fakes.calls import begin_call
from tests.fakes.world import World

UNTIL = datetime(2026, 11, 22, 10, 5, tzinfo=UTC)


def asked(run: RunRef, number: int = 1, **changes: object) -> SpeakRequest:
    fields: dict[str, object] = {
        "run": run,
        "announce": ("STREAMING_RESPONSE",),
        "number": number,
        "speaker": "Coordinator",
        "language": "es",
        "until": UNTIL,
    }
    return SpeakRequest.model_validate(fields | changes)


async def test_an_answer_is_streamed_and_its_step_is_stored() -> None:
    world = World()
    run = await begin_call(world, "Hola", AgentCall(session_id="s1", profile="normal"))
    spoke = await speak(asked(run, answers=True), world.deps())
    assert shown_text(await world.log.all(run.run_id)) == "Hola, Ana."
    step = await world.agent_steps.get(run.tenant_id, run.run_id, 1)
    assert step is not None
    assert (step.text, step.shown, step.speaker) == ("Hola, Ana.", True, "Coordinator")
    assert spoke.usage == step.usage
    assert (spoke.model_calls, spoke.calls) == (1, ())
