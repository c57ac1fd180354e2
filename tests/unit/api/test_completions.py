"""Agents for clients of OpenAI's chat completions: what they may ask, what they are told."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from api import completions
from api.completing import chat_of, completion_id, history_of
from api.completion_stream import CompletionStream
from api.edge import authenticated
from api.openai_errors import in_openais_form
from shared.contracts.agents import Spoken
from shared.contracts.completions import PostCompletion
from shared.contracts.conversations import MAX_CONTEXT_BYTES, Turn
from shared.contracts.events import (
    CitationsEvent,
    DoneEvent,
    ErrorEvent,
    RestartEvent,
    RunEvent,
    StateEvent,
    TextEvent,
)
from shared.contracts.evidence import Citation
from shared.contracts.runs import RunRecord, Usage
from shared.errors import InvalidRequestError
from shared.streams.tailing import Numbered
from tests.fakes.http import Answer, read, request
from tests.fakes.samples import AT
from tests.fakes.world import ANA, RUN_ID
from tests.unit.api.rules import SETTINGS, ChatDesk

USER = {"role": "user", "content": "Hola"}
CITATION = Citation(number=1, source="s", title="t", score=1.0, index="cerebro",
                    document_id="d1", verified=True)  # fmt: skip


def body(**more: Any) -> dict[str, Any]:
    return {"model": "normal", "messages": [USER], **more}


def posted(**more: Any) -> PostCompletion:
    return PostCompletion.model_validate_json(json.dumps(body(**more)))


# --- what is asked --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "profile", "name"),
    [
        ("rag", "rag", None),
        ("rag/gpt-4o", "rag", "gpt-4o"),
        ("coordinator", "coordinator", None),
        ("gpt-4o", "normal", "gpt-4o"),
        ("org/model-7", "normal", "org/model-7"),
    ],
)
def test_a_model_is_a_profile_or_a_model_or_both(
    model: str, profile: str, name: str | None
) -> None:
    chat = chat_of(posted(model=model), "es")
    assert chat.model is not None
    assert (chat.agent_profile, chat.model.name) == (profile, name)


def test_the_last_message_is_asked_and_the_others_are_told() -> None:
    asked = posted(
        messages=[
            {"role": "system", "content": "Sé breve."},
            {"role": "user", "content": [{"type": "text", "text": "¿Qué "},
                                         {"type": "text", "text": "tal?"}]},
            {"role": "assistant", "content": "Bien.", "refusal": None, "tool_calls": None},
            {"role": "developer", "content": "Y cortés."},
            USER,
        ]
    )  # fmt: skip
    chat = chat_of(asked, "es")
    assert (chat.message, chat.system_prompt) == ("Hola", "Sé breve.\n\nY cortés.")
    assert history_of(asked.messages) == (
        Spoken(role="user", content="¿Qué tal?"),
        Spoken(role="assistant", content="Bien."),
    )


def test_how_the_model_is_asked_is_kept() -> None:
    chat = chat_of(
        posted(temperature=1, top_p=0.5, max_tokens=9, max_completion_tokens=7, user="u1",
               response_format={"type": "json_object"}),
        "es",
    )  # fmt: skip
    block = chat.model
    assert block is not None
    assert (block.temperature, block.top_p, block.max_tokens) == (1, 0.5, 7)
    assert (block.response_format, chat.session_id) == ("json", "u1")


async def test_a_run_ends_with_its_client_where_that_is_asked_for() -> None:
    desk = ChatDesk()
    _, record = await answered(desk, body(on_disconnect="cancel", stream=True))
    assert record.on_disconnect == "cancel"


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "/tools"),
        ({"functions": [{"name": "f"}]}, "/functions"),
        ({"messages": [USER, {"role": "assistant", "content": "Hola"}]}, "/messages/1/role"),
        ({"messages": [USER, {"role": "user", "content": " "}]}, "/messages/1/content"),
        ({"messages": [{"role": "system", "content": "x" * 8_001}, USER]}, "/messages"),
    ],
)
def test_what_has_no_meaning_here_is_refused_where_it_stands(
    more: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        chat_of(posted(**more), "es")
    assert [each.pointer for each in refused.value.problems] == [pointer]


def test_what_clients_send_as_a_matter_of_course_changes_nothing() -> None:
    usual = {
        "presence_penalty": 0, "frequency_penalty": 0.0, "logit_bias": {}, "logprobs": False,
        "stop": [], "store": False, "service_tier": "auto", "seed": 7, "metadata": {"a": "b"},
        "tools": [], "tool_choice": "none", "safety_identifier": "u1",
    }  # fmt: skip
    assert chat_of(posted(**usual), "es") == chat_of(posted(), "es")


def test_an_answer_without_text_is_left_out_of_what_was_said() -> None:
    said = posted(messages=[USER, {"role": "assistant", "content": None}, USER]).messages
    assert history_of(said) == (Spoken(role="user", content="Hola"),)


# --- over HTTP ------------------------------------------------------------------------------------


async def complete(
    desk: ChatDesk, content: object, token: str | None = "ana", **headers: str
) -> Answer:
    """Keyword arguments are headers, with `_` for `-`."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if token:
        sent["authorization"] = f"Bearer {token}"
    deps = desk.person().deps
    endpoint = in_openais_form(authenticated(completions.post, lambda: deps))
    incoming = request("POST", headers=sent, chunks=[json.dumps(content).encode()])
    return await read(await endpoint(incoming, desk.orchestrations))


