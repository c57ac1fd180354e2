"""Agents for AG-UI's clients: what they may ask, and how a run is told."""

import json
from typing import Any

import pytest

from api import agui
from api.agui import chat_of, history_of
from api.agui_stream import AguiStream
from shared.contracts.agents import Spoken
from shared.contracts.agui import RunAgentInput
from shared.contracts.events import (
    AgentTurnEvent,
    DoneEvent,
    ErrorEvent,
    RestartEvent,
    RunEvent,
    StateEvent,
    TextEvent,
    ToolEvent,
)
from shared.contracts.runs import Usage
from shared.errors import InvalidRequestError
from shared.streams.tailing import Numbered
from tests.fakes.world import RUN_ID
from tests.unit.api.rules import ChatDesk

USER = {"id": "m1", "role": "user", "content": "Hola"}


def body(**more: Any) -> dict[str, Any]:
    return {"threadId": "t1", "runId": "r1", "messages": [USER], **more}


def posted(**more: Any) -> RunAgentInput:
    return RunAgentInput.model_validate_json(json.dumps(body(**more)))


def test_the_last_message_is_asked_and_the_others_are_told() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    asked = posted(
        messages=[
            {"id": "a", "role": "system", "content": "Sé breve."},
            {"id": "b", "role": "user", "content": [{"type": "text", "text": "¿Qué tal?"}]},
            {"id": "c", "role": "assistant", "toolCalls": [call]},
            {"id": "d", "role": "tool", "toolCallId": "c1", "content": "{}"},
            {"id": "e", "role": "assistant", "content": "Bien.", "name": "x"},
            {"id": "f", "role": "activity", "activityType": "p", "content": {"a": 1}},
            USER,
        ],
        context=[{"description": "Página", "value": "Trámites"}],
        state={"step": 2},
        forwardedProps={"agent_profile": "rag", "search": {"mode": "hybrid"}, "systemPrompt": "A"},
    )
    chat = chat_of(asked, "es")
    assert (chat.message, chat.session_id, chat.agent_profile) == ("Hola", "t1", "rag")
    assert chat.system_prompt == "A\n\nSé breve."
    assert chat.context == {
        "context": [{"description": "Página", "value": "Trámites"}], "state": {"step": 2}
    }  # fmt: skip
    assert history_of(asked.messages, "es") == (
        Spoken(role="user", content="¿Qué tal?"),
        Spoken(role="assistant", content="Bien."),
    )


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"tools": [{"name": "f", "description": "d"}]}, "/tools"),
        ({"messages": [{"id": "a", "role": "assistant", "content": "x"}]}, "/messages/0/role"),
        ({"messages": [{"id": "a", "role": "user", "content": " "}]}, "/messages/0/content"),
        (
            {"messages": [{"id": "a", "role": "user", "content": [{"type": "image"}]}]},
            "/messages/0/content",
        ),
        ({"forwardedProps": {"agent": "poet"}}, "/forwardedProps/agent"),
        ({"forwardedProps": {"message": "x"}}, "/forwardedProps/message"),
        ({"forwardedProps": {"systemPrompt": "x" * 7_999},
          "messages": [{"id": "a", "role": "system", "content": "xx"}, USER]}, "/messages"),
    ],
)  # fmt: skip
def test_what_has_no_meaning_here_is_refused_where_it_stands(
    more: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        chat_of(posted(**more), "es")
    assert [each.pointer for each in refused.value.problems] == [pointer]


async def test_a_field_that_may_have_several_forms_is_pointed_at_as_it_stands() -> None:
    said = [{"id": "1", "role": "user", "content": 5}, {"role": "user", "content": [{"text": 5}]}]
    answer = await ChatDesk().person().call(agui.post, "POST", body(messages=said))
    assert {each["pointer"] for each in answer.json["errors"]} == {
        "/messages/0/content", "/messages/1/id",
        "/messages/1/content/0/type", "/messages/1/content/0/text",
    }  # fmt: skip


async def test_an_answer_to_an_interrupt_is_refused_as_a_problem() -> None:
    desk = ChatDesk()
    answer = await desk.person().call(agui.post, "POST", body(resume=[{"interruptId": "i"}]))
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
    assert answer.json["errors"][0]["pointer"] == "/resume"
    assert desk.orchestrations.started == []
    assert desk.world.runs.records == {}


# --- the stream -----------------------------------------------------------------------------------

DONE = DoneEvent(
    usage=Usage(prompt_tokens=1, completion_tokens=2, total_tokens=3), thread_id="ours",
    run_id=RUN_ID, finish_reason="stop", memory="none",
)  # fmt: skip


def told(*events: RunEvent) -> list[dict[str, Any]]:
    stream = AguiStream(RUN_ID, "r1", "t1", [USER])
    sent = b"".join(stream((Numbered(n, event),)) for n, event in enumerate(events, start=1))
    frames = sent.decode().split("\n\n")
    assert frames.pop() == ""
    return [json.loads(frame.removeprefix("data: ")) for frame in frames]


def test_a_run_is_told_from_its_start_to_its_end_with_its_states_as_steps() -> None:
    events = told(
        StateEvent(state="RECEIVED"),
        StateEvent(state="STREAMING_RESPONSE"),
        TextEvent(text="Ho", attempt=1),
        TextEvent(text="la", attempt=1),
        DONE,
    )
    assert [event["type"] for event in events] == [
        "RUN_STARTED", "STEP_STARTED", "STEP_FINISHED", "STEP_STARTED", "TEXT_MESSAGE_START",
        "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END", "STEP_FINISHED",
        "RUN_FINISHED",
    ]  # fmt: skip
    assert events[0] == {
        "type": "RUN_STARTED", "threadId": "t1", "runId": "r1", "protocolVersion": "1.0"
    }  # fmt: skip
    assert events[-1]["result"] == {"runId": RUN_ID, "threadId": "ours", "finishReason": "stop"}
    assert events[-1]["usage"] == [{"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}]


def test_text_that_became_void_is_taken_back_and_what_tools_did_stays() -> None:
    events = told(
        ToolEvent(name="f", args={"a": 1}, status="started", call_id="c1"),
        ToolEvent(name="f", args={"a": 1}, status="ok", call_id="c1", result={"b": 2}),
        TextEvent(text="Hola", attempt=1),
        RestartEvent(reason="interrupted", attempt=2),
        TextEvent(text="Buenas", attempt=2),
        DONE,
    )
    (snapshot,) = (each for each in events if each["type"] == "MESSAGES_SNAPSHOT")
    asked, called, answered = snapshot["messages"]
    assert asked == USER
    assert called["toolCalls"][0]["function"] == {"name": "f", "arguments": '{"a": 1}'}
    assert json.loads(answered["content"]) == {"status": "ok", "result": {"b": 2}}
    texts = {each["messageId"] for each in events if each["type"] == "TEXT_MESSAGE_CONTENT"}
    assert texts == {f"{RUN_ID}-1", f"{RUN_ID}-2"}


def test_a_restart_without_text_takes_nothing_back() -> None:
    events = told(RestartEvent(reason="tools", attempt=2), DONE)
    assert [event["type"] for event in events] == ["RUN_STARTED", "RUN_FINISHED"]


def test_a_tool_that_was_never_begun_is_told_whole() -> None:
    events = told(ToolEvent(name="f", status="skipped", call_id="c1", error="No."), DONE)
    assert [event["type"] for event in events[1:-1]] == [
        "TOOL_CALL_START", "TOOL_CALL_ARGS", "TOOL_CALL_END", "TOOL_CALL_RESULT"
    ]  # fmt: skip
    assert json.loads(events[-2]["content"]) == {"status": "skipped", "error": "No."}


def test_what_the_protocol_has_no_word_for_is_told_by_its_type() -> None:
    _, custom = told(AgentTurnEvent(speaker="DomainExpert", text="Digo."))
    assert custom == {
        "type": "CUSTOM", "name": "agent_turn",
        "value": {"speaker": "DomainExpert", "text": "Digo."},
    }  # fmt: skip


def test_a_run_that_fails_ends_with_its_error() -> None:
    failed = ErrorEvent(code="TIMEOUT", message="Tarde.", retryable=True, correlation_id="c")
    assert told(failed)[-1] == {"type": "RUN_ERROR", "message": "Tarde.", "code": "TIMEOUT"}
