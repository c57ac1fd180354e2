"""JSON files whose values are known by the line they stand on."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pydantic import ValidationError

from shared.contracts.base import Contract
from shared.packs.problems import Problem

type Place = tuple[str | int, ...]
"""The keys and positions that lead to a value, from the outermost."""

_DECODER = json.JSONDecoder()
_GAP = re.compile(r"[\s:,]*")
_ADVICE = {
    "missing": ("{name} is missing", "add it"),
    "extra_forbidden": ("{name} is not known here", "correct its spelling or remove it"),
}


@dataclass(frozen=True)
class JsonFile:
    """`name` is what problems call the file."""

    name: str
    text: str

    def problem(self, place: Place, what: str, remedy: str) -> Problem:
        return Problem(self.name, self.line(*place), what, remedy)

    def line(self, *place: str | int) -> int:
        """Where the value's key stands; for a value that is not there, what would hold it."""
        return self.text.count("\n", 0, self._offsets.get(self._known(place), 0)) + 1

    def read[T: Contract](self, contract: type[T]) -> tuple[T | None, list[Problem]]:
        """The content, or all that is wrong with it. A key nobody knows is a spelling mistake."""
        try:
            value = json.loads(self.text, object_pairs_hook=_without_repetition)
        except json.JSONDecodeError as error:
            what = f"this is not JSON: {error.msg} (column {error.colno})"
            return None, [Problem(self.name, error.lineno, what, "correct it")]
        except _RepeatedError:
            return None, [self._twice(place) for place in self._scan.repeated]
        try:
            return contract.model_validate(value, extra="forbid"), []
        except ValidationError as error:
            found = error.errors()
            return None, [self._invalid(each["loc"], each["type"], each["msg"]) for each in found]

    def _invalid(self, place: Place, kind: str, message: str) -> Problem:
        # A union's alternatives are in the place as well, by their type: `tuple[str, ...]`.
        where = tuple(each for each in place if "[" not in str(each))
        name = ".".join(map(str, where)) or "the file"
        what, remedy = _ADVICE.get(kind, (f"{{name}}: {message}", "correct the value"))
        return self.problem(place, what.format(name=name), remedy)

    def _twice(self, place: Place) -> Problem:
        name = ".".join(map(str, place))
        return self.problem(place, f"{name} is given twice", "remove one")

    def _known(self, place: Place) -> Place:
        known: Place = ()
        for each in place:
            if (*known, each) in self._offsets:
                known = (*known, each)
        return known

    @cached_property
    def _scan(self) -> "_Scan":
        scan = _Scan(self.text)
        scan.value(scan.next(0), ())
        return scan

    @property
    def _offsets(self) -> Mapping[Place, int]:
        return self._scan.offsets


class _RepeatedError(Exception):
    """A key is given twice in one object, of which JSON readers take the last."""


def _without_repetition(members: list[tuple[str, object]]) -> dict[str, object]:
    content = dict(members)
    if len(content) < len(members):
        raise _RepeatedError
    return content


@dataclass
class _Scan:
    """Walks through a text that is known to be JSON. A member's offset is its key's."""

    text: str
    offsets: dict[Place, int] = field(default_factory=dict)
    repeated: list[Place] = field(default_factory=list)

    def value(self, at: int, place: Place) -> int:
        """Notes the value that begins here; gives where it ends."""
        self.offsets.setdefault(place, at)
        match self.text[at]:
            case "{":
                return self._object(at + 1, place)
            case "[":
                return self._array(at + 1, place)
            case _:
                return _DECODER.raw_decode(self.text, at)[1]

    def _object(self, at: int, place: Place) -> int:
        while self.text[at := self.next(at)] != "}":
            key, end = _DECODER.raw_decode(self.text, at)
            inner = (*place, str(key))
            if inner in self.offsets:
                self.repeated.append(inner)
            self.offsets[inner] = at
            at = self.value(self.next(end), inner)
        return at + 1

    def _array(self, at: int, place: Place) -> int:
        position = 0
        while self.text[at := self.next(at)] != "]":
            at = self.value(at, (*place, position))
            position += 1
        return at + 1

    def next(self, at: int) -> int:
        """The first character that is neither white space nor `:` nor `,`."""
        found = _GAP.match(self.text, at)
        return found.end() if found else at