async def answered(desk: ChatDesk, content: object, **headers: str) -> tuple[Answer, RunRecord]:
    """Its run answers "Buenas." as soon as it is started."""
    asked = asyncio.create_task(complete(desk, content, **headers))
    for _ in range(10_000):
        if desk.orchestrations.started or asked.done():
            break
        await asyncio.sleep(0)
    assert desk.orchestrations.started, asked.result().body
    (record,) = desk.world.runs.records.values()
    turn = Turn(
        run_id=record.run_id, conversation_id=record.conversation_id, tenant_id=ANA.tenant_id,
        asked_at=AT, message=record.message, text="Buenas.", finish_reason="stop",
        citations=(CITATION,),
    )  # fmt: skip
    await desk.world.conversations.add_turn(turn)
    await desk.world.end(record)
    return await asked, record


async def test_an_answer_is_a_completion_with_its_citations() -> None:
    messages = [{"role": "assistant", "content": "Dígame."}, USER]
    answer, record = await answered(ChatDesk(), body(messages=messages, model="rag"))
    assert answer.status == 200
    told = answer.json
    assert told["id"] == completion_id(record.run_id)
    assert (told["object"], told["model"]) == ("chat.completion", "rag")
    (choice,) = told["choices"]
    assert choice["message"] == {"role": "assistant", "content": "Buenas.", "refusal": None}
    assert (choice["finish_reason"], told["usage"]["total_tokens"]) == ("stop", 0)
    assert [each["documentId"] for each in told["citations"]] == ["d1"]
    assert answer.headers["x-run-id"] == record.run_id
    assert record.call is not None
    assert record.call.history == (Spoken(role="assistant", content="Dígame."),)
    assert record.call.profile == "rag"


async def test_the_same_key_is_the_same_completion() -> None:
    desk = ChatDesk()
    first, _ = await answered(desk, body(), idempotency_key="k")
    again = await complete(desk, body(), idempotency_key="k")
    assert first.json == again.json
    other = await complete(desk, body(user="u2"), idempotency_key="k")
    assert (other.status, other.json["error"]["code"]) == (409, "IDEMPOTENCY_MISMATCH")


async def test_a_stream_is_chunks_and_done() -> None:
    desk = ChatDesk()
    content = body(stream=True, stream_options={"include_usage": True})
    answer, record = await answered(desk, content)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-run-id"] == record.run_id
    chunks = frames(answer.body)
    assert [each["object"] for each in chunks] == ["chat.completion.chunk"] * len(chunks)
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["total_tokens"] == 0


