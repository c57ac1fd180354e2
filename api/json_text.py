"""JSON that means the same to whoever reads it (I-JSON, RFC 7493), and is not made to hurt.

Pydantic's parser takes the last of two members of one name, and NaN, and numbers that a store keeps
as another number: each of them would be lost in silence.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from shared.contracts.field_faults import MOST_TOLD, pointer_to
from shared.contracts.identity import Language
from shared.contracts.problems import FieldProblem
from shared.contracts.wording import say
from shared.errors import InvalidRequestError, RequestError

MAX_DEPTH = 32
"""Objects and lists inside one another; Cosmos DB keeps 128, and adds some of its own."""
LARGEST = 2**53 - 1
"""Beyond it two whole numbers may be the same number (IEEE 754), in Cosmos DB and in browsers."""
MAX_VALUES = 10_000
"""Members and items, all together: the largest that means something is a vector of 4096 numbers. To
judge each of the hundred thousand that a body has room for would hold up everybody else."""

type Json = bool | int | float | str | "_Wrong" | list[Json] | dict[str, Json] | None


@dataclass(frozen=True, slots=True)
class _Wrong:
    """Stands where something cannot be taken; `said` is a key of the wording."""

    said: str


class _Reading:
    """What the parser calls back. `found`: something was wrong, or may be too deep."""

    def __init__(self) -> None:
        self.found = False

    def wrong(self, said: str) -> _Wrong:
        self.found = True
        return _Wrong(said)

    def whole(self, digits: str) -> int | _Wrong:
        # int() refuses texts of several thousand digits, and this one need not be read.
        if len(digits) <= 17 and abs(number := int(digits)) <= LARGEST:
            return number
        return self.wrong("field_number_too_large")

    def fraction(self, digits: str) -> float | _Wrong:
        number = float(digits)
        return number if math.isfinite(number) else self.wrong("field_number_too_large")

    def constant(self, _: str) -> _Wrong:
        return self.wrong("field_finite_number")

    def members(self, pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        members: dict[str, Json] = {}
        for name, value in pairs:
            members[name] = self.wrong("field_repeated") if name in members else value
        return members


def check_json(body: bytes, language: Language) -> None:
    """Raises RequestError for what is no JSON; InvalidRequestError with a pointer to each member
    that is repeated, each number that no JSON can tell exactly, and what lies too deep; or is too
    much."""
    reading = _Reading()
    try:
        value: Json = json.loads(
            body.decode("utf-8"),
            parse_int=reading.whole,
            parse_float=reading.fraction,
            parse_constant=reading.constant,
            object_pairs_hook=reading.members,
        )
    except RecursionError as error:
        raise InvalidRequestError((_problem((), "field_too_deep", language),)) from error
    except ValueError as error:
        raise RequestError("not_json") from error
    # Some of these signs may stand in texts, but there are no more values than signs.
    opened = body.count(b"{") + body.count(b"[")
    if opened + body.count(b",") > MAX_VALUES and _values(value) > MAX_VALUES:
        raise InvalidRequestError((_problem((), "field_too_many_values", language),))
    if reading.found or opened > MAX_DEPTH:
        problems = tuple(islice(_problems(value, language), MOST_TOLD))
        if problems:
            raise InvalidRequestError(problems)


def _problems(value: Json, language: Language) -> Iterator[FieldProblem]:
    """Without calling itself: it is called for what may be very deep."""
    left: list[tuple[tuple[object, ...], Json]] = [((), value)]
    while left:
        path, found = left.pop()
        if isinstance(found, _Wrong):
            yield _problem(path, found.said, language)
        elif isinstance(found, dict | list) and len(path) >= MAX_DEPTH:
            yield _problem(path, "field_too_deep", language)
        elif isinstance(found, dict):
            left += (((*path, name), each) for name, each in reversed(found.items()))
        elif isinstance(found, list):
            left += (((*path, n), each) for n, each in reversed([*enumerate(found)]))


def _values(value: Json) -> int:
    """How many members and items there are. Without calling itself, too."""
    counted = 0
    left = [value]
    while left:
        found = left.pop()
        if isinstance(found, dict | list):
            counted += len(found)
            left += found.values() if isinstance(found, dict) else found
    return counted


def _problem(path: tuple[object, ...], said: str, language: Language) -> FieldProblem:
    message = say(said, language, depth=MAX_DEPTH, largest=LARGEST, most=MAX_VALUES)
    return FieldProblem(pointer=pointer_to(path), message=message)
