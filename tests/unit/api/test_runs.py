"""Reading a run, and following its events from any place."""

import pytest

from api import approvals, runs
from shared.contracts.effects import Effect
from shared.contracts.plan import Plan, ToolCall
from shared.contracts.runs import RunStatus, StateChange
from shared.contracts.wording import say
from shared.ports import OrchestrationState
from tests.fakes.samples import AT, TASK_ARGS, an_approval, past_turn, task_plan
from tests.fakes.world import ANA, LUIS, OLGA
from tests.unit.api.people import ASYNC, Desk, running_desk


async def ended_run(desk: Desk) -> str:
    answer = await desk.post(await desk.conversation())
    assert answer.status == 200
    return answer.headers["x-run-id"]


async def test_an_ended_run_shows_its_states_its_answer_and_its_usage() -> None:
    desk = running_desk()
    run_id = await ended_run(desk)
    answer = await desk.run(run_id)
    view = answer.json
    assert (answer.status, answer.headers["x-run-id"]) == (200, run_id)
    assert (view["state"], view["finishReason"], view["text"]) == ("DONE", "stop", "Hola, Ana.")
    assert [each["state"] for each in view["states"]] == [
        "RECEIVED", "TRIAGED", "STREAMING_RESPONSE", "DONE"
    ]  # fmt: skip
    assert view["usage"]["totalTokens"] == 23
    assert view["endedAt"] > view["receivedAt"] or view["endedAt"]


async def test_a_run_under_way_shows_what_durable_says() -> None:
    desk = Desk()
    run_id = str((await desk.post(await desk.conversation(), **ASYNC)).json["runId"])
    assert (await desk.run(run_id)).json["state"] == "RECEIVED"
    states = tuple(StateChange(state=state, since=AT) for state in ("RECEIVED", "TRIAGED"))
    status = RunStatus(state="TRIAGED", since=AT, conversation_id="c1", states=states)
    desk.orchestrations.states[run_id] = OrchestrationState("running", status)
    view = (await desk.run(run_id)).json
    assert view["state"] == "TRIAGED"
    assert len(view["states"]) == 2
    assert "text" not in view


async def test_what_the_tools_did_is_shown_with_the_run() -> None:
    desk = Desk()
    run_id = str((await desk.post(await desk.conversation(), **ASYNC)).json["runId"])
    await desk.world.runs.put_plan(ANA.tenant_id, run_id, task_plan())
    await desk.world.effects.reserve(
        Effect(
            effect_id="e1", tenant_id=ANA.tenant_id, run_id=run_id, step=0, tool="createTask",
            state="unknown", args=TASK_ARGS, error="no_answer", updated_at=AT,
        )
    )  # fmt: skip
    (effect,) = (await desk.run(run_id)).json["effects"]
    assert (effect["tool"], effect["status"], effect["effectId"]) == ("createTask", "unknown", "e1")
    assert effect["error"].startswith("El ERP no ha contestado")


async def test_a_run_of_somebody_else_looks_like_one_that_does_not_exist() -> None:
    desk = running_desk()
    run_id = await ended_run(desk)
    for token in ("olga", "luis"):
        for read in (desk.run, desk.events):
            other, unknown = await read(run_id, token), await read("01NOPE", token)
            assert other.status == unknown.status == 404
            assert other.code == unknown.code == "NOT_FOUND"
            assert other.json["detail"] == unknown.json["detail"]


async def test_a_reader_that_comes_back_at_any_event_gets_exactly_the_rest() -> None:
    desk = running_desk()
    run_id = await ended_run(desk)
    whole = (await desk.events(run_id)).body
    frames = [frame + b"\n\n" for frame in whole.split(b"\n\n")[:-1]]
    assert frames[-1].startswith(f"id: {len(frames)}\nevent: done\n".encode())
    for seen in range(len(frames) + 1):
        rest = await desk.events(run_id, last_event_id=str(seen))
        assert rest.body == b"".join(frames[seen:])


async def test_a_reader_that_has_the_end_is_told_not_to_come_again() -> None:
    desk = running_desk()
    run_id = await ended_run(desk)
    last = (await desk.events(run_id)).body.count(b"\n\n")
    for seen, status in ((last - 1, 200), (last, 204), (last + 1, 204)):
        answer = await desk.events(run_id, last_event_id=str(seen))
        assert (answer.status, answer.headers["x-run-id"]) == (status, run_id)