@pytest.mark.parametrize(
    ("content", "status", "kind", "param"),
    [
        (body(tools=[{"type": "function"}]), 400, "invalid_request_error", "tools"),
        (body(temperature=3), 400, "invalid_request_error", "temperature"),
        (body(n=2), 400, "invalid_request_error", "n"),
        (body(surprise=1), 400, "invalid_request_error", "surprise"),
        (body(messages=[{"role": "tool", "content": "x"}]), 400, "invalid_request_error",
         "messages[0].role"),
        (body(messages=[{"role": "user", "content": 5}]), 400, "invalid_request_error",
         "messages[0].content"),
        (body(messages=[{"role": "user", "content": [{"type": "image_url"}]}]), 400,
         "invalid_request_error", "messages[0].content[0].type"),
        (body(presence_penalty=0.5), 400, "invalid_request_error", "presence_penalty"),
        (body(n=True), 400, "invalid_request_error", "n"),
        (body(store=0), 400, "invalid_request_error", "store"),
        (body(logprobs=True), 400, "invalid_request_error", "logprobs"),
        (body(stop=["x"]), 400, "invalid_request_error", "stop"),
        (body(response_format={"type": "json_schema"}), 400, "invalid_request_error",
         "response_format.type"),
        (body(messages=[{"role": "user", "content": "x" * 8_001}]), 413,
         "invalid_request_error", None),
        (body(messages=[{"role": "user", "content": "x" * (MAX_CONTEXT_BYTES + 1)}, USER]), 413,
         "invalid_request_error", None),
    ],
)  # fmt: skip
async def test_what_is_refused_is_told_in_openais_words(
    content: object, status: int, kind: str, param: str | None
) -> None:
    desk = ChatDesk()
    answer = await complete(desk, content)
    error = answer.json["error"]
    assert (answer.status, error["type"], error["param"]) == (status, kind, param)
    assert set(error) == {"message", "type", "param", "code"}
    assert error["message"]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-correlation-id"]
    assert desk.orchestrations.started == []


async def test_each_fault_is_pointed_at_once_and_where_it_stands() -> None:
    image = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
    answer = await complete(ChatDesk(), body(messages=[{"role": "user", "content": [image]}]))
    _, *faults = answer.json["error"]["message"].split("messages[0].content[0].")
    assert [fault.split(":")[0] for fault in faults] == ["type", "text", "image_url"]
    assert "messages: " not in answer.json["error"]["message"]


async def listed(desk: ChatDesk, token: str | None = "ana") -> Answer:
    deps = desk.person().deps
    endpoint = in_openais_form(authenticated(completions.models, lambda: deps))
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return await read(await endpoint(request("GET", headers=headers), desk.orchestrations))


async def test_what_a_caller_may_name_is_listed_as_models() -> None:
    policy = replace(SETTINGS, models=("gpt-4o", "gpt-4o", "o3"))
    answer = await listed(ChatDesk(settings=policy))
    assert answer.status == 200
    assert answer.json["object"] == "list"
    assert [each["id"] for each in answer.json["data"]] == [
        "normal", "rag", "coordinator", "retrieval", "domain_expert", "gpt-4o", "o3"
    ]  # fmt: skip
    assert {(each["object"], each["owned_by"]) for each in answer.json["data"]} == {
        ("model", "eira")
    }


async def test_models_that_nobody_may_speak_with_are_not_listed() -> None:
    policy = replace(SETTINGS, models=("gpt-4o",), participants=("RetrievalAgent",))
    answer = await listed(ChatDesk(settings=policy))
    assert [each["id"] for each in answer.json["data"]] == ["rag", "retrieval"]
    assert (await listed(ChatDesk(), token=None)).json["error"]["type"] == "authentication_error"


async def test_nobody_completes_without_a_token() -> None:
    answer = await complete(ChatDesk(), body(), token=None)
    assert (answer.status, answer.json["error"]["type"]) == (401, "authentication_error")
    assert answer.headers["www-authenticate"] == "Bearer"


# --- the stream -----------------------------------------------------------------------------------


DONE = DoneEvent(
    usage=Usage(prompt_tokens=1, completion_tokens=2, total_tokens=3), thread_id="t1",
    run_id=RUN_ID, finish_reason="length", memory="none",
)  # fmt: skip


def stream(*, live: bool = True, counts: bool = False, newest: int = 0) -> CompletionStream:
    return CompletionStream(RUN_ID, "normal", "es", live, counts, newest)


