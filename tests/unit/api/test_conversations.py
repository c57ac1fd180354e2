"""Creating and reading conversations, and their audit timeline."""

import pytest

from api import conversations
from shared.contracts.conversations import Summary
from tests.fakes.http import Answer
from tests.fakes.world import ANA
from tests.unit.api.people import ASYNC, Desk, running_desk


async def create(desk: Desk, body: object, **headers: str) -> Answer:
    return await desk.person().call(conversations.create, "POST", body, headers=headers)


async def read(desk: Desk, conversation: str, token: str = "ana") -> Answer:
    return await desk.person(token).call(conversations.read, path={"id": conversation})


async def test_a_conversation_is_created_with_what_was_asked() -> None:
    desk = Desk()
    body = {"title": "ACME", "language": "en", "timeZone": "America/Mexico_City"}
    answer = await create(desk, body)
    assert answer.status == 201
    made = answer.json
    assert (made["title"], made["language"], made["timeZone"]) == (
        "ACME", "en", "America/Mexico_City"
    )  # fmt: skip
    assert made["packVersion"] == desk.world.deps().packs.current
    assert answer.headers["location"] == f"/api/conversations/{made['conversationId']}"
    assert (await read(desk, made["conversationId"])).json == made


async def test_without_wishes_it_speaks_the_callers_language_in_madrid() -> None:
    made = (await create(Desk(), None, **{"accept-language": "en"})).json
    assert (made["language"], made["timeZone"]) == ("en", "Europe/Madrid")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"titel": "x"}, "/titel"),
        ({"title": ""}, "/title"),
        ({"title": "x" * 201}, "/title"),
        ({"title": 7}, "/title"),
        ({"language": "fr"}, "/language"),
        ({"timeZone": "Mars/Olympus"}, "/timeZone"),
        ({"timeZone": "../../etc/passwd"}, "/timeZone"),
        ({"timeZone": "x" * 65}, "/timeZone"),
        ({"tenantId": "tenant-b"}, "/tenantId"),
        ([], ""),
        ("x", ""),
        ({"a/b~c": 1}, "/a~1b~0c"),
    ],
)
async def test_a_wrong_field_is_pointed_at_and_nothing_is_stored(
    body: object, pointer: str
) -> None:
    desk = Desk()
    answer = await create(desk, body)
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
    (problem,) = answer.json["errors"]
    assert problem["pointer"] == pointer
    assert problem["message"]
    assert desk.world.conversations.stored == {}


@pytest.mark.parametrize("conversation", ["01NOPE", "", "../x", "ñ" * 300])
async def test_what_is_not_there_is_not_found(conversation: str) -> None:
    answer = await read(Desk(), conversation)
    assert (answer.status, answer.code) == (404, "NOT_FOUND")


async def test_somebody_elses_conversation_looks_like_one_that_does_not_exist() -> None:
    desk = Desk()
    own = await desk.conversation()
    unknown = await read(desk, "01NOPE", "olga")
    for token in ("olga", "luis"):
        other = await read(desk, own, token)
        assert other.status == 404
        same = ("type", "title", "status", "detail", "code", "retryable")
        assert [other.json[name] for name in same] == [unknown.json[name] for name in same]
        assert set(other.json) == set(unknown.json)


async def test_a_conversation_shows_its_turns_oldest_first() -> None:
    desk = running_desk()
    conversation = await desk.conversation()
    for message in ("uno", "dos"):
        assert (await desk.post(conversation, message)).status == 200
    turns = (await read(desk, conversation)).json["turns"]
    assert [turn["message"] for turn in turns] == ["uno", "dos"]


async def test_its_turns_are_read_in_pages_with_the_summary_on_the_newest() -> None:
    desk = running_desk()
    conversation = await desk.conversation()
    for message in ("uno", "dos", "tres"):
        assert (await desk.post(conversation, message)).status == 200
    handler, path = conversations.read, {"id": conversation}
    run_id = (await read(desk, conversation)).json["turns"][0]["runId"]
    summary = Summary(
        run_id=run_id, conversation_id=conversation, tenant_id=ANA.tenant_id, text="Se saludó."
    )
    await desk.world.conversations.put_summary(summary)
    newest = (await desk.person().call(handler, path=path, query={"limit": "2"})).json
    assert [turn["message"] for turn in newest["turns"]] == ["dos", "tres"]
    assert newest["summary"] == "Se saludó."
    query = {"limit": "2", "before": newest["older"]}
    oldest = (await desk.person().call(handler, path=path, query=query)).json
    assert [turn["message"] for turn in oldest["turns"]] == ["uno"]
    assert {"older", "summary"}.isdisjoint(oldest)
    for wrong in ({"limit": "0"}, {"limit": "101"}, {"before": "a b"}):
        answer = await desk.person().call(handler, path=path, query=wrong)
        assert (answer.status, answer.code) == (400, "INVALID_REQUEST")


async def test_the_timeline_is_paged() -> None:
    desk = running_desk()
    conversation = await desk.conversation()
    for message in ("uno", "dos", "tres"):
        await desk.post(conversation, message)

    async def page(**query: str) -> Answer:
        return await desk.person().call(
            conversations.events, path={"id": conversation}, query=query
        )

    first = (await page(limit="2")).json
    rest = (await page(limit="2", after=first["next"])).json
    assert [len(first["items"]), len(rest["items"])] == [2, 1]
    assert "next" not in rest
    everything = (await page()).json["items"]
    assert everything == [*first["items"], *rest["items"]]
    assert {event["kind"] for event in everything} == {"turn.completed"}


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "1.5", "²", "9" * 5000])
async def test_a_page_of_an_impossible_size_is_refused(limit: str) -> None:
    desk = Desk()
    conversation = await desk.conversation()
    answer = await desk.person().call(
        conversations.events, path={"id": conversation}, query={"limit": limit}
    )
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")


async def test_the_timeline_of_somebody_else_is_not_found() -> None:
    desk = Desk()
    conversation = await desk.conversation()
    answer = await desk.person("olga").call(conversations.events, path={"id": conversation})
    assert answer.status == 404


async def test_no_header_of_the_caller_can_start_anything() -> None:
    """Reading is reading, whatever is preferred."""
    desk = Desk()
    conversation = await desk.conversation()
    await desk.person().call(conversations.read, path={"id": conversation}, headers=ASYNC)
    assert desk.orchestrations.started == []