async def test_the_place_may_be_given_in_the_query_and_the_header_wins() -> None:
    desk = running_desk()
    run_id = await ended_run(desk)

    async def read(**headers: str) -> bytes:
        answer = await desk.person().call(
            runs.events, path={"runId": run_id}, query={"after": "2"}, headers=headers
        )
        return answer.body

    assert (await read()).startswith(b"id: 3\n")
    assert (await read(**{"last-event-id": "4"})).startswith(b"id: 5\n")


@pytest.mark.parametrize("place", ["-1", "x", "1.5", "²", "9" * 5000, "1e3", "0x1"])
async def test_a_place_that_is_no_number_is_refused(place: str) -> None:
    desk = running_desk()
    answer = await desk.events(await ended_run(desk), last_event_id=place)
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
    assert answer.json["errors"][0]["pointer"] == "/after"


# --- other people's runs --------------------------------------------------------------------------


async def a_run_that_asks(desk: Desk) -> str:
    """Ana's run, with an answer, of a plan whose one call has to be approved."""
    run_id = str((await desk.post(await desk.conversation(), **ASYNC)).json["runId"])
    user = ToolCall(tool="createUser", args={"fullName": "Carmen Ruiz"})
    plan = Plan(flow_type="CreateUser", calls=(user,))
    await desk.world.runs.put_plan(ANA.tenant_id, run_id, plan)
    asked = an_approval(run_id=run_id).model_copy(update={"tool": "createUser", "args": user.args})
    await desk.world.approvals.open(asked)
    record = await desk.world.runs.get(ANA.tenant_id, run_id)
    assert record is not None
    told = {"conversation_id": record.conversation_id, "warnings": ("search_partial",)}
    await desk.world.conversations.add_turn(past_turn(run_id).model_copy(update=told))
    return run_id


@pytest.mark.parametrize(
    ("rights", "status"),
    [
        (("approvals:decide",), 200),
        (("runs:read",), 200),
        (("runs:operate",), 200),
        (("tasks:read",), 404),
    ],
)
async def test_who_may_approve_or_operates_reads_a_run_but_not_what_was_said(
    rights: tuple[str, ...], status: int
) -> None:
    desk = Desk()
    run_id = await a_run_that_asks(desk)
    desk.world.callers["luis"] = LUIS.model_copy(update={"rights": rights})
    answer = await desk.run(run_id, "luis")
    assert answer.status == status
    if status == 200:
        (approval,) = answer.json["approvals"]
        assert (approval["args"], approval["payloadHash"]) == ({"fullName": "Carmen Ruiz"}, "abc")
        assert "text" not in answer.json
        assert answer.json["userId"] == ANA.user_id
        assert answer.json["warnings"] == [say("warning_search_partial", "es")]
    assert (await desk.run(run_id)).json["text"] == "Hola, Ana."


async def test_who_may_approve_reads_no_run_that_asks_for_nothing() -> None:
    desk = running_desk()
    run_id = await ended_run(desk)
    desk.world.callers["luis"] = LUIS.model_copy(update={"rights": ("approvals:decide",)})
    assert (await desk.run(run_id, "luis")).status == 404


async def test_operators_read_the_runs_of_their_own_tenant_only() -> None:
    desk = Desk()
    run_id = await a_run_that_asks(desk)
    desk.world.callers["olga"] = OLGA.model_copy(update={"rights": ("runs:read",)})
    assert (await desk.run(run_id, "olga")).status == 404


async def test_who_asked_learns_who_decided_and_why() -> None:
    desk = Desk()
    run_id = await a_run_that_asks(desk)
    desk.world.callers["luis"] = LUIS.model_copy(update={"rights": ("approvals:decide",)})
    body = {"decision": "reject", "payloadHash": "abc", "comment": "ya existe"}
    path = {"runId": run_id, "approvalId": "a0"}
    assert (await desk.person("luis").call(approvals.decide, "POST", body, path=path)).status == 200
    (approval,) = (await desk.run(run_id)).json["approvals"]
    assert (approval["state"], approval["decidedBy"]) == ("rejected", LUIS.user_id)
    assert approval["decidedByName"] == LUIS.name
    assert (approval["comment"], "decidedAt" in approval) == ("ya existe", True)
