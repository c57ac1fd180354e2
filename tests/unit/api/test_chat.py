"""One inline agent call over HTTP: its body, its thread, its run, the form of its answer."""

import asyncio
import json
from typing import Any

import pytest

from api import chat, conversations, messages
from api.bodies import MAX_BODY_BYTES
from api.edge import Handler
from api.identifiers import born_at
from shared.calling.threads import thread_of
from shared.contracts.agent_activities import ChatRequest
from shared.contracts.agent_steps import AgentStep
from shared.contracts.conversations import Turn
from shared.contracts.credentials import CredentialScope
from shared.contracts.models import ModelChoice
from shared.contracts.runs import RunRecord
from shared.errors import ConfigurationError
from shared.ports import Model
from tests.fakes.http import Answer
from tests.fakes.samples import AT
from tests.fakes.world import ANA
from tests.plan_requests import plan_requests
from tests.unit.api.rules import ChatDesk

MINIMAL = {"sessionId": "s1", "message": "Hola"}
AGENT_JSON = "application/vnd.agent+json"


async def end(desk: ChatDesk, record: RunRecord) -> None:
    """The run's end, as its last step leaves it."""
    turn = Turn(
        run_id=record.run_id, conversation_id=record.conversation_id, tenant_id=ANA.tenant_id,
        asked_at=AT, message=record.message, text="Buenas.", finish_reason="stop",
    )  # fmt: skip
    await desk.world.conversations.add_turn(turn)
    await desk.world.end(record)


# --- the run --------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", plan_requests().values(), ids=plan_requests())
async def test_every_example_of_the_plan_starts_a_run(body: dict[str, Any]) -> None:
    desk = ChatDesk()
    desk.world.knowledge.indexes = frozenset(desk.settings.indexes)
    desk.world.knowledge.configurations = desk.settings.semantic_configurations
    record = await desk.run(body, content_type=AGENT_JSON)
    assert record.call is not None


async def test_a_call_is_one_run_of_the_orchestrator_of_agents() -> None:
    desk = ChatDesk()
    record = await desk.run({**MINIMAL, "context": {"a": 1}, "runtime": {"timeout_ms": 30_000}})
    assert (record.message, record.context) == ("Hola", {"a": 1})
    [(run_id, orchestrator, request)] = desk.orchestrations.started
    assert (run_id, orchestrator) == (record.run_id, "chat")
    started = ChatRequest.model_validate(request)
    assert started.run.conversation_id == record.conversation_id
    assert (started.run.follows, started.after, started.limits.seconds) == (False, 1, 30.0)
    assert record.call is not None
    assert started.shape.speakers == ("RetrievalAgent", "DomainExpert")
    assert "Hola" not in json.dumps(request), "nothing a person wrote goes through Durable"


async def test_what_was_sent_in_vain_is_kept_as_warnings() -> None:
    record = await ChatDesk().run({**MINIMAL, "agentId": "a1", "stream": False})
    assert record.warnings == ("ignored_agent_id", "ignored_stream")


async def test_instructions_alone_are_the_message() -> None:
    record = await ChatDesk().run({"systemPrompt": "Resume el expediente", "agent": "normal"})
    assert record.message == "Resume el expediente"


async def test_the_same_key_and_body_are_one_run_in_one_thread() -> None:
    desk = ChatDesk()
    answers = await asyncio.gather(*(desk.ask(MINIMAL, idempotency_key="k") for _ in range(3)))
    assert len({answer.json["runId"] for answer in answers}) == 1
    assert len(desk.world.conversations.stored) == 1
    other = await desk.ask({**MINIMAL, "message": "Adiós"}, idempotency_key="k")
    assert (other.status, other.code) == (409, "IDEMPOTENCY_MISMATCH")


async def test_a_call_that_was_claimed_and_never_started_is_started_in_its_thread() -> None:
    desk = ChatDesk()
    first = await desk.run(MINIMAL, idempotency_key="k")
    desk.orchestrations.started.clear()
    desk.orchestrations.states.clear()
    assert await desk.run(MINIMAL, idempotency_key="k") == first
    assert [run_id for run_id, _, _ in desk.orchestrations.started] == [first.run_id]


# --- threads --------------------------------------------------------------------------------------


async def test_a_call_without_a_thread_begins_one() -> None:
    desk = ChatDesk()
    one, two = await desk.run(MINIMAL), await desk.run(MINIMAL)
    assert one.conversation_id == thread_of(one.run_id) != two.conversation_id
    assert born_at(one.conversation_id) == born_at(one.run_id)


async def test_a_thread_goes_on() -> None:
    desk = ChatDesk()
    first = await desk.run(MINIMAL)
    await end(desk, first)
    second = await desk.run({**MINIMAL, "threadId": first.conversation_id})
    assert second.conversation_id == first.conversation_id
    assert ChatRequest.model_validate(desk.orchestrations.started[-1][2]).run.follows


