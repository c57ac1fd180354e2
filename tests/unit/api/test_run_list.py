"""The list of runs, for who operates them."""

from datetime import timedelta

import pytest

from api import run_list
from shared.contracts.runs import RunStatus
from shared.ports import OrchestrationState
from tests.fakes.http import Answer
from tests.fakes.samples import AT
from tests.fakes.world import ANA, LUIS, OLGA
from tests.unit.api.people import ASYNC, Desk, running_desk

OPERATOR = LUIS.model_copy(update={"rights": ("runs:read",)})


async def listed(desk: Desk, who: str = "operator", **query: str) -> Answer:
    desk.world.callers["operator"] = OPERATOR
    desk.world.callers["far"] = OLGA.model_copy(update={"rights": ("runs:operate",)})
    return await desk.person(who).call(run_list.listed, query=query)


def ids(answer: Answer) -> list[str]:
    return [item["runId"] for item in answer.json["items"]]


async def with_runs(count: int) -> tuple[Desk, str, list[str]]:
    """The newest first."""
    desk = running_desk()
    conversation = await desk.conversation()
    made = [str((await desk.post(conversation)).json["runId"]) for _ in range(count)]
    return desk, conversation, made[::-1]


async def test_operators_see_how_runs_are_doing_and_nothing_of_what_was_said() -> None:
    desk, conversation, (run_id,) = await with_runs(1)
    (entry,) = (await listed(desk)).json["items"]
    assert (entry["runId"], entry["conversationId"], entry["state"]) == (
        run_id, conversation, "DONE"
    )  # fmt: skip
    assert set(entry) == {
        "runId", "conversationId", "userId", "userName", "state", "isAgentCall", "isFlow",
        "receivedAt",
        "endedAt", "finishReason", "correlationId",
    }  # fmt: skip


async def test_who_asked_is_told_by_name() -> None:
    desk, _, (run_id,) = await with_runs(1)
    (entry,) = (await listed(desk)).json["items"]
    assert (entry["userId"], entry["userName"]) == (ANA.user_id, ANA.name)
    view = (await desk.run(run_id, "operator")).json
    assert (view["userId"], view["userName"]) == (ANA.user_id, ANA.name)


async def test_others_may_not_and_other_tenants_see_their_own() -> None:
    desk, _, _ = await with_runs(1)
    answer = await listed(desk, "ana")
    assert (answer.status, answer.code) == (403, "FORBIDDEN")
    assert (await listed(desk, "far")).json == {"items": []}


@pytest.mark.parametrize("size", [1, 2, 3, 5])
async def test_pages_give_every_run_once(size: int) -> None:
    desk, _, made = await with_runs(5)
    found: list[str] = []
    query: dict[str, str] = {"limit": str(size)}
    while True:
        page = await listed(desk, **query)
        assert 0 < len(ids(page)) <= size
        found += ids(page)
        if "next" not in page.json:
            break
        query["after"] = page.json["next"]
    assert found == made


async def test_they_are_found_by_conversation_and_by_time() -> None:
    desk, conversation, made = await with_runs(2)
    other = str((await desk.post(await desk.conversation())).json["runId"])
    assert ids(await listed(desk)) == [other, *made]
    assert ids(await listed(desk, conversationId=conversation)) == made
    now = desk.world.clock().isoformat()
    assert ids(await listed(desk, until=now)) == [other, *made]
    assert ids(await listed(desk, since=now)) == []
    earlier = (desk.world.clock() - timedelta(days=1)).isoformat()
    assert len(ids(await listed(desk, since=earlier))) == 3


async def test_they_are_found_by_state_also_those_under_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk()
    made = [str((await desk.post(await desk.conversation(), **ASYNC)).json["runId"])
            for _ in range(4)]  # fmt: skip
    planned = RunStatus(state="PLANNED", since=AT, conversation_id="c1")
    for run_id in made[:3]:
        desk.orchestrations.states[run_id] = OrchestrationState("running", planned)
    assert ids(await listed(desk, state="RECEIVED")) == [made[3]]
    assert ids(await listed(desk, state="PLANNED")) == made[2::-1]
    assert ids(await listed(desk, state="DONE")) == []
    monkeypatch.setattr(run_list, "MOST_LOOKED_AT", 2)
    first = await listed(desk, state="PLANNED")
    assert (ids(first), "next" in first.json) == ([made[2]], True)
    second = await listed(desk, state="PLANNED", after=first.json["next"])
    assert (ids(second), "next" in second.json) == ([made[1], made[0]], False)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"state": "done"}, "/state"),
        ({"since": "yesterday"}, "/since"),
        ({"until": "2026-11-22T10:00:00"}, "/until"),
        ({"since": "9999-12-31T23:59:59-10:00"}, "/since"),
        ({"conversationId": "a'b"}, "/conversationId"),
        ({"after": "x"}, "/after"),
        ({"limit": "1000"}, "/limit"),
    ],
)
async def test_a_wrong_query_is_pointed_at(query: dict[str, str], pointer: str) -> None:
    answer = await listed(Desk(), **query)
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
    assert [each["pointer"] for each in answer.json["errors"]] == [pointer]
