"""Stopping runs, deciding on approvals, queueing messages, saying what one thinks."""

import asyncio
from typing import Literal

import pytest

from api import approvals, control
from shared.contracts.approvals import Approval, ApprovalState
from shared.contracts.audit import AuditEvent
from shared.contracts.identity import Caller as Person
from shared.contracts.runs import RunOutcome
from shared.ports import OrchestrationState
from tests.fakes.http import Answer
from tests.fakes.samples import AT, TASK_ARGS, an_approval
from tests.fakes.world import ANA, LUIS, RIGHTS
from tests.unit.api.people import ASYNC, Desk, running_desk

BOSS = LUIS.model_copy(update={"rights": (*RIGHTS, "approvals:decide", "runs:operate")})


def desk_with_a_boss() -> Desk:
    desk = Desk()
    desk.world.callers["boss"] = BOSS
    desk.world.callers["far"] = Person.model_validate(
        BOSS.model_dump() | {"tenant_id": "tenant-b", "user_id": "far"}
    )
    return desk


async def started(desk: Desk) -> str:
    answer = await desk.post(await desk.conversation(), **ASYNC)
    return str(answer.json["runId"])


async def cancelled(desk: Desk, run_id: str, token: str = "ana") -> Answer:
    return await desk.person(token).call(control.cancel, "POST", path={"runId": run_id})


# --- cancel ---------------------------------------------------------------------------------------


async def test_a_run_is_asked_to_stop_and_woken() -> None:
    desk = Desk()
    run_id = await started(desk)
    answer = await cancelled(desk, run_id)
    assert (answer.status, answer.json["state"]) == (202, "CANCELLING")
    assert answer.headers["location"] == f"/api/runs/{run_id}"
    assert desk.orchestrations.raised == [(run_id, "stop")]
    assert [item.key for item in await desk.world.log.all(run_id)][-1] == "stop/requested"
    assert (await cancelled(desk, run_id)).status == 202, "asking again changes nothing"


async def test_a_run_that_is_over_cannot_be_stopped() -> None:
    desk = running_desk()
    answer = await desk.post(await desk.conversation())
    refused = await cancelled(desk, str(answer.json["runId"]))
    assert (refused.status, refused.code) == (409, "RUN_ENDED")


@pytest.mark.parametrize(("who", "status"), [("luis", 404), ("boss", 202), ("far", 404)])
async def test_other_peoples_runs_are_stopped_by_operators_of_the_tenant_only(
    who: str, status: int
) -> None:
    desk = desk_with_a_boss()
    run_id = await started(desk)
    assert (await cancelled(desk, run_id, who)).status == status


# --- approvals ------------------------------------------------------------------------------------


async def waiting(desk: Desk, hours: float = 1) -> Approval:
    return await desk.world.approvals.open(an_approval(hours=hours))


async def decided(
    desk: Desk, decision: str = "approve", payload: str = "abc", who: str = "boss"
) -> Answer:
    return await desk.person(who).call(
        approvals.decide,
        "POST",
        {"decision": decision, "payloadHash": payload},
        path={"runId": "01RUN", "approvalId": "a0"},
    )


async def state_of(desk: Desk) -> str:
    found = await desk.world.approvals.get(ANA.tenant_id, "01RUN", "a0")
    assert found is not None
    return found.state


async def test_who_may_decide_sees_what_waits() -> None:
    desk = desk_with_a_boss()
    await waiting(desk)
    for who, count in (("boss", 1), ("ana", 0), ("far", 0)):
        answer = await desk.person(who).call(approvals.waiting)
        assert len(answer.json["items"]) == count, who
    (item,) = (await desk.person("boss").call(approvals.waiting)).json["items"]
    assert (item["payloadHash"], item["args"], item["tool"]) == ("abc", TASK_ARGS, "createTask")


@pytest.mark.parametrize(("decision", "state"), [("approve", "approved"), ("reject", "rejected")])
async def test_a_decision_is_stored_and_wakes_the_run(decision: str, state: str) -> None:
    desk = desk_with_a_boss()
    await waiting(desk)
    answer = await decided(desk, decision)
    assert (answer.status, answer.json["state"]) == (200, state)
    assert await state_of(desk) == state
    assert desk.orchestrations.raised == [("01RUN", "approval-0")]


async def test_the_same_decision_again_wakes_again_and_another_one_is_too_late() -> None:
    desk = desk_with_a_boss()
    await waiting(desk)
    await decided(desk)
    assert (await decided(desk)).status == 200
    assert len(desk.orchestrations.raised) == 2
    late = await decided(desk, "reject")
    assert (late.status, late.code) == (409, "APPROVAL_CONFLICT")
    assert await state_of(desk) == "approved"


