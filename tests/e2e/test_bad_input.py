"""What is wrong is refused in clear words, and leaves nothing behind."""

from dataclasses import dataclass
from http import HTTPStatus

import pytest

from tests.e2e.conftest import Call
from tests.e2e.people import Answer, Person
from tests.e2e.stores import Stores

LIMIT = 8_000
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Wrong:
    """A body that is refused, and where its fault lies (a JSON pointer, if it is one field's)."""

    body: str | bytes
    status: int
    code: str
    pointers: tuple[str, ...] = ()
    content_type: str = JSON

    async def sent(self, who: Person, path: str) -> Answer:
        headers = {"Content-Type": self.content_type, "Accept": "text/event-stream"}
        return await who.ask("POST", path, data=self.body, headers=headers)


def assert_problem(answer: Answer, status: int, code: str, pointers: tuple[str, ...] = ()) -> None:
    """RFC 9457 with our members, and the correlation id in both places."""
    assert (answer.status, answer.body.get("code")) == (status, code), answer.body
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.body["status"] == status
    assert answer.body["title"] == HTTPStatus(status).phrase
    assert answer.body["detail"]
    assert answer.body["type"]
    assert answer.body["retryable"] is False
    assert answer.body["correlationId"] == answer.headers["x-correlation-id"]
    assert tuple(each["pointer"] for each in answer.body.get("errors", ())) == pointers
    assert all(each["message"] for each in answer.body.get("errors", ()))


@pytest.fixture
async def conversation(ana: Person) -> str:
    return await ana.open_conversation()


WRONG_MESSAGES = {
    "empty": Wrong('{"message": ""}', 400, "INVALID_REQUEST", ("/message",)),
    "blank": Wrong('{"message": " \\t\\n "}', 400, "INVALID_REQUEST", ("/message",)),
    "invisible": Wrong('{"message": "\\u200b\\u0000"}', 400, "INVALID_REQUEST", ("/message",)),
    "too-long": Wrong('{"message": "' + "a" * (LIMIT + 1) + '"}', 413, "TOO_LARGE"),
    "too-large": Wrong('{"message": "' + "a" * 300_000 + '"}', 413, "TOO_LARGE"),
    "nothing": Wrong("", 400, "INVALID_REQUEST", ("/message",)),
    "no-message": Wrong("{}", 400, "INVALID_REQUEST", ("/message",)),
    "not-json": Wrong("{message: hola}", 400, "INVALID_REQUEST"),
    "cut-json": Wrong('{"message": "Hola', 400, "INVALID_REQUEST"),
    "not-utf-8": Wrong(b'{"message": "\xff\xfe"}', 400, "INVALID_REQUEST"),
    "half-a-surrogate": Wrong('{"message": "\\ud800"}', 400, "INVALID_REQUEST"),
    "repeated": Wrong(
        '{"message": "Hola", "message": "Adiós"}', 400, "INVALID_REQUEST", ("/message",)
    ),
    "no-number": Wrong(
        '{"message": "Hola", "context": {"x": NaN}}', 400, "INVALID_REQUEST", ("/context/x",)
    ),
    "deep": Wrong(
        '{"context": ' + "[" * 100_000 + "]" * 100_000 + "}", 400, "INVALID_REQUEST", ("",)
    ),
    "a-list": Wrong('["Hola"]', 400, "INVALID_REQUEST", ("",)),
    "a-text": Wrong('"Hola"', 400, "INVALID_REQUEST", ("",)),
    "a-number": Wrong('{"message": 7}', 400, "INVALID_REQUEST", ("/message",)),
    "null": Wrong('{"message": null}', 400, "INVALID_REQUEST", ("/message",)),
    "an-object": Wrong('{"message": {"text": "Hola"}}', 400, "INVALID_REQUEST", ("/message",)),
    "unknown-field": Wrong(
        '{"message": "Hola", "mensaje/~": 1}', 400, "INVALID_REQUEST", ("/mensaje~1~0",)
    ),
    "two-faults": Wrong(
        '{"message": 7, "other": 1}', 400, "INVALID_REQUEST", ("/message", "/other")
    ),
    "unknown-choice": Wrong(
        '{"message": "Hola", "onBusy": "wait"}', 400, "INVALID_REQUEST", ("/onBusy",)
    ),
    "wrong-type": Wrong('{"message": "Hola"}', 415, "UNSUPPORTED_MEDIA_TYPE", (), "text/plain"),
    "a-form": Wrong("message=Hola", 415, "UNSUPPORTED_MEDIA_TYPE", (), "application/x-www-form"),
}


@pytest.mark.parametrize("wrong", WRONG_MESSAGES.values(), ids=WRONG_MESSAGES.keys())
async def test_a_wrong_message_is_refused(ana: Person, conversation: str, wrong: Wrong) -> None:
    answer = await wrong.sent(ana, f"/conversations/{conversation}/messages")
    assert_problem(answer, wrong.status, wrong.code, wrong.pointers)


async def test_fields_of_other_platforms_are_ignored_with_a_warning(
    ana: Person, conversation: str
) -> None:
    answer = await ana.ask(
        "POST",
        f"/conversations/{conversation}/messages",
        json={"message": "Hola, ¿cómo va?", "agentId": "a1", "provider": "agent_service"}
        | {"stream": True},
    )
    assert answer.status == 200
    agent, provider, stream = answer.body["warnings"]
    assert ("agentId" in agent, "provider" in provider, "stream" in stream) == (True,) * 3