def told(by: CompletionStream, *events: RunEvent) -> list[dict[str, Any]]:
    """Each event in a batch of its own; the stream has to be closed by [DONE]."""
    sent = b"".join(by((Numbered(n, event),)) for n, event in enumerate(events, start=1))
    return frames(sent)


def frames(sent: bytes) -> list[dict[str, Any]]:
    lines = [line for line in sent.decode().split("\n\n") if line.startswith("data: ")]
    assert lines.pop() == "data: [DONE]"
    return [json.loads(line.removeprefix("data: ")) for line in lines]


def text_of(chunks: list[dict[str, Any]]) -> str:
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    return "".join(delta.get("content", "") for delta in deltas)


def text(words: str, attempt: int = 1) -> TextEvent:
    return TextEvent(text=words, attempt=attempt)


AGAIN = RestartEvent(reason="interrupted", attempt=2)


def test_live_text_is_sent_as_it_is_written() -> None:
    by = stream()
    assert b"Hola" in by((Numbered(1, StateEvent(state="RECEIVED")), Numbered(2, text("Hola"))))
    chunks = told(by, text(", Ana"), CitationsEvent(citations=(CITATION,)), DONE)
    assert text_of(chunks) == ", Ana"
    assert chunks[-1]["choices"][0]["finish_reason"] == "length"
    assert chunks[-1]["citations"][0]["documentId"] == "d1"
    assert all("usage" not in chunk for chunk in chunks)


def test_the_first_chunk_says_who_speaks() -> None:
    first, *_ = told(stream(), text("Hola"), DONE)
    assert first["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert first["choices"][0]["finish_reason"] is None


def test_usage_is_null_until_a_chunk_of_its_own() -> None:
    *before, last = told(stream(counts=True), text("Hola"), DONE)
    assert {chunk["usage"] for chunk in before} == {None}
    assert (last["choices"], last["usage"]["total_tokens"]) == ([], 3)


def test_text_that_may_become_void_is_held_until_the_end() -> None:
    by = stream(live=False)
    written: list[RunEvent] = [text("Ho"), AGAIN]
    held = b"".join(by((Numbered(n, event),)) for n, event in enumerate(written, start=1))
    assert b"Ho" not in held
    assert text_of(told(by, text("Buenas", 2), DONE)) == "Buenas"


def test_what_is_said_before_a_tool_is_called_stays_in_a_paragraph_of_its_own() -> None:
    void = RestartEvent(reason="tools", attempt=2)
    chunks = told(stream(), text("Lo busco."), void, text("Son ", 2), text("dos.", 2), DONE)
    assert text_of(chunks) == "Lo busco.\n\nSon dos."
    assert text_of(told(stream(), void, text("Son dos.", 2), DONE)) == "Son dos."
    assert text_of(told(stream(live=False), text("Lo"), void, text("Dos.", 2), DONE)) == "Dos."


def test_text_that_is_written_again_alike_goes_on_where_it_was() -> None:
    assert text_of(
        told(stream(), text("Hola"), AGAIN, text("Ho", 2), text("la, Ana", 2), DONE)
    ) == ("Hola, Ana")


@pytest.mark.parametrize("anew", ["Buenas", "Ho"])
def test_text_that_became_void_ends_the_stream_with_an_error(anew: str) -> None:
    chunks = told(stream(), text("Hola"), AGAIN, text(anew, 2), DONE)
    assert chunks[-1]["error"]["code"] == "ANSWER_RESTARTED"
    assert text_of(chunks[:-1]) == "Hola"


def test_who_comes_again_is_not_told_what_is_known_to_be_void() -> None:
    chunks = told(stream(newest=2), text("Hola"), AGAIN, text("Buenas", 2), DONE)
    assert text_of(chunks) == "Buenas"


def test_a_run_that_fails_ends_the_stream_with_its_error() -> None:
    failed = ErrorEvent(code="CONTENT_BLOCKED", message="No.", retryable=False, correlation_id="c1")
    assert told(stream(), text("Ho"), failed, text("la"))[-1] == {
        "error": {
            "message": "No.", "type": "invalid_request_error", "param": None,
            "code": "content_filter",
        }
    }  # fmt: skip