async def test_an_approval_that_was_used_cannot_be_used_again() -> None:
    desk = desk_with_a_boss()
    open_one = await waiting(desk)
    await desk.world.approvals.change(open_one.model_copy(update={"state": "used"}))
    again = await decided(desk)
    assert (again.status, again.code) == (409, "APPROVAL_CONFLICT")


async def test_another_payload_than_the_one_that_waits_is_a_conflict() -> None:
    desk = desk_with_a_boss()
    await waiting(desk)
    answer = await decided(desk, payload="other")
    assert (answer.status, answer.code) == (409, "APPROVAL_CONFLICT")
    assert await state_of(desk) == "open"
    assert desk.orchestrations.raised == []


async def test_nobody_approves_what_they_asked_for_themselves() -> None:
    desk = desk_with_a_boss()
    asked = await waiting(desk)
    await desk.world.approvals.change(asked.model_copy(update={"asked_by": BOSS.user_id}))
    assert (await desk.person("boss").call(approvals.waiting)).json["items"] == []
    answer = await decided(desk)
    assert (answer.status, answer.json["detail"]) == (
        403,
        "Esto lo tiene que aprobar otra persona.",
    )


async def test_too_late_is_gone() -> None:
    desk = desk_with_a_boss()
    await waiting(desk, hours=-1)
    answer = await decided(desk)
    assert (answer.status, answer.code) == (410, "EXPIRED")


@pytest.mark.parametrize("state", ["open", "approved"])
@pytest.mark.parametrize("runtime", ["completed", "failed", "terminated"])
async def test_a_run_that_is_over_waits_for_no_decision(
    state: ApprovalState, runtime: Literal["completed", "failed", "terminated"]
) -> None:
    desk = desk_with_a_boss()
    asked = await waiting(desk)
    await desk.world.approvals.change(asked.model_copy(update={"state": state}))
    desk.orchestrations.states["01RUN"] = OrchestrationState(runtime, None)
    answer = await decided(desk)
    assert (answer.status, answer.code) == (409, "RUN_ENDED")
    assert await state_of(desk) == state
    assert desk.orchestrations.raised == []


async def test_a_run_with_an_outcome_waits_for_no_decision() -> None:
    desk = desk_with_a_boss()
    await waiting(desk)
    await desk.world.runs.end(
        RunOutcome(
            run_id="01RUN",
            tenant_id=ANA.tenant_id,
            state="CANCELLED",
            finish_reason="cancelled",
            ended_at=AT,
        )
    )
    assert (await decided(desk)).code == "RUN_ENDED"


async def test_what_was_withdrawn_is_not_said_to_be_too_late() -> None:
    desk = desk_with_a_boss()
    asked = await waiting(desk, hours=-1)
    await desk.world.approvals.change(asked.model_copy(update={"state": "withdrawn"}))
    answer = await decided(desk)
    assert (answer.status, answer.code) == (409, "RUN_ENDED")
    assert answer.json["detail"] == "La ejecución 01RUN ya ha terminado: no queda nada que decidir."


async def test_a_rejection_is_told_again_when_the_run_is_over() -> None:
    """Whoever lost the answer sends it again."""
    desk = desk_with_a_boss()
    await waiting(desk)
    await decided(desk, "reject")
    desk.orchestrations.states["01RUN"] = OrchestrationState("completed", None)
    assert (await decided(desk, "reject")).status == 200


@pytest.mark.parametrize(("who", "status"), [("ana", 403), ("far", 404)])
async def test_who_may_not_decide_does_not(who: str, status: int) -> None:
    desk = desk_with_a_boss()
    await waiting(desk)
    assert (await decided(desk, who=who)).status == status
    assert await state_of(desk) == "open"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"decision": "maybe", "payloadHash": "abc"}, "/decision"),
        ({"decision": "approve"}, "/payloadHash"),
    ],
)
async def test_a_decision_that_is_none_is_refused(body: object, pointer: str) -> None:
    desk = desk_with_a_boss()
    await waiting(desk)
    path = {"runId": "01RUN", "approvalId": "a0"}
    answer = await desk.person("boss").call(approvals.decide, "POST", body, path=path)
    assert answer.status == 400
    assert [each["pointer"] for each in answer.json["errors"]] == [pointer]


# --- messages that meet a run under way ----------------------------------------------------------