async def test_a_message_of_exactly_the_limit_is_accepted(ana: Person, conversation: str) -> None:
    message = "Hola, ¿cómo va? " + "ñ" * (LIMIT - 16)
    assert len(message) == LIMIT
    run = await ana.say(conversation, message)
    assert run.end["type"] == "done"


WRONG_CONVERSATIONS = {
    "unknown-field": Wrong('{"titulo": "x"}', 400, "INVALID_REQUEST", ("/titulo",)),
    "empty-title": Wrong('{"title": ""}', 400, "INVALID_REQUEST", ("/title",)),
    "long-title": Wrong('{"title": "' + "x" * 201 + '"}', 400, "INVALID_REQUEST", ("/title",)),
    "other-language": Wrong('{"language": "fr"}', 400, "INVALID_REQUEST", ("/language",)),
    "no-such-zone": Wrong('{"timeZone": "Mars/Base"}', 400, "INVALID_REQUEST", ("/timeZone",)),
    "zone-is-a-path": Wrong('{"timeZone": "../x"}', 400, "INVALID_REQUEST", ("/timeZone",)),
    "not-json": Wrong("title", 400, "INVALID_REQUEST"),
    "wrong-type": Wrong("{}", 415, "UNSUPPORTED_MEDIA_TYPE", (), "text/plain"),
}


@pytest.mark.parametrize("wrong", WRONG_CONVERSATIONS.values(), ids=WRONG_CONVERSATIONS.keys())
async def test_a_wrong_conversation_is_refused(ana: Person, wrong: Wrong) -> None:
    answer = await wrong.sent(ana, "/conversations")
    assert_problem(answer, wrong.status, wrong.code, wrong.pointers)


async def test_what_is_wrong_leaves_nothing_behind(
    ana: Person, olga: Person, conversation: str, stores: Stores
) -> None:
    before = await stores.counts()
    path = f"/conversations/{conversation}/messages"
    for wrong in WRONG_MESSAGES.values():
        assert (await wrong.sent(ana, path)).status == wrong.status
    for wrong in WRONG_CONVERSATIONS.values():
        assert (await wrong.sent(ana, "/conversations")).status == wrong.status
    assert (await olga.post(conversation, "Hola, ¿cómo va?")).status == 404
    assert (await ana.post("unknown", "Hola, ¿cómo va?")).status == 404
    assert await stores.counts() == before


@pytest.mark.parametrize("whose", ["nobody's", "another tenant's", "another user's"])
@pytest.mark.parametrize("path", ["", "/messages", "/events"])
async def test_a_conversation_that_is_not_mine_is_as_unknown_as_none(
    person: Call, conversation: str, whose: str, path: str
) -> None:
    who = await person({"another tenant's": "olga", "another user's": "luis"}.get(whose, "ana"))
    wanted = "01ARZ3NDEKTSV4RRFFQ69G5FAV" if whose == "nobody's" else conversation
    if path == "/messages":
        answer = await who.post(wanted, "Hola, ¿cómo va?")
    else:
        answer = await who.get(f"/conversations/{wanted}{path}")
    assert_problem(answer, 404, "NOT_FOUND")


@pytest.mark.parametrize("name", ["a'b", 'a"b', "..", "%00", "ñ", "x" * 300, "a b", "$%7B1%7D"])
async def test_a_strange_id_is_unknown(ana: Person, name: str) -> None:
    for path in (f"/conversations/{name}", f"/runs/{name}", f"/runs/{name}/events"):
        answer = await ana.get(path)
        assert answer.status == 404, path


@pytest.mark.parametrize("place", ["abc", "-1", "1.5", "²", "9" * 5_000, " "])
async def test_a_wrong_place_in_a_run_is_refused(
    ana: Person, conversation: str, place: str
) -> None:
    run = await ana.say(conversation, "Hola, ¿cómo va?")
    answer = await ana.get(f"/runs/{run.run_id}/events?after={place}")
    assert_problem(answer, 400, "INVALID_REQUEST", ("/after",))


@pytest.mark.parametrize("limit", ["0", "101", "-1", "ten", "²", ""])
async def test_a_wrong_page_size_is_refused(ana: Person, conversation: str, limit: str) -> None:
    answer = await ana.get(f"/conversations/{conversation}/events?limit={limit}")
    assert_problem(answer, 400, "INVALID_REQUEST", ("/limit",))


async def test_errors_speak_the_language_that_is_asked_for(ana: Person, conversation: str) -> None:
    spanish = await ana.speaking("es-ES,es;q=0.9").post(conversation, "")
    english = await ana.speaking("en-GB,en;q=0.9").post(conversation, "")
    assert "petición" in spanish.body["detail"]
    assert "request" in english.body["detail"]
    assert spanish.body["errors"][0]["message"] != english.body["errors"][0]["message"]


async def test_the_callers_correlation_id_is_kept(ana: Person) -> None:
    mine = "my-own.id:7"
    answer = await ana.get("/conversations/unknown", **{"x-correlation-id": mine})
    assert answer.headers["x-correlation-id"] == mine
    assert answer.body["correlationId"] == mine


async def test_a_correlation_id_that_could_break_a_log_is_replaced(ana: Person) -> None:
    answer = await ana.get("/conversations/unknown", **{"x-correlation-id": "a b;c" * 40})
    assert answer.headers["x-correlation-id"].isalnum()
