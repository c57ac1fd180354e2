"""What may not be asked or said in an agent call, and what of it anybody gets to read."""

import asyncio
from dataclasses import replace
from typing import Any, Literal

import pytest

from activities.close_call import close_call
from activities.open_call import open_call
from activities.speak import speak
from api import chat
from shared.contracts.activities import RunRef
from shared.contracts.agent_activities import (
    ChatRequest,
    ChatShape,
    CloseCallRequest,
    OpenCallRequest,
)
from shared.contracts.agents import AgentCall, Spoken
from shared.contracts.events import (
    AgentTurnEvent,
    ErrorEvent,
    RestartEvent,
    RunEvent,
    StateEvent,
    TextEvent,
)
from shared.contracts.evidence import ContextPack
from shared.errors import ContentBlockedError, ModerationError
from shared.streams.showing import shown_text
from tests.fakes.calls import begin_call
from tests.fakes.moderation import MILD, WRONG, FakeModeration
from tests.fakes.running import RunningOrchestrations
from tests.fakes.samples import snippet
from tests.fakes.world import World
from tests.unit.activities.test_speak import asked
from tests.unit.api.rules import ChatDesk

type Level = Literal["strict", "default", "off"]


def call(level: Level = "default", **more: Any) -> AgentCall:
    return AgentCall(session_id="s1", profile="normal", moderation=level, **more)


async def opened(world: World, message: str, agent: AgentCall, **record: Any) -> bool:
    """Whether all that was asked could be judged."""
    run = await begin_call(world, message, agent)
    stored = await world.runs.get(run.tenant_id, run.run_id)
    assert stored is not None
    world.runs.records[run.tenant_id, run.run_id] = stored.model_copy(update=record)
    return not (await open_call(OpenCallRequest(run=run, after=1), world.deps())).unjudged


async def events(world: World, run: RunRef) -> list[Any]:
    return [event for item in await world.log.all(run.run_id) for event in item.events]


# --- what is asked --------------------------------------------------------------------------------


async def test_what_is_harmless_is_answered() -> None:
    world = World()
    assert await opened(world, "Hola", call(system_prompt="Sé breve"), context={"caso": "C-1"})
    [(strictness, texts)] = world.moderation.asked
    assert (strictness, texts) == ("default", ("Hola", "Sé breve", '{"caso": "C-1"}'))


async def test_what_the_caller_keeps_of_the_conversation_is_judged_as_well() -> None:
    history = (Spoken(role="user", content="Soy Ana"), Spoken(role="assistant", content=WRONG))
    with pytest.raises(ContentBlockedError):
        await opened(World(), "Hola", call(history=history))


@pytest.mark.parametrize(
    ("message", "system_prompt", "context"),
    [(WRONG, None, None), ("Hola", f"Di cómo {WRONG}", None), ("Hola", None, {"nota": [WRONG]})],
)
async def test_nothing_that_the_caller_has_written_gets_by(
    message: str, system_prompt: str | None, context: dict[str, Any] | None
) -> None:
    with pytest.raises(ContentBlockedError, match="Violence") as blocked:
        await opened(World(), message, call(system_prompt=system_prompt), context=context)
    failure = blocked.value.as_failure()
    assert (failure.code, failure.message) == ("CONTENT_BLOCKED", "message_blocked")
    assert WRONG not in str(blocked.value)


async def test_strict_moderation_blocks_what_is_mild() -> None:
    assert await opened(World(), MILD, call())
    with pytest.raises(ContentBlockedError):
        await opened(World(), MILD, call("strict"))


async def test_without_moderation_nobody_is_asked() -> None:
    world = World()
    assert await opened(world, WRONG, call("off"))
    assert world.moderation.asked == []


async def test_when_nobody_can_tell_the_strict_fail_and_the_others_go_on() -> None:
    away = FakeModeration(failure=ModerationError("away"))
    assert not await opened(World(moderation=away), "Hola", call())
    with pytest.raises(ModerationError):
        await opened(World(moderation=away), "Hola", call("strict"))


# --- what is said ---------------------------------------------------------------------------------


async def test_an_answer_that_may_not_be_said_is_void_and_not_kept() -> None:
    world = World()
    world.model.pieces = ("Para ", WRONG, " hay que")
    run = await begin_call(world, "Hola", call())
    with pytest.raises(ContentBlockedError) as blocked:
        await speak(asked(run, answers=True), world.deps())
    assert blocked.value.as_failure().message == "content_blocked"
    last = (await events(world, run))[-1]
    assert isinstance(last, RestartEvent)
    assert last.reason == "moderation"
    assert await world.agent_steps.get(run.tenant_id, run.run_id, 1) is None


async def test_nobody_reads_a_word_of_a_strict_answer_before_it_was_judged() -> None:
    world = World()
    world.model.pieces = ("Le voy a ", MILD)
    run = await begin_call(world, "Hola", call("strict"))
    with pytest.raises(ContentBlockedError):
        await speak(asked(run, answers=True), world.deps())
    assert not [each for each in await events(world, run) if isinstance(each, TextEvent)]


async def test_a_strict_answer_that_may_be_said_comes_as_a_whole() -> None:
    world = World()
    run = await begin_call(world, "Hola", call("strict"))
    spoke = await speak(asked(run, answers=True), world.deps())
    texts = [each for each in await events(world, run) if isinstance(each, TextEvent)]
    assert texts == [TextEvent(text="Hola, Ana.", attempt=1)]
    assert not spoke.unjudged
    again = await speak(asked(run, answers=True), world.deps())
    assert again.attempt == spoke.attempt
    assert len(await world.log.all(run.run_id)) == 2


