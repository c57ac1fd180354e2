"""Shows a run's events to a person: the answer on one stream, progress on another."""

import json
import unicodedata
from collections.abc import Mapping
from typing import TextIO

from .exchange import Lost
from .sse import Event
from .words import Words

DIM = "\033[2m"
RED = "\033[31m"
PLAIN = "\033[0m"
MARKS = {"started": "▸", "ok": "✓", "failed": "✗", "unknown": "?", "skipped": "–"}
LONGEST_VALUE = 60


class Screen:
    """The answer goes to `out`; states, tool calls and errors to `aside`."""

    def __init__(self, words: Words, out: TextIO, aside: TextIO, *, colours: bool = False) -> None:
        self._words = words
        self._out = out
        self._aside = aside
        self._colours = colours
        self._answer = ""
        self._held: list[str] = []

    def show(self, event: Event | Lost) -> None:
        """One event, in the order they come; `aside` lines wait until the answer is complete."""
        if isinstance(event, Lost):
            self._note(self._words.lost.format(after=event.after))
            return
        match event.type:
            case "text":
                self._answer += event.text("text")
                self._print(event.text("text"), end="")
            case "question" | "citations" | "restart" | "error" | "done":
                self._show_after_the_text(event)
            case _:
                self._show_progress(event)

    def _show_after_the_text(self, event: Event) -> None:
        said = self._end_answer()
        match event.type:
            case "question":
                self._question(event, said)
            case "citations":
                self._citations(event, said)
            case "restart":
                self._note(self._words.restart.format(reason=event.text("reason")))
            case "error":
                self._error(event)
            case _:
                self._done(event)

    def _show_progress(self, event: Event) -> None:
        match event.type:
            case "state":
                state = event.text("state")
                self._note(f"· {self._words.states.get(state, state)}")
            case "tool":
                self._tool(event)
            case "agent_turn":
                self._note(f"{event.text('speaker')}: {event.text('text')}")
            case "handoff":
                self._note(f"{event.text('from')} → {event.text('to')}")
            case "approval":
                self._approval(event)
            case "node":
                self._note(f"· {event.text('nodeId')} {event.text('status')}")
            case "notification":
                self._note(f"! {event.text('text')}")
            case _:
                # An event of a newer app: nothing is lost but its line.
                return

    def _tool(self, event: Event) -> None:
        status = event.text("status")
        parts = [MARKS.get(status, "·"), event.text("name")]
        if status == "started":
            parts.append(_arguments(event.fields.get("args")))
        else:
            parts.append(self._words.tools.get(status, status))
        parts.append(event.text("error"))
        self._note("  ".join(part for part in parts if part))

    def _question(self, event: Event, said: str) -> None:
        if event.text("text").strip() != said.strip():
            self._print(event.text("text"))
        for field in event.items("missing"):
            label = field.get("label")
            if isinstance(label, str) and label.casefold() in event.text("text").casefold():
                # The question asks for it by this name, with its choices.
                continue
            choices = self._choices(field.get("choices"))
            self._print(f"  {self._words.missing}: {label or field.get('field')}{choices}")

    def _choices(self, choices: object) -> str:
        if not isinstance(choices, list) or not choices:
            return ""
        labels = [str(one["label"]) if isinstance(one, dict) else str(one) for one in choices]
        return "; " + self._words.choices.format(choices=", ".join(labels))

    def _citations(self, event: Event, said: str) -> None:
        """The sources, unless the answer lists them itself."""
        citations = event.items("citations")
        if all(_is_listed(each, said) for each in citations):
            return
        self._print(f"\n{self._words.sources}:")
        for place, citation in enumerate(citations, 1):
            title, source = citation.get("title"), citation.get("source")
            place_of_it = citation.get("url") or (source if title else None)
            doubt = self._words.unverified if citation.get("verified") is False else None
            number = citation.get("number", place)
            parts = (f"[{number}] {title or source}", place_of_it, doubt and f"({doubt})")
            self._print("  " + "  ".join(str(part) for part in parts if part))

    def _approval(self, event: Event) -> None:
        text = self._words.approval.format(
            tool=event.text("tool"),
            identifier=event.text("approvalId"),
            expires=event.text("expiresAt"),
        )
        self._note(f"! {text}")
        self._note(f"  {self._words.decide.format(identifier=event.text('approvalId'))}")

    def _error(self, event: Event) -> None:
        text = self._words.error.format(code=event.text("code"), message=event.text("message"))
        if event.fields.get("retryable") is True:
            text += f" {self._words.retryable}"
        self._note(f"{text} (correlation id {event.text('correlationId')})", colour=RED)

    def _done(self, event: Event) -> None:
        warnings = event.fields.get("warnings")
        for warning in warnings if isinstance(warnings, list) else ():
            self._note(f"! {warning}")
        usage = event.fields.get("usage")
        tokens = usage.get("totalTokens", 0) if isinstance(usage, dict) else 0
        text = self._words.finished.format(tokens=tokens, conversation=event.text("threadId"))
        self._note(f"· {text}")

    def _end_answer(self) -> str:
        """Closes the answer's last line, shows what waited, gives the answer's text."""
        said, self._answer = self._answer, ""
        if said and not said.endswith("\n"):
            self._print("")
        held, self._held = self._held, []
        for line in held:
            print(line, file=self._aside, flush=True)
        return said

    def _print(self, text: str, end: str = "\n") -> None:
        print(_printable(text), end=end, file=self._out, flush=True)

    def _note(self, text: str, colour: str = DIM) -> None:
        text = _printable(text)
        line = f"{colour}{text}{PLAIN}" if self._colours else text
        if self._answer:
            self._held.append(line)
        else:
            print(line, file=self._aside, flush=True)


def _printable(text: str) -> str:
    """Without control characters: what a model or an ERP wrote must not steer the terminal."""
    return "".join(one for one in text if one in "\n\t" or unicodedata.category(one) != "Cc")


def _is_listed(citation: Mapping[str, object], said: str) -> bool:
    wanted = f"[{citation.get('number')}] {citation.get('title') or citation.get('source')}"
    return any(line.startswith(wanted) for line in said.splitlines())


def _arguments(arguments: object) -> str:
    if not isinstance(arguments, dict):
        return ""
    return ", ".join(f"{name}={_short(value)}" for name, value in arguments.items())


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