async def test_a_message_may_queue_behind_the_run_under_way() -> None:
    desk = Desk()
    conversation = await desk.conversation()
    first = await desk.post(conversation, **ASYNC)
    second = await desk.post(conversation, {"message": "Y esto", "onBusy": "enqueue"}, **ASYNC)
    assert second.status == 202
    _, _, request = desk.orchestrations.started[-1]
    assert request["waitsFor"] == [first.json["runId"]]
    third = await desk.post(conversation, {"message": "Y más", "onBusy": "enqueue"}, **ASYNC)
    assert third.status == 202
    behind_both = [first.json["runId"], second.json["runId"]]
    assert desk.orchestrations.started[-1][2]["waitsFor"] == behind_both


async def test_a_message_may_stop_the_run_under_way() -> None:
    desk = Desk()
    conversation = await desk.conversation()
    first = await desk.post(conversation, **ASYNC)
    await desk.post(conversation, {"message": "No, mejor esto", "onBusy": "interrupt"}, **ASYNC)
    assert (first.json["runId"], "stop") in desk.orchestrations.raised


async def test_queued_messages_are_answered_in_their_order() -> None:
    desk = running_desk()
    conversation = await desk.conversation()
    answers = [await desk.post(conversation, **ASYNC)]
    for text in ("dos", "tres"):
        body = {"message": text, "onBusy": "enqueue"}
        answers.append(await desk.post(conversation, body, **ASYNC))
    runs = [str(answer.json["runId"]) for answer in answers]
    await asyncio.gather(*getattr(desk.orchestrations, "tasks", []))
    turns = await desk.world.conversations.turns(ANA.tenant_id, conversation, 10)
    assert [turn.run_id for turn in turns] == runs
    ended = [(await desk.run(run)).json["endedAt"] for run in runs]
    assert ended == sorted(ended)


# --- feedback -------------------------------------------------------------------------------------


async def test_what_somebody_thinks_of_a_run_is_kept_and_shown_to_them() -> None:
    desk = Desk()
    run_id = await started(desk)
    for rating in ("up", "down"):
        answer = await desk.person().call(
            control.feedback, "POST", {"rating": rating, "tags": ["lenta"]}, path={"runId": run_id}
        )
        assert answer.status == 204
    assert (await desk.run(run_id)).json["rating"] == "down"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"rating": "meh"}, "/rating"),
        ({"rating": "up", "comment": "x" * 2001}, "/comment"),
        ({}, "/rating"),
    ],
)
async def test_an_opinion_that_is_none_is_refused(body: object, pointer: str) -> None:
    desk = Desk()
    run_id = await started(desk)
    answer = await desk.person().call(control.feedback, "POST", body, path={"runId": run_id})
    assert answer.status == 400
    assert [each["pointer"] for each in answer.json["errors"]] == [pointer]


# --- what of that is in the audit -----------------------------------------------------------------


def audited(desk: Desk) -> dict[str, AuditEvent]:
    """By kind, of what was done outside a run; every event is in a link of its conversation."""
    events = desk.world.audit.events
    sealed = {e.event_id for link in desk.world.audit.links.values() for e in link.entries}
    assert {event.event_id for event in events.values()} <= sealed
    return {event.kind: event for event in events.values() if event.kind != "turn.completed"}


async def test_a_stop_is_audited_with_who_asked_for_it() -> None:
    desk = desk_with_a_boss()
    run_id = await started(desk)
    for who in ("boss", "ana"):
        await cancelled(desk, run_id, who)
    (event,) = audited(desk).values()
    assert (event.kind, event.run_id, event.actor.user_id) == (
        "run.stopped", run_id, BOSS.user_id
    )  # fmt: skip


async def test_a_decision_is_audited_once_as_it_is_stored() -> None:
    desk = desk_with_a_boss()
    await waiting(desk)
    for _ in range(2):
        assert (await decided(desk)).status == 200
    (event,) = audited(desk).values()
    (decision,) = event.approvals
    assert (event.kind, event.tools) == ("approval.decided", ("createTask",))
    assert (decision.state, decision.decided_by) == ("approved", BOSS.user_id)


async def test_a_rating_is_audited_without_what_was_written() -> None:
    desk = running_desk()
    run_id = str((await desk.post(await desk.conversation())).json["runId"])
    body = {"rating": "down", "comment": "mal", "tags": ["lento"]}
    await desk.person().call(control.feedback, "POST", body, path={"runId": run_id})
    event = audited(desk)["feedback.given"]
    assert (event.run_id, event.details) == (run_id, {"rating": "down"})
