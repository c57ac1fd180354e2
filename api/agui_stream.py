"""A run's events as those of AG-UI."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from api.answers import json_text
from shared.contracts.agui import (
    AguiCustom,
    AguiEvent,
    AguiMessages,
    AguiRunError,
    AguiRunFinished,
    AguiRunStarted,
    AguiStepFinished,
    AguiStepStarted,
    AguiTextContent,
    AguiTextEnd,
    AguiTextStart,
    AguiToolArgs,
    AguiToolEnd,
    AguiToolResult,
    AguiToolStart,
    AguiUsage,
)
from shared.contracts.events import (
    CitationsEvent,
    DoneEvent,
    ErrorEvent,
    RestartEvent,
    RunEvent,
    StateEvent,
    TextEvent,
    ToolEvent,
)
from shared.streams.tailing import Numbered


@dataclass(slots=True)
class AguiStream:
    """Tells one run: `run_id` is ours, `called` and `thread` are what the client calls the run and
    the thread. `messages` are the client's, and what tools were asked and answered since; text
    that became void is taken back by telling all of them anew."""

    run_id: str
    called: str
    thread: str
    messages: list[dict[str, Any]]
    _begun: bool = field(default=False, init=False)
    _step: str | None = field(default=None, init=False)
    _open: str | None = field(default=None, init=False)
    _tools: set[str] = field(default_factory=set, init=False)

    def __call__(self, entries: tuple[Numbered, ...]) -> bytes:
        return b"".join(
            f"data: {json_text(event)}\n\n".encode()
            for entry in entries
            for event in self._told(entry.event)
        )

    def _told(self, event: RunEvent) -> Iterator[AguiEvent]:
        if not self._begun:
            self._begun = True
            yield AguiRunStarted(thread_id=self.thread, run_id=self.called)
        match event:
            case StateEvent():
                yield from self._enters(event.state)
            case TextEvent():
                yield from self._says(event)
            case RestartEvent():
                yield from self._takes_back()
            case ToolEvent():
                yield from self._uses(event)
            case DoneEvent():
                yield from self._ends(event)
            case ErrorEvent():
                yield AguiRunError(message=event.message, code=event.code)
            case CitationsEvent():
                value = [citation.wire() for citation in event.citations]
                yield AguiCustom(name=event.type, value=value)
            case _:
                told = {name: value for name, value in event.wire().items() if name != "type"}
                yield AguiCustom(name=event.type, value=told)

    def _enters(self, state: str | None) -> Iterator[AguiEvent]:
        if self._step is not None:
            yield AguiStepFinished(step_name=self._step)
        self._step = state
        if state is not None:
            yield AguiStepStarted(step_name=state)

    def _says(self, event: TextEvent) -> Iterator[AguiEvent]:
        if not event.text:
            return
        if self._open is None:
            self._open = f"{self.run_id}-{event.attempt}"
            yield AguiTextStart(message_id=self._open)
        yield AguiTextContent(message_id=self._open, delta=event.text)

    def _closes(self) -> Iterator[AguiEvent]:
        if self._open is not None:
            yield AguiTextEnd(message_id=self._open)
            self._open = None

    def _takes_back(self) -> Iterator[AguiEvent]:
        if self._open is not None:
            yield from self._closes()
            yield AguiMessages(messages=tuple(self.messages))

    def _uses(self, event: ToolEvent) -> Iterator[AguiEvent]:
        if event.call_id not in self._tools:
            self._tools.add(event.call_id)
            args = json.dumps(event.args, ensure_ascii=False)
            self._keep_call(event, args)
            yield AguiToolStart(tool_call_id=event.call_id, tool_call_name=event.name)
            yield AguiToolArgs(tool_call_id=event.call_id, delta=args)
            yield AguiToolEnd(tool_call_id=event.call_id)
        if event.status == "started":
            return
        message_id = f"{self.run_id}-{event.call_id}-result"
        told = event.model_dump(mode="json", include={"status", "result", "error"})
        content = json.dumps({k: v for k, v in told.items() if v is not None}, ensure_ascii=False)
        self.messages.append(
            {"id": message_id, "role": "tool", "toolCallId": event.call_id, "content": content}
        )
        yield AguiToolResult(message_id=message_id, tool_call_id=event.call_id, content=content)

    def _keep_call(self, event: ToolEvent, args: str) -> None:
        function = {"name": event.name, "arguments": args}
        call = {"id": event.call_id, "type": "function", "function": function}
        self.messages.append(
            {"id": f"{self.run_id}-{event.call_id}", "role": "assistant", "toolCalls": [call]}
        )

    def _ends(self, event: DoneEvent) -> Iterator[AguiEvent]:
        yield from self._closes()
        yield from self._enters(None)
        usage = AguiUsage(
            input_tokens=event.usage.prompt_tokens,
            output_tokens=event.usage.completion_tokens,
            total_tokens=event.usage.total_tokens,
        )
        result = {"runId": event.run_id, "threadId": event.thread_id}
        yield AguiRunFinished(
            thread_id=self.thread,
            run_id=self.called,
            result={**result, "finishReason": event.finish_reason},
            usage=(usage,),
        )