async def test_a_thread_with_a_run_under_way_is_busy() -> None:
    desk = ChatDesk()
    first = await desk.run(MINIMAL)
    answer = await desk.ask({**MINIMAL, "threadId": first.conversation_id})
    assert (answer.status, answer.code) == (409, "CONVERSATION_BUSY")
    assert first.run_id in answer.json["detail"]


async def test_a_thread_is_its_session_s_its_user_s_and_its_tenant_s() -> None:
    desk = ChatDesk()
    first = await desk.run(MINIMAL)
    await end(desk, first)
    body = {**MINIMAL, "agent": "normal", "threadId": first.conversation_id}
    answers = [
        await desk.ask(body | {"sessionId": "s2"}),
        await desk.ask({"message": "Hola", "threadId": first.conversation_id}),
        await desk.ask(body, token="luis"),
        await desk.ask(body, token="olga"),
        await desk.ask(body | {"threadId": "01JD8ZZZZZZZZZZZZZZZZZZZZZ"}),
    ]
    told = {(answer.status, answer.code, answer.json["detail"]) for answer in answers}
    assert told == {(404, "NOT_FOUND", "La conversación no existe.")}
    assert len(desk.orchestrations.started) == 1


@pytest.mark.parametrize("route", [conversations.read, conversations.events])
async def test_a_thread_is_read_by_who_names_its_session(route: Handler) -> None:
    desk = ChatDesk()
    first, unnamed = await desk.run(MINIMAL), await desk.run({"message": "Hola"})

    async def status(thread: str, token: str = "ana", **query: str) -> int:
        answer = await desk.person(token).call(route, path={"id": thread}, query=query)
        return answer.status

    assert await status(first.conversation_id, sessionId="s1") == 200
    assert await status(unnamed.conversation_id) == 200
    assert await status(first.conversation_id) == 404
    assert await status(first.conversation_id, sessionId="s2") == 404
    assert await status(unnamed.conversation_id, sessionId="s1") == 404
    for token in ("luis", "olga"):
        assert await status(first.conversation_id, token, sessionId="s1") == 404


async def test_a_conversation_of_messages_is_no_thread() -> None:
    desk = ChatDesk()
    conversation = await desk.world.converse()
    answer = await desk.ask({**MINIMAL, "threadId": conversation.conversation_id})
    assert answer.status == 404


async def test_a_thread_takes_no_messages_without_its_session() -> None:
    desk = ChatDesk()
    record = await desk.run(MINIMAL)
    await end(desk, record)
    answer = await desk.person().call(
        messages.post, "POST", {"message": "Hola"}, path={"id": record.conversation_id}
    )
    assert (answer.status, answer.code) == (404, "NOT_FOUND")


# --- the answer -----------------------------------------------------------------------------------


async def test_a_patient_caller_gets_text_usage_thread_and_run() -> None:
    desk = ChatDesk()
    record = await desk.run(MINIMAL, idempotency_key="k")
    await end(desk, record)
    answer = await desk.ask(MINIMAL, idempotency_key="k", prefer="")
    assert answer.status == 200
    body = answer.json
    assert (body["text"], body["threadId"]) == ("Buenas.", record.conversation_id)
    assert body["runId"] == record.run_id == answer.headers["x-run-id"]
    assert "steps" not in body
    assert "usage" in body


async def test_a_trace_tells_who_said_what() -> None:
    desk = ChatDesk()
    body = {**MINIMAL, "return_trace": True}
    record = await desk.run(body, idempotency_key="k")
    steps = (
        AgentStep(
            run_id=record.run_id, tenant_id=ANA.tenant_id, number=1, kind="chooses",
            speaker="Coordinator", chosen="DomainExpert",
        ),
        AgentStep(
            run_id=record.run_id, tenant_id=ANA.tenant_id, number=2, speaker="DomainExpert",
            text="Buenas.",
        ),
    )  # fmt: skip
    for step in steps:
        await desk.world.agent_steps.put(step)
    await end(desk, record)
    told = (await desk.ask(body, idempotency_key="k", prefer="")).json
    assert told["steps"] == [{"speaker": "DomainExpert", "text": "Buenas."}]
    assert told["handoffTrace"] == [{"from": "Coordinator", "to": "DomainExpert"}]


async def test_a_streaming_caller_gets_the_events() -> None:
    desk = ChatDesk()
    record = await desk.run(MINIMAL, idempotency_key="k")
    await end(desk, record)
    answer = await desk.ask(MINIMAL, idempotency_key="k", prefer="", accept="text/event-stream")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert json.loads(answer.body.split(b"data: ")[-1])["type"] == "done"


# --- what is refused ------------------------------------------------------------------------------


