"""Who speaks next, and what critics say: decided once, whatever happens."""

from datetime import UTC, datetime

import pytest

from activities.choose import choose
from activities.speak import speak
from shared.contracts.activities import RunRef
from shared.contracts.agent_activities import ChooseRequest, SpeakRequest
from shared.contracts.agent_steps import AgentStep
from shared.contracts.agents import AgentCall
from shared.contracts.events import HandoffEvent
from shared.errors import ModelError
from tests.fakes.calls import begin_call
from tests.fakes.services import FakeModel
from tests.fakes.world import World

UNTIL = datetime(2026, 11, 22, 10, 5, tzinfo=UTC)
CALL = AgentCall(session_id="s1", profile="coordinator", mode="group_chat")
AMONG = ("RetrievalAgent", "DomainExpert")


async def begun(*answers: object, schema: str = "choose") -> tuple[World, RunRef]:
    world = World(agents=FakeModel(answers={schema: list(answers)}))
    return world, await begin_call(world, "¿Qué hace falta?", CALL)


def asked(run: RunRef, **changes: object) -> ChooseRequest:
    fields: dict[str, object] = {
        "run": run, "number": 1, "speaker": "Coordinator", "language": "es",
        "among": AMONG, "until": UNTIL,
    }  # fmt: skip
    return ChooseRequest.model_validate(fields | changes)


async def handoffs(world: World, run: RunRef) -> list[HandoffEvent]:
    items = await world.log.all(run.run_id)
    return [event for item in items for event in item.events if isinstance(event, HandoffEvent)]


async def test_whom_the_coordinator_names_is_handed_on_to() -> None:
    world, run = await begun({"next": "DomainExpert", "reason": "conoce la norma"})
    chosen = await choose(asked(run), world.deps())
    assert (chosen.speaker, chosen.model_calls) == ("DomainExpert", 1)
    assert [(each.from_, each.to) for each in await handoffs(world, run)] == [
        ("Coordinator", "DomainExpert")
    ]
    assert "norma" not in chosen.model_dump_json()


@pytest.mark.parametrize("named", ["end", "Coordinator", "Nobody"])
async def test_end_or_somebody_who_may_not_speak_is_nobody(named: str) -> None:
    world, run = await begun({"next": named, "reason": ""})
    assert (await choose(asked(run), world.deps())).speaker is None
    assert await handoffs(world, run) == []


async def test_whom_it_hands_off_to_answers() -> None:
    world, run = await begun({"next": AMONG[0], "hands_off": True, "reason": ""})
    chosen = await choose(asked(run), world.deps())
    assert (chosen.speaker, chosen.hands_off) == (AMONG[0], True)


async def test_a_second_execution_does_not_choose_anew() -> None:
    world, run = await begun({"next": AMONG[0]}, {"next": AMONG[1]})
    first = await choose(asked(run), world.deps())
    second = await choose(asked(run), world.deps())
    assert first.speaker == second.speaker == AMONG[0]
    assert len(await handoffs(world, run)) == 1


async def test_nonsense_is_asked_for_again_as_often_as_the_call_allows() -> None:
    world, run = await begun("no sé", {"next": AMONG[0]})
    chosen = await choose(asked(run, retries=1), world.deps())
    assert (chosen.speaker, chosen.model_calls) == (AMONG[0], 2)
    world, run = await begun("no sé")
    with pytest.raises(ModelError):
        await choose(asked(run), world.deps())


async def test_a_critic_is_told_the_draft_and_decides_once() -> None:
    remarks = {"content": False, "remarks": "Falta el plazo."}
    world, run = await begun(remarks, {"content": True, "remarks": ""}, schema="review")
    await world.agent_steps.put(
        AgentStep(
            run_id=run.run_id,
            tenant_id=run.tenant_id,
            number=1,
            speaker="DomainExpert",
            text="Hace falta el DNI.",
        )
    )
    request = SpeakRequest(
        run=run,
        number=2,
        speaker="Critic",
        language="es",
        hears=(1,),
        final=True,
        reviews=True,
        until=UNTIL,
    )
    first = await speak(request, world.deps())
    second = await speak(request, world.deps())
    assert (first.content, second.content) == (False, False)
    assert isinstance(world.agents, FakeModel)
    (told,) = world.agents.requests
    assert '<draft by="DomainExpert">Hace falta el DNI.</draft>' in told.messages[0].content
