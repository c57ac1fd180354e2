"""Texts in which `${path}` and `{{path}}` stand for values of variables.

A path is a name, then `.name`, `[0]` or `["any name"]` as often as needed; blanks around it do not
count. A backslash before a placeholder makes it plain text, and two are one backslash before its
value; elsewhere a backslash is a backslash.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from shared.flows.json_values import text_of
from shared.flows.leaking import concealed
from shared.flows.room import Room

type Step = str | int
type Path = tuple[Step, ...]
type Part = str | Placeholder

_OPEN = re.compile(r"(\\*)(\$\{|\{\{)")
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_STEP = re.compile(rf'\.({_NAME})|\[([0-9]{{1,9}})\]|\["((?:[^"\\]|\\["\\])*)"\]')
_FIRST = re.compile(_NAME)


class TemplateError(Exception):
    """`code` is `template_unclosed` or `template_malformed`; `shown` the part that is wrong."""

    def __init__(self, code: str, shown: str) -> None:
        super().__init__(code)
        self.code = code
        self.shown = shown


class MissingVariableError(Exception):
    """There is no value at this path, which is given as it was written."""

    def __init__(self, path: str) -> None:
        super().__init__("missing_variable")
        self.path = path


@dataclass(frozen=True, slots=True)
class Placeholder:
    path: Path
    written: str

    @property
    def root(self) -> str:
        return str(self.path[0])


@lru_cache(maxsize=4_096)
def parse(text: str) -> tuple[Part, ...]:
    """Plain texts, none empty or beside another, and placeholders. Raises TemplateError."""
    parts: list[Part] = []
    plain: list[str] = []
    place = 0
    while found := _OPEN.search(text, place):
        plain.append(text[place : found.start()])
        slashes, opening = found.groups()
        plain.append("\\" * (len(slashes) // 2))
        place = found.end()
        if len(slashes) % 2:
            plain.append(opening)
            continue
        closing = "}" if opening == "${" else "}}"
        end = _end_of(text, place, closing)
        if before := "".join(plain):
            parts.append(before)
        plain = []
        parts.append(_placeholder(text[place:end]))
        place = end + len(closing)
    if rest := "".join(plain) + text[place:]:
        parts.append(rest)
    return tuple(parts)


def _end_of(text: str, start: int, closing: str) -> int:
    """Where the placeholder is closed; not within a name in quotes."""
    quoted, place = False, start
    while place < len(text):
        if quoted and text[place] == "\\":
            place += 1
        elif text[place] == '"':
            quoted = not quoted
        elif not quoted and text.startswith(closing, place):
            return place
        place += 1
    raise TemplateError("template_unclosed", text[start : start + 40])


def _placeholder(written: str) -> Placeholder:
    shown = written.strip(" \t\r\n")
    first = _FIRST.match(shown)
    if first is None:
        raise TemplateError("template_malformed", shown[:40])
    steps: list[Step] = [first[0]]
    place = first.end()
    while place < len(shown):
        found = _STEP.match(shown, place)
        if found is None:
            raise TemplateError("template_malformed", shown[:40])
        name, index, quoted = found.groups()
        if index is not None:
            steps.append(int(index))
        else:
            steps.append(name if name is not None else re.sub(r"\\(.)", r"\1", quoted))
        place = found.end()
    return Placeholder(tuple(steps), shown)


def look_up(placeholder: Placeholder, variables: Mapping[str, Any]) -> Any:
    """Raises MissingVariableError."""
    value: Any = variables
    for step in placeholder.path:
        match value, step:
            case Mapping(), str() if step in value:
                value = value[step]
            case list(), int() if step < len(value):
                value = value[step]
            case _:
                raise MissingVariableError(placeholder.written)
    return value


def render(
    text: str,
    variables: Mapping[str, Any],
    written: Callable[[str], str] | None = None,
    room: Room | None = None,
) -> Any:
    """A text that is one placeholder is its value, of whatever kind; all else is a text, in which
    values stand as JSON, or as `written` makes them, and those of the simulator not at all. Raises
    TemplateError, MissingVariableError, NoRoomError."""
    parts, room = parse(text), room or Room()
    match parts:
        case (Placeholder() as alone,):
            return room.take(look_up(alone, variables))
        case _:
            return "".join(room.take(_piece(each, variables, written)) for each in parts)


def _piece(part: Part, variables: Mapping[str, Any], written: Callable[[str], str] | None) -> str:
    if isinstance(part, str):
        return part
    text = text_of(concealed(look_up(part, variables)))
    return written(text) if written else text


def resolve(value: Any, variables: Mapping[str, Any], room: Room | None = None) -> Any:
    """All texts within a value, not the names of members. Raises as `render` does."""
    room = room or Room()
    match value:
        case str():
            return render(value, variables, room=room)
        case Mapping():
            return {name: resolve(each, variables, room) for name, each in value.items()}
        case list() | tuple():
            return [resolve(each, variables, room) for each in value]
        case _:
            return value


def texts_in(value: Any, place: tuple[int | str, ...] = ()) -> Iterator[tuple[Path, str]]:
    """Every text within a value, with where it is."""
    match value:
        case str():
            yield place, value
        case Mapping():
            for name, each in value.items():
                yield from texts_in(each, (*place, str(name)))
        case list() | tuple():
            for index, each in enumerate(value):
                yield from texts_in(each, (*place, index))


def escaped(text: str) -> str:
    """A template that renders to this very text."""
    return _OPEN.sub(lambda each: each[1] * 2 + "\\" + each[2], text)