async def refused(
    body: object, desk: ChatDesk | None = None, token: str | None = "ana", **headers: str
) -> Answer:
    """Nothing may have happened."""
    desk = desk or ChatDesk()
    answer = await desk.ask(body, token=token, **headers)
    assert desk.world.runs.records == {}
    assert desk.world.log.runs == {}
    assert desk.world.conversations.stored == {}
    assert desk.orchestrations.started == []
    return answer


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/message"]),
        ({"message": "  \u200b"}, ["/message"]),
        ({**MINIMAL, "sessionId": "s" * 129}, ["/sessionId"]),
        ({**MINIMAL, "session_id": 3}, ["/session_id"]),
        ({**MINIMAL, "surprise": 1}, ["/surprise"]),
        ({**MINIMAL, "save_as": "r"}, ["/save_as"]),
        ({**MINIMAL, "max_turns": 13}, ["/max_turns"]),
        ({**MINIMAL, "maxTurns": 13}, ["/maxTurns"]),
        ({**MINIMAL, "max_turns": 3, "maxTurns": 3}, ["/maxTurns"]),
        ({**MINIMAL, "mode": "debate"}, ["/mode"]),
        ({**MINIMAL, "agent": "poet"}, ["/agent"]),
        ({**MINIMAL, "provider": "openai"}, ["/provider"]),
        ({**MINIMAL, "model": {"temperature": 2.1}}, ["/model/temperature"]),
        ({**MINIMAL, "model": {"provider": "skynet"}}, ["/model/provider"]),
        ({**MINIMAL, "runtime": {"timeout_ms": 120_001}}, ["/runtime/timeout_ms"]),
        ({**MINIMAL, "search": {"topK": 11}}, ["/search/topK"]),
        ({**MINIMAL, "search": {"indexes": ["a", "b", "c", "d"]}}, ["/search/indexes"]),
        ({**MINIMAL, "search": {"filter": "category eq"}}, ["/search/filter"]),
        ({**MINIMAL, "search": {"vector": ["x"]}}, ["/search/vector/0"]),
        ({**MINIMAL, "search": {"select": ["nope"]}}, ["/search/select/0"]),
        ({**MINIMAL, "tools": [{"name": "ai_search", "arg": 1}]}, ["/tools/0/arg"]),
        ({**MINIMAL, "credentials": {"search": "plain-key"}}, ["/credentials/search"]),
        ({**MINIMAL, "threadId": "a/b"}, ["/threadId"]),
        (
            {**MINIMAL, "agent_profile": "rag", "search": {"indexes": ["cerebro"]}},
            ["/search/mode"],
        ),
    ],
)
async def test_a_field_at_fault_is_pointed_at_where_it_was_written(
    body: object, pointers: list[str]
) -> None:
    answer = await refused(body)
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
    assert [each["pointer"] for each in answer.json["errors"]] == pointers


@pytest.mark.parametrize(("language", "told"), [("es", "falta"), ("en", "is missing")])
async def test_what_is_wrong_is_said_in_the_caller_s_language(language: str, told: str) -> None:
    answer = await refused({}, accept_language=language)
    assert answer.json["errors"] == [{"pointer": "/message", "message": told}]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"mode": "debate"}, "debe ser 'sequential', 'fanout' o 'group_chat'"),
        ({"context": []}, "debe ser un objeto JSON"),
        ({"tools": "ai_search"}, "debe ser una lista"),
        ({"max_turns": "3"}, "debe ser un número entero"),
        ({"max_turns": 2.5}, "debe ser un número entero"),
        ({"model": {"temperature": "high"}}, "debe ser un número"),
        ({"model": {"temperature": 2.5}}, "debe ser 2 o menos"),
        ({"return_trace": 1}, "debe ser true o false"),
        ({"search": {"vector": []}}, "debe tener al menos 1 elementos"),
        ({"participants": ["a b"]}, "tiene caracteres que no valen aquí, o le faltan"),
    ],
)
async def test_every_kind_of_fault_has_its_words(fields: dict[str, Any], told: str) -> None:
    answer = await refused({**MINIMAL, **fields})
    assert [each["message"] for each in answer.json["errors"]] == [told]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
@pytest.mark.parametrize(
    ("where", "pointer"),
    [
        ('"context": {"a": [%s]}', "/context/a/0"),
        ('"agentId": %s', "/agentId"),
        ('"max_turns": %s', "/max_turns"),
    ],
)
async def test_a_number_that_no_store_takes_is_told_by_its_place(
    number: str, where: str, pointer: str
) -> None:
    raw = '{"message": "Hola", ' + where % number + "}"
    answer = await ChatDesk().person().call(chat.post, "POST", raw=[raw.encode()])
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
    assert [each["pointer"] for each in answer.json["errors"]] == [pointer]


