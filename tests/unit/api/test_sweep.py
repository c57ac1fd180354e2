"""The sweeper: a run whose orchestration is dead gets its one end, and its conversation is free."""

import logging
from collections.abc import Mapping

import pytest

from activities.left_behind import left_behind
from api.identifiers import new_id
from api.sweep import _swept, sweep
from shared.contracts.activities import RunRef, TurnRequest
from shared.contracts.approvals import Approval, ApprovalState
from shared.contracts.effects import Effect, EffectState
from shared.contracts.events import DoneEvent, ErrorEvent, RunEvent
from shared.contracts.runs import EndedBadly, RunOutcome, Usage
from shared.errors import StoreError
from shared.ports import OrchestrationState
from tests.fakes.samples import AT, TASK_ARGS, an_approval, task_call, task_plan
from tests.fakes.world import ANA
from tests.unit.api.people import ASYNC, Desk
from tests.unit.api.rules import ChatDesk


async def dead_run(desk: Desk, terminated: bool = False) -> tuple[str, str]:
    """A run that Durable gave up; answers its conversation and its id."""
    conversation = await desk.conversation()
    run_id = str((await desk.post(conversation, **ASYNC)).json["runId"])
    request = desk.orchestrations.started[-1][2]
    desk.orchestrations.states[run_id] = OrchestrationState("failed", None)
    desk.orchestrations.bad.append(EndedBadly(run_id, request, terminated))
    return conversation, run_id


async def sweep_at(desk: Desk) -> None:
    await sweep(desk.orchestrations, desk.world.deps(), left_behind)


async def last_event(desk: Desk, run_id: str) -> RunEvent:
    return (await desk.world.log.all(run_id))[-1].events[-1]


@pytest.mark.parametrize(
    ("terminated", "code", "state"),
    [(False, "INTERNAL", "FAILED"), (True, "CANCELLED", "CANCELLED")],
)
async def test_a_dead_run_ends_in_an_error(terminated: bool, code: str, state: str) -> None:
    desk = Desk()
    _, run_id = await dead_run(desk, terminated)
    await sweep_at(desk)
    error = await last_event(desk, run_id)
    assert isinstance(error, ErrorEvent)
    assert error.code == code
    assert error.correlation_id
    view = (await desk.run(run_id)).json
    assert (view["state"], view["error"]["code"]) == (state, code)


@pytest.mark.parametrize("terminated", [False, True])
@pytest.mark.parametrize("state", ["sent", "done", "unknown"])
async def test_nobody_is_invited_to_repeat_what_a_dead_run_may_have_done(
    terminated: bool, state: EffectState
) -> None:
    desk = Desk()
    _, run_id = await dead_run(desk, terminated)
    await desk.world.runs.put_plan(ANA.tenant_id, run_id, task_plan())
    await desk.world.effects.reserve(
        Effect(
            effect_id="e", tenant_id=ANA.tenant_id, run_id=run_id, step=0, tool="createTask",
            state=state, updated_at=AT,
        )
    )  # fmt: skip
    await sweep_at(desk)
    error = await last_event(desk, run_id)
    assert isinstance(error, ErrorEvent)
    assert error.retryable is False
    if terminated:
        assert "permanece" in error.message


async def test_a_dead_call_of_an_agent_ends_in_an_error_and_tells_what_it_has_made() -> None:
    desk = ChatDesk()
    record = await desk.run({"sessionId": "s1", "message": "Crea una tarea"})
    await desk.world.effects.reserve(
        Effect(
            effect_id="e", tenant_id=ANA.tenant_id, run_id=record.run_id, step=0,
            tool="createTask", state="done", args=TASK_ARGS, result={"id": "T-7", **TASK_ARGS},
            updated_at=AT,
        )
    )  # fmt: skip
    request = desk.orchestrations.started[-1][2]
    desk.orchestrations.bad.append(EndedBadly(record.run_id, request, terminated=False))
    await sweep(desk.orchestrations, desk.world.deps(), left_behind)
    error = (await desk.world.log.all(record.run_id))[-1].events[-1]
    assert isinstance(error, ErrorEvent)
    assert (error.code, error.retryable) == ("INTERNAL", False)
    assert "T-7" in error.message


async def test_sweeping_again_writes_no_second_end() -> None:
    desk = Desk()
    _, run_id = await dead_run(desk)
    await sweep_at(desk)
    before = await desk.world.log.all(run_id)
    await sweep_at(desk)
    desk.orchestrations.bad *= 2
    await sweep_at(desk)
    assert await desk.world.log.all(run_id) == before


async def test_another_process_does_not_end_the_same_run_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "eira.sweep")
    desk = Desk()
    _, run_id = await dead_run(desk)
    for _ in range(2):
        await sweep_at(desk)
        _swept.discard(run_id)
    assert [record.message.partition(" ")[0] for record in caplog.records] == [f"run={run_id}"]


@pytest.mark.parametrize("state", ["open", "approved"])
async def test_what_a_dead_run_still_asks_for_is_withdrawn(state: ApprovalState) -> None:
    desk = Desk()
    _, run_id = await dead_run(desk, terminated=True)
    await desk.world.runs.put_plan(ANA.tenant_id, run_id, task_plan(task_call(), task_call()))
    for approval_id in ("a0", "a1"):
        asked = an_approval(run_id=run_id, approval_id=approval_id, state=state)
        await desk.world.approvals.open(asked)
    await sweep_at(desk)
    assert {each.state for each in desk.world.approvals.stored.values()} == {"withdrawn"}


async def test_what_was_decided_before_a_run_died_stays_decided() -> None:
    desk = Desk()
    _, run_id = await dead_run(desk)
    await desk.world.runs.put_plan(ANA.tenant_id, run_id, task_plan())
    await desk.world.approvals.open(an_approval(run_id=run_id, state="rejected"))
    await sweep_at(desk)
    assert {each.state for each in desk.world.approvals.stored.values()} == {"rejected"}