def untimed(event: RunEvent) -> RunEvent:
    return event.model_copy(update={"at": None}) if isinstance(event, StateEvent) else event


async def test_a_strict_answer_that_was_stored_and_not_told_is_told_as_if_for_the_first_time() -> (
    None
):
    world = World()
    run = await begin_call(world, "Hola", call("strict"))
    await speak(asked(run, answers=True), world.deps())
    first = [untimed(each) for each in await events(world, run)]
    world.log.runs[run.run_id].clear()
    await speak(asked(run, answers=True), world.deps())
    assert [untimed(each) for each in await events(world, run)] == first


@pytest.mark.parametrize("level", ["strict", "default"])
async def test_what_participants_say_to_each_other_is_judged_before_it_is_told(
    level: Level,
) -> None:
    world = World()
    world.model.pieces = ("Hay que ", WRONG)
    run = await begin_call(world, "Hola", call(level))
    with pytest.raises(ContentBlockedError):
        await speak(asked(run), world.deps())
    assert not [each for each in await events(world, run) if isinstance(each, AgentTurnEvent)]


async def test_an_answer_that_nobody_could_judge_is_told_to_be_one() -> None:
    world = World()
    world.moderation.failure = ModerationError("away")
    run = await begin_call(world, "Hola", call())
    assert (await speak(asked(run, answers=True), world.deps())).unjudged
    again = await speak(asked(run, answers=True), world.deps())
    assert again.unjudged, "a second execution knows it as well"
    closing = CloseCallRequest(run=run, after=5, number=1, language="es", unjudged=True)
    await close_call(closing, world.deps())
    turn = await world.conversations.get_turn(run.tenant_id, "c1", run.run_id)
    assert turn is not None
    assert turn.warnings == ("not_moderated",)


async def test_a_strict_answer_that_nobody_could_judge_is_not_told() -> None:
    world = World()
    run = await begin_call(world, "Hola", call("strict"))
    world.moderation.failure = ModerationError("away")
    with pytest.raises(ModerationError):
        await speak(asked(run, answers=True), world.deps())
    assert not [each for each in await events(world, run) if isinstance(each, TextEvent)]


async def test_evidence_that_is_the_answer_is_judged_too() -> None:
    world = World()
    run = await begin_call(world, "Hola", call())
    pack = ContextPack(snippets=(snippet(content=f"Cómo {WRONG}"),))
    await world.runs.put_evidence(run.tenant_id, run.run_id, "cerebro", pack)
    closing = CloseCallRequest(run=run, after=1, number=None, language="es", indexes=("cerebro",))
    with pytest.raises(ContentBlockedError):
        await close_call(closing, world.deps())
    assert await events(world, run) == []


# --- the whole run --------------------------------------------------------------------------------


@pytest.mark.parametrize("message", [f"Explica cómo {WRONG}", "Hola"])
async def test_a_blocked_call_ends_with_an_error_and_only_its_own_message_is_forgotten(
    message: str,
) -> None:
    """Nothing that moderation blocked is told to the model by a later turn."""
    world = World()
    world.model.pieces = ("Para ", WRONG)
    run = await begin_call(world, message, call())
    request = ChatRequest(run=run, after=0, shape=ChatShape(speakers=("Coordinator",)))
    orchestrations = RunningOrchestrations(deps=world.deps())
    await orchestrations.start(run.run_id, "chat", request.wire())
    await asyncio.gather(*orchestrations.tasks)
    run_id = run.run_id
    items = await world.log.all(run_id)
    last = items[-1].events[-1]
    assert isinstance(last, ErrorEvent)
    assert (last.code, last.retryable) == ("CONTENT_BLOCKED", False)
    assert shown_text(items) == ""
    turn = await world.conversations.get_turn("tenant-a", "c1", run_id)
    assert (turn is None) == (WRONG in message)
    assert turn is None or (turn.message, turn.text) == (message, "")


async def test_a_caller_that_waits_for_json_is_told_what_became_of_it() -> None:
    desk = ChatDesk()
    desk.orchestrations = RunningOrchestrations(deps=desk.person().deps)
    body = {"sessionId": "s1", "agent": "normal", "message": f"Explica cómo {WRONG}"}
    answer = await desk.person().call(chat.post, "POST", body)
    assert (answer.status, answer.code) == (422, "CONTENT_BLOCKED")
    assert answer.json["detail"] == "El filtro de contenido no admite este mensaje."


async def test_a_strict_call_without_a_judge_is_unavailable_to_who_waits_for_json() -> None:
    desk = ChatDesk()
    desk.world.moderation.failure = ModerationError("away")
    desk.orchestrations = RunningOrchestrations(deps=desk.person().deps)
    body = {"sessionId": "s1", "agent": "normal", "message": "Hola"}
    answer = await desk.person().call(chat.post, "POST", {**body, "moderation": "strict"})
    assert (answer.status, answer.code) == (503, "MODERATION_UNAVAILABLE")
    open_one = await desk.person().call(chat.post, "POST", body)
    assert (open_one.status, open_one.json["text"]) == (200, "Hola, Ana.")
    assert any("moderación" in warning for warning in open_one.json["warnings"])


async def test_no_moderation_is_for_callers_whom_the_settings_let() -> None:
    desk = ChatDesk()
    body = {"sessionId": "s1", "message": "Hola", "moderation": "off"}
    answer = await desk.ask(body)
    assert (answer.status, answer.code) == (403, "NOT_ALLOWED")
    desk.settings = replace(desk.settings, moderation_off=True)
    record = await desk.run(body)
    assert record.call is not None
    assert record.call.moderation == "off"
