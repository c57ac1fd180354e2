"""A run's events as the chunks of a streamed chat completion."""

from dataclasses import dataclass, field

from api.answers import AS_NO_MARKUP
from api.completing import completion_id, created, finish_of, usage_of
from api.openai_errors import RESTARTED, fault_of
from shared.contracts.completions import (
    ChunkChoice,
    CompletionChunk,
    CompletionError,
    CompletionFault,
    CompletionUsage,
    Delta,
    Finish,
)
from shared.contracts.events import (
    CitationsEvent,
    DoneEvent,
    ErrorEvent,
    RestartEvent,
    RunEvent,
    TextEvent,
)
from shared.contracts.evidence import Citation
from shared.contracts.identity import Language
from shared.contracts.wording import say
from shared.streams.tailing import Numbered

END = b"data: [DONE]\n\n"
PARAGRAPH = "\n\n"


@dataclass(slots=True)
class CompletionStream:
    """Tells one run. What a client has put together when the stream ends well is the stored
    answer, to the letter: nothing sent can be taken back in this protocol. What an agent says
    before it calls a tool stays, and stands in a paragraph of its own before the answer.

    `live`: text is sent as it is written; otherwise once it can no longer become void, which is at
    the run's end. Live text that became void all the same ends the stream with an error, unless
    what is written in its place begins alike. `newest`: text of attempts before this one is known
    to be void.
    """

    run_id: str
    model: str
    language: Language
    live: bool
    counts: bool
    newest: int = 0
    _begun: bool = field(default=False, init=False)
    _over: bool = field(default=False, init=False)
    _sent: str = field(default="", init=False)
    _text: str = field(default="", init=False)
    _citations: tuple[Citation, ...] = field(default=(), init=False)

    def __call__(self, entries: tuple[Numbered, ...]) -> bytes:
        told = b"".join(b"" if self._over else self._told(entry.event) for entry in entries)
        if self._begun or self._over or not entries:
            return told
        self._begun = True
        return self._piece(Delta(role="assistant", content="")) + told

    def _told(self, event: RunEvent) -> bytes:
        match event:
            case TextEvent():
                if event.attempt >= self.newest:
                    self._text += event.text
                return self._fresh() if self.live else b""
            case RestartEvent():
                self._text = ""
                return self._paragraph() if event.reason == "tools" else b""
            case CitationsEvent():
                self._citations = event.citations
            case DoneEvent():
                return self._ended(event)
            case ErrorEvent():
                return self._broken(fault_of(event.code, event.message))
            case _:
                pass
        return b""

    def _fresh(self) -> bytes:
        """What is written and was not sent yet."""
        if not self._text.startswith(self._sent):
            if self._sent.startswith(self._text):
                return b""
            return self._void()
        new = self._text[len(self._sent) :]
        self._sent = self._text
        return self._piece(Delta(content=new)) if new else b""

    def _paragraph(self) -> bytes:
        """What was sent is whole; the answer is still to come."""
        if not self._sent:
            return b""
        self._sent = ""
        return self._piece(Delta(content=PARAGRAPH))

    def _ended(self, event: DoneEvent) -> bytes:
        told = self._fresh()
        if self._over:
            return told
        if self._sent != self._text:
            return self._void()
        self._over = True
        told += self._piece(Delta(), finish_of(event.finish_reason))
        if self.counts:
            told += self._chunk((), usage_of(event.usage))
        return told + END

    def _void(self) -> bytes:
        message = say("told_text_became_void", self.language)
        return self._broken(fault_of(RESTARTED, message))

    def _broken(self, fault: CompletionFault) -> bytes:
        self._over = True
        return _framed(CompletionError(error=fault)) + END

    def _piece(self, delta: Delta, finish: Finish | None = None) -> bytes:
        choice = ChunkChoice(index=0, delta=delta, logprobs=None, finish_reason=finish)
        return self._chunk((choice,))

    def _chunk(
        self, choices: tuple[ChunkChoice, ...], usage: CompletionUsage | None = None
    ) -> bytes:
        chunk = CompletionChunk(
            id=completion_id(self.run_id),
            object="chat.completion.chunk",
            created=created(self.run_id),
            model=self.model,
            choices=choices,
        )
        more: dict[str, object] = {"usage": usage} if self.counts else {}
        if choices and choices[0].finish_reason:
            more["citations"] = self._citations
        return _framed(chunk.model_copy(update=more))


def _framed(content: CompletionChunk | CompletionError) -> bytes:
    """What was not given is left out; what was given as None is null."""
    text = content.model_dump_json(by_alias=True, exclude_unset=True).translate(AS_NO_MARKUP)
    return f"data: {text}\n\n".encode()
