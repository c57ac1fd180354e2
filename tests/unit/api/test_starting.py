"""One message, one run: idempotency, the conversation's lock, and what a crash leaves behind."""

import asyncio
from datetime import timedelta

import pytest

from api.identifiers import born_at, new_id
from shared.contracts.runs import RunOutcome
from shared.ports import OrchestrationState
from tests.fakes.http import Answer
from tests.fakes.samples import AT
from tests.fakes.virtual_time import run_virtually
from tests.fakes.world import ANA
from tests.unit.api.people import ASYNC, Desk, running_desk


async def post(desk: Desk, conversation: str, key: str | None = None, text: str = "Hola") -> Answer:
    headers = ASYNC | ({"idempotency-key": key} if key else {})
    return await desk.post(conversation, text, **headers)


def run_of(answer: Answer) -> str:
    assert answer.status == 202, answer.body
    return str(answer.json["runId"])


async def end(desk: Desk, run_id: str) -> None:
    await desk.world.runs.end(
        RunOutcome(
            run_id=run_id, tenant_id=ANA.tenant_id, state="DONE", finish_reason="stop", ended_at=AT
        )
    )


# --- idempotency ----------------------------------------------------------------------------------


async def test_the_same_key_and_body_are_one_run() -> None:
    desk = Desk()
    conversation = await desk.conversation()
    first = run_of(await post(desk, conversation, "k1"))
    assert run_of(await post(desk, conversation, "k1")) == first
    assert len(desk.orchestrations.started) == 1


async def test_the_same_key_twice_at_once_is_one_run() -> None:
    desk = running_desk()
    conversation = await desk.conversation()
    answers = await asyncio.gather(*(post(desk, conversation, "k1") for _ in range(5)))
    assert len({run_of(answer) for answer in answers}) == 1
    assert len({run_id for run_id, _, _ in desk.orchestrations.started}) == 1
    assert len(desk.world.runs.records) == 1


async def test_the_same_key_with_another_body_is_a_mismatch() -> None:
    desk = Desk()
    conversation = await desk.conversation()
    await post(desk, conversation, "k1")
    answer = await post(desk, conversation, "k1", "Adiós")
    assert (answer.status, answer.code) == (409, "IDEMPOTENCY_MISMATCH")
    assert len(desk.orchestrations.started) == 1


async def test_the_same_key_of_another_conversation_is_another_run() -> None:
    desk = Desk()
    one, two = await desk.conversation(), await desk.conversation()
    assert run_of(await post(desk, one, "k1")) != run_of(await post(desk, two, "k1"))


def test_a_claim_whose_run_was_never_started_is_started() -> None:
    """Whoever claimed the key died before the start."""

    async def program() -> None:
        desk = Desk()
        conversation = await desk.conversation()
        first = run_of(await post(desk, conversation, "k1"))
        desk.orchestrations.started.clear()
        desk.orchestrations.states.clear()
        assert run_of(await post(desk, conversation, "k1")) == first
        assert [run_id for run_id, _, _ in desk.orchestrations.started] == [first]
        received = [item.key for item in await desk.world.log.all(first)]
        assert received == ["receive/received"], "the first event is not written twice"

    run_virtually(program())


async def test_a_run_that_has_ended_is_never_started_again() -> None:
    desk = running_desk()
    conversation = await desk.conversation()
    first = await desk.post(conversation, **{"idempotency-key": "k1"})
    again = await desk.post(conversation, **{"idempotency-key": "k1"})
    assert again.json == first.json
    assert len(desk.orchestrations.started) == 1


def test_a_run_that_has_ended_and_left_durable_is_never_started_again() -> None:
    async def program() -> None:
        desk = Desk()
        conversation = await desk.conversation()
        run_id = run_of(await post(desk, conversation, "k1"))
        await end(desk, run_id)
        desk.orchestrations.states.clear()
        assert run_of(await post(desk, conversation, "k1")) == run_id
        assert len(desk.orchestrations.started) == 1

    run_virtually(program())