MARKUP = "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize(
    "body",
    [
        {**MINIMAL, "mode": MARKUP},
        {**MINIMAL, "agent": MARKUP},
        {**MINIMAL, "participants": [MARKUP]},
        {**MINIMAL, "tools": [MARKUP]},
        {**MINIMAL, "threadId": MARKUP},
        {**MINIMAL, "profile": MARKUP},
        {**MINIMAL, "model": {"endpoint": f"https://x/{MARKUP}", "name": MARKUP}},
        {**MINIMAL, "search": {"indexes": [MARKUP], "semanticConfiguration": MARKUP}},
        {**MINIMAL, "search": {"mode": MARKUP, "filter": MARKUP, "select": [MARKUP]}},
        {**MINIMAL, "tools": [{"name": "mcp", "args": {"server": MARKUP}}]},
        {**MINIMAL, "tools": [{"name": "http", "args": {"url": f"https://{MARKUP}"}}]},
        {**MINIMAL, "tools": [{"name": "ai_search", "args": {"mode": MARKUP}}]},
        {**MINIMAL, "credentials": {"search": MARKUP}},
        {**MINIMAL, "search": {"filter": f"title eq '{MARKUP}' and"}},
    ],
)
async def test_markup_that_is_refused_is_not_told_back(body: object) -> None:
    answer = await refused(body)
    assert answer.code in ("INVALID_REQUEST", "NOT_ALLOWED")
    assert "onerror" not in json.dumps(answer.json)


async def test_an_unknown_field_is_named_as_what_it_is_and_never_as_markup() -> None:
    answer = await refused({**MINIMAL, MARKUP: 1})
    assert answer.code == "INVALID_REQUEST", "which also checks that no bracket is in the body"
    assert answer.json["errors"][0]["pointer"] == f"/{MARKUP}"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({**MINIMAL, "participants": ["Nobody"]}, "Nobody"),
        ({**MINIMAL, "tools": ["createUser"]}, "createUser"),
        ({**MINIMAL, "search": {"indexes": ["nominas"]}}, "nominas"),
        ({**MINIMAL, "search": {"mode": "hybrid", "semanticConfiguration": "mine"}}, "mine"),
        ({**MINIMAL, "profile": "root"}, "root"),
    ],
)
async def test_what_is_on_no_list_is_refused_by_its_name(body: object, named: str) -> None:
    answer = await refused(body)
    assert (answer.status, answer.code) == (403, "NOT_ALLOWED")
    assert f"«{named}»" in answer.json["detail"]


async def test_a_right_that_is_missing_is_forbidden() -> None:
    answer = await refused({**MINIMAL, "tools": ["ai_search"]}, token="luis")
    assert (answer.status, answer.code) == (403, "FORBIDDEN")
    assert "knowledge:read" in answer.json["detail"]


class NothingInstalled:
    def get(
        self,
        choice: ModelChoice,
        profile: str | None = None,
        scope: CredentialScope | None = None,
        *,
        patient: bool = True,
    ) -> Model:
        raise ConfigurationError("pip install anthropic")

    def embedder(self, scope: CredentialScope | None) -> Model | None:
        return None

    async def close(self) -> None: ...


async def test_a_provider_that_is_not_set_up_is_refused() -> None:
    desk = ChatDesk(models=NothingInstalled())
    answer = await refused({**MINIMAL, "model": {"provider": "anthropic"}}, desk)
    assert (answer.status, answer.code) == (403, "NOT_ALLOWED")
    assert "anthropic" in answer.json["detail"]
    assert "pip" not in answer.json["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {**MINIMAL, "message": "x" * 8_001},
        {**MINIMAL, "context": {"a": "x" * 65_536}},
        {**MINIMAL, "surprise": "x" * MAX_BODY_BYTES},
    ],
)
async def test_what_is_too_large_is_413(body: object) -> None:
    answer = await refused(body)
    assert (answer.status, answer.code) == (413, "TOO_LARGE")


async def test_a_body_over_its_limit_is_not_even_read() -> None:
    desk = ChatDesk()
    answer = await desk.person().call(
        chat.post, "POST", raw=[b"{"], headers={"content-length": str(MAX_BODY_BYTES + 1)}
    )
    assert (answer.status, answer.code) == (413, "TOO_LARGE")


@pytest.mark.parametrize("media_type", ["text/plain", "text/html", "application/xml"])
async def test_another_media_type_is_415(media_type: str) -> None:
    answer = await refused(MINIMAL, content_type=media_type)
    assert (answer.status, answer.code) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("media_type", [AGENT_JSON, "application/json; charset=utf-8"])
async def test_both_media_types_are_taken(media_type: str) -> None:
    await ChatDesk().run(MINIMAL, content_type=media_type)


async def test_nobody_calls_an_agent_without_a_token() -> None:
    answer = await refused(MINIMAL, token=None)
    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")
