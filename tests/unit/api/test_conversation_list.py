"""One's own conversations: listed, searched, renamed."""

from base64 import urlsafe_b64encode

import pytest

from api import conversations, erasing
from shared.contracts.conversations import Conversation
from tests.fakes.http import Answer
from tests.fakes.world import ANA
from tests.unit.api.people import Desk, running_desk


async def listed(desk: Desk, who: str = "ana", **query: str) -> Answer:
    return await desk.person(who).call(conversations.listed, query=query)


async def renamed(desk: Desk, conversation: str, body: object, who: str = "ana") -> Answer:
    handler = conversations.rename
    return await desk.person(who).call(handler, "PATCH", body, path={"id": conversation})


def titles(answer: Answer) -> list[str]:
    return [item["title"] for item in answer.json["items"]]


async def with_titles(*names: str) -> Desk:
    desk = running_desk()
    for name in names:
        await desk.conversation(title=name)
    return desk


async def test_a_page_says_where_the_next_one_begins() -> None:
    desk = await with_titles("uno", "dos", "tres")
    first = await listed(desk, limit="2")
    assert titles(first) == ["tres", "dos"]
    last = await listed(desk, limit="2", after=first.json["next"])
    assert titles(last) == ["uno"]
    assert "next" not in last.json


async def test_an_entry_says_what_a_list_has_to_show() -> None:
    desk = await with_titles("uno")
    (entry,) = (await listed(desk)).json["items"]
    assert set(entry) == {"conversationId", "title", "language", "createdAt", "updatedAt"}


async def test_what_was_used_last_comes_first() -> None:
    desk = await with_titles("uno", "dos")
    first = (await listed(desk)).json["items"][-1]["conversationId"]
    assert (await desk.post(first)).status == 200
    assert titles(await listed(desk)) == ["uno", "dos"]


async def test_titles_are_searched() -> None:
    desk = await with_titles("Reunión de ACME", "Vacaciones", "La reunion")
    assert titles(await listed(desk, q=" REUNION ")) == ["La reunion", "Reunión de ACME"]
    assert titles(await listed(desk, q="nada")) == []
    assert len(titles(await listed(desk, q="  "))) == 3


@pytest.mark.parametrize("who", ["luis", "olga"])
async def test_nobody_sees_the_conversations_of_others(who: str) -> None:
    desk = await with_titles("uno")
    assert (await listed(desk, who)).json == {"items": []}


def cursor(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"limit": "0"}, "/limit"),
        ({"limit": "101"}, "/limit"),
        ({"limit": "x"}, "/limit"),
        ({"after": "x"}, "/after"),
        ({"after": "ñ"}, "/after"),
        ({"after": ""}, "/after"),
        ({"after": cursor("2026-11-22 c1")}, "/after"),
        ({"after": cursor("2026-11-22T10:00:00.000000+00:00 ' or 1=1")}, "/after"),
        ({"q": "x" * 201}, "/q"),
    ],
)
async def test_a_wrong_query_is_pointed_at(query: dict[str, str], pointer: str) -> None:
    answer = await listed(await with_titles("uno"), **query)
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
    assert [each["pointer"] for each in answer.json["errors"]] == [pointer]


async def test_a_conversation_gets_another_title() -> None:
    desk = await with_titles("uno")
    conversation = (await listed(desk)).json["items"][0]["conversationId"]
    answer = await renamed(desk, conversation, {"title": "otro"})
    assert (answer.status, answer.json["title"]) == (200, "otro")
    assert titles(await listed(desk)) == ["otro"]
    assert (await renamed(desk, conversation, {"title": "x"}, "luis")).status == 404
    assert (await renamed(desk, "01NOPE", {"title": "x"})).status == 404


@pytest.mark.parametrize(
    "body", [None, {}, {"title": ""}, {"title": "x" * 201}, {"title": None}, {"ownerId": "x"}]
)
async def test_a_title_that_is_none_is_refused(body: object) -> None:
    desk = await with_titles("uno")
    conversation = (await listed(desk)).json["items"][0]["conversationId"]
    assert (await renamed(desk, conversation, body)).code == "INVALID_REQUEST"
    assert titles(await listed(desk)) == ["uno"]


async def test_threads_are_there_for_who_names_their_session() -> None:
    desk = await with_titles("uno")
    now = desk.world.clock()
    await desk.world.conversations.create(
        Conversation(
            conversation_id="t1", tenant_id=ANA.tenant_id, owner_id=ANA.user_id, session_id="s1",
            pack_version="1", created_at=now, updated_at=now,
        )
    )  # fmt: skip
    assert titles(await listed(desk)) == ["uno"]
    (entry,) = (await listed(desk, sessionId="s1")).json["items"]
    assert (entry["conversationId"], entry["sessionId"]) == ("t1", "s1")
    assert (await listed(desk, sessionId="s2")).json == {"items": []}
    for session, status in (("s2", 404), ("", 404), ("s1", 200)):
        answer = await desk.person().call(
            conversations.rename, "PATCH", {"title": "x"}, path={"id": "t1"},
            query={"sessionId": session},
        )  # fmt: skip
        assert answer.status == status
    for session, status in (("s2", 404), ("", 404), ("s1", 204)):
        answer = await desk.person().call(
            erasing.erase, "DELETE", path={"id": "t1"}, query={"sessionId": session}
        )
        assert answer.status == status