# --- busy -----------------------------------------------------------------------------------------


async def test_a_second_message_while_a_run_is_active_is_refused_and_names_the_run() -> None:
    desk = Desk()
    conversation = await desk.conversation()
    active = run_of(await post(desk, conversation))
    answer = await post(desk, conversation, text="¿y eso?")
    assert (answer.status, answer.code) == (409, "CONVERSATION_BUSY")
    assert active in answer.json["detail"]


async def test_of_two_messages_at_once_one_runs() -> None:
    desk = Desk()
    conversation = await desk.conversation()
    answers = await asyncio.gather(*(post(desk, conversation, text=f"m{n}") for n in range(4)))
    assert sorted(answer.status for answer in answers) == [202, 409, 409, 409]
    assert len(desk.orchestrations.started) == 1


async def test_conversations_do_not_block_one_another() -> None:
    desk = Desk()
    one, two = await desk.conversation(), await desk.conversation()
    assert run_of(await post(desk, one)) != run_of(await post(desk, two))


async def test_an_ended_run_frees_the_conversation() -> None:
    desk = Desk()
    conversation = await desk.conversation()
    await end(desk, run_of(await post(desk, conversation)))
    run_of(await post(desk, conversation))
    assert len(desk.orchestrations.started) == 2


@pytest.mark.parametrize("runtime", ["completed", "failed", "terminated"])
async def test_a_run_that_died_without_an_outcome_blocks_nobody(runtime: str) -> None:
    desk = Desk()
    conversation = await desk.conversation()
    dead = run_of(await post(desk, conversation))
    desk.orchestrations.states[dead] = OrchestrationState(runtime, None)  # type: ignore[arg-type]
    assert run_of(await post(desk, conversation)) != dead


@pytest.mark.parametrize("runtime", ["pending", "running", "suspended"])
async def test_a_run_that_lives_is_not_taken_over(runtime: str) -> None:
    desk = Desk()
    conversation = await desk.conversation()
    alive = run_of(await post(desk, conversation))
    desk.orchestrations.states[alive] = OrchestrationState(runtime, None)  # type: ignore[arg-type]
    assert (await post(desk, conversation)).status == 409


@pytest.mark.parametrize(("age", "status"), [(5, 409), (60, 202)])
async def test_a_lock_whose_run_was_never_started_is_taken_over_after_a_while(
    age: int, status: int
) -> None:
    desk = Desk()
    conversation = await desk.conversation()
    stored = await desk.world.conversations.get(ANA.tenant_id, conversation)
    assert stored is not None
    lost = new_id()
    await desk.world.conversations.claim(stored, lost, (), AT)
    born = born_at(lost)
    assert born is not None
    desk.world.clock.now = born + timedelta(seconds=age)
    assert (await post(desk, conversation)).status == status


def test_a_key_of_a_message_that_was_refused_as_busy_can_be_used_again() -> None:
    async def program() -> None:
        desk = Desk()
        conversation = await desk.conversation()
        active = run_of(await post(desk, conversation))
        assert (await post(desk, conversation, "k2", "otra")).status == 409
        await end(desk, active)
        assert run_of(await post(desk, conversation, "k2", "otra")) != active
        assert len(desk.orchestrations.started) == 2

    run_virtually(program())


# --- what a run is started with -------------------------------------------------------------------


async def test_no_personal_data_is_given_to_durable() -> None:
    desk = Desk()
    run_of(await post(desk, await desk.conversation(), text="Soy Ana, DNI 12345678Z"))
    ((_, orchestrator, request),) = desk.orchestrations.started
    assert orchestrator == "turn"
    assert "12345678Z" not in str(request)
    assert ANA.name not in str(request)
    assert ANA.user_id not in str(request)


async def test_the_first_event_is_stored_before_the_run_starts() -> None:
    desk = Desk()
    run_id = run_of(await post(desk, await desk.conversation()))
    ((_, _, request),) = desk.orchestrations.started
    (item,) = await desk.world.log.all(run_id)
    assert request["after"] == item.last == 1