async def test_a_decision_in_the_same_moment_is_withdrawn_too() -> None:
    desk = Desk()
    _, run_id = await dead_run(desk, terminated=True)
    await desk.world.runs.put_plan(ANA.tenant_id, run_id, task_plan())
    await desk.world.approvals.open(an_approval(run_id=run_id))
    real = desk.world.approvals.change

    async def behind_somebody(approval: Approval) -> Approval | None:
        desk.world.approvals.change = real  # type: ignore[method-assign]
        await real(approval.model_copy(update={"state": "approved"}))
        return await real(approval)

    desk.world.approvals.change = behind_somebody  # type: ignore[method-assign]
    await sweep_at(desk)
    assert {each.state for each in desk.world.approvals.stored.values()} == {"withdrawn"}


async def test_a_swept_run_frees_its_conversation() -> None:
    desk = Desk()
    conversation, run_id = await dead_run(desk)
    desk.orchestrations.states[run_id] = OrchestrationState("running", None)
    assert (await desk.post(conversation, **ASYNC)).status == 409
    await sweep_at(desk)
    assert (await desk.post(conversation, **ASYNC)).status == 202


async def test_who_waits_for_the_answer_as_json_is_told_the_failure() -> None:
    desk = Desk()
    conversation = await desk.conversation()
    run_id = str((await desk.post(conversation, **ASYNC, idempotency_key="k")).json["runId"])
    request = desk.orchestrations.started[-1][2]
    desk.orchestrations.bad.append(EndedBadly(run_id, request, False))
    await sweep_at(desk)
    answer = await desk.post(conversation, idempotency_key="k")
    assert (answer.status, answer.code) == (500, "INTERNAL")
    assert answer.json["retryable"] is True


async def test_what_a_dead_run_has_made_is_told_wherever_its_failure_is() -> None:
    desk = Desk()
    conversation = await desk.conversation()
    run_id = str((await desk.post(conversation, **ASYNC, idempotency_key="k")).json["runId"])
    request = desk.orchestrations.started[-1][2]
    desk.orchestrations.bad.append(EndedBadly(run_id, request, True))
    await desk.world.runs.put_plan(ANA.tenant_id, run_id, task_plan())
    await desk.world.effects.reserve(
        Effect(
            effect_id="e", tenant_id=ANA.tenant_id, run_id=run_id, step=0, tool="createTask",
            state="done", args=TASK_ARGS, result={"id": "T-7", **TASK_ARGS}, updated_at=AT,
        )
    )  # fmt: skip
    await sweep_at(desk)
    answer = await desk.post(conversation, idempotency_key="k")
    assert (answer.status, answer.code) == (409, "CANCELLED")
    error = await last_event(desk, run_id)
    assert isinstance(error, ErrorEvent)
    assert "Hecho: la tarea T-7 (título: revisar contrato ACME;" in error.message
    assert answer.json["detail"] == error.message
    assert (await desk.run(run_id)).json["error"]["message"] == error.message
    (turn,) = await desk.world.conversations.turns(ANA.tenant_id, conversation, 1)
    assert (turn.text, [each.id for each in turn.entities]) == (error.message, ["T-7"])


async def test_a_run_whose_outcome_was_stored_but_not_said_is_told_as_it_ended() -> None:
    """Its last step died between the outcome and the terminal event."""
    desk = Desk()
    conversation, run_id = await dead_run(desk)
    used = Usage(prompt_tokens=1, completion_tokens=2, total_tokens=3)
    await desk.world.runs.end(
        RunOutcome(
            run_id=run_id, tenant_id=ANA.tenant_id, state="DONE", finish_reason="stop",
            ended_at=AT, usage=used, memory="stored",
        )
    )  # fmt: skip
    await sweep_at(desk)
    assert await last_event(desk, run_id) == DoneEvent(
        usage=used, thread_id=conversation, run_id=run_id, finish_reason="stop", memory="stored"
    )


async def test_what_was_not_started_here_is_left_alone() -> None:
    desk = Desk()
    strange: list[Mapping[str, object]] = [{}, {"run": "x"}, {"run": {"runId": 7}}]
    desk.orchestrations.bad = [EndedBadly(new_id(), request, False) for request in strange]
    lost = RunRef(run_id=new_id(), tenant_id="t", conversation_id="c", correlation_id="x")
    request = TurnRequest(run=lost, after=0).wire()
    desk.orchestrations.bad.append(EndedBadly(lost.run_id, request, False))
    await sweep_at(desk)
    assert desk.world.log.runs == {}
    assert desk.world.runs.outcomes == {}


async def test_one_run_that_cannot_be_swept_does_not_keep_the_others_waiting() -> None:
    desk = Desk()
    _, first = await dead_run(desk)
    _, second = await dead_run(desk)
    real = desk.world.runs.end
    away = {first}

    async def end(outcome: RunOutcome) -> RunOutcome:
        if outcome.run_id in away:
            raise StoreError("away")
        return await real(outcome)

    desk.world.runs.end = end  # type: ignore[method-assign]
    await sweep_at(desk)
    assert isinstance(await last_event(desk, second), ErrorEvent)
    assert not isinstance(await last_event(desk, first), ErrorEvent)
    away.clear()
    await sweep_at(desk)
    assert isinstance(await last_event(desk, first), ErrorEvent)


async def test_a_dead_run_is_sealed() -> None:
    desk = Desk()
    _, run_id = await dead_run(desk)
    await sweep_at(desk)
    (link,) = desk.world.audit.links.values()
    assert [each.event_id for each in link.entries] == [f"{run_id}-2-turn"]
