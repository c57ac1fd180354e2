"""What is wrong with JSON that a contract refuses: by pointer, in the reader's language."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from pydantic import ValidationError

from shared.contracts.identity import Language
from shared.contracts.problems import FieldProblem
from shared.contracts.wording import say

MOST_TOLD = 20
"""Faults of one body: who sends more of them is not helped by a longer list."""

type Place = tuple[int | str, ...]
type Fault = tuple[dict[str, Any], Place]
"""What pydantic says of it, and where it is in what was sent."""


def field_problems(
    error: ValidationError, language: Language, sent: object, below: str = ""
) -> tuple[FieldProblem, ...]:
    """The first of them; `sent` is the JSON that was validated, `below` the pointer to it. No value
    is told back."""
    return tuple(
        FieldProblem(pointer=below + pointer_to(place), message=field_message(found, language))
        for found, place in islice(joined(faults_of(error, sent)), MOST_TOLD)
    )


def faults_of(error: ValidationError, sent: object) -> list[Fault]:
    """Each of them once, where it is in the JSON that was validated."""
    faults = error.errors(include_url=False, include_input=False)
    places = [_place(found["loc"], sent, found["type"] == "missing") for found in faults]
    # What is at fault below says more: pydantic tells of a list that it is no text, too, where
    # both may stand, and does not count its items that are at fault.
    above = {place[:depth] for place in places for depth in range(len(place))}
    every = zip(faults, places, strict=True)
    return [(dict(found), place) for found, place in every if place not in above]


def joined(faults: Sequence[Fault]) -> list[Fault]:
    """One of each place that may have several forms: what is wrong with the form that it has or,
    where it has none of them, of which kinds it may be."""
    found: list[Fault] = []
    by_place: dict[Place, list[dict[str, Any]]] = {}
    for fault, place in faults:
        by_place.setdefault(place, []).append(fault)
    for place, several in by_place.items():
        others = [each for each in several if not _is_of_kind(each)]
        if others or len(several) == 1:
            found += [(each, place) for each in others or several]
        else:
            kinds = "|".join(dict.fromkeys(str(each["type"]) for each in several))
            found.append(({"type": "kinds", "ctx": {"kinds": kinds}}, place))
    return found


def _is_of_kind(fault: Mapping[str, Any]) -> bool:
    return str(fault["type"]).endswith("_type")


def _place(path: Place, sent: object, missing: bool) -> Place:
    """The path without what pydantic puts into it: which of several forms a fault is of. A field
    that is `missing` is not in what was sent."""
    place: list[int | str] = []
    for step, part in enumerate(path, start=1):
        match sent, part:
            case dict() as fields, str() if part in fields:
                sent = fields[part]
            case list() as items, int() if part < len(items):
                sent = items[part]
            case dict(), str() if missing and step == len(path):
                pass
            case _:
                continue
        place.append(part)
    return tuple(place)


def field_message(found: dict[str, Any], language: Language) -> str:
    context = {
        # A bound is told as it is written in the contract: 2, not 2.0.
        key: f"{value:g}" if isinstance(value, float) else value
        for key, value in found.get("ctx", {}).items()
        if key != "error"
    }
    if "expected" in context:
        context["expected"] = str(context["expected"]).replace(" or ", say("or", language))
    if "kinds" in context:
        kinds = [say(f"field_kind_{each}", language) for each in str(context["kinds"]).split("|")]
        context["kinds"] = say("or", language).join(kinds)
    key = f"field_{found['type']}"
    text = say(key, language, **context)
    return say("field_invalid", language) if text == key else text


def pointer_to(path: Sequence[object]) -> str:
    """A JSON pointer (RFC 6901, section 3)."""
    return "".join(f"/{_escaped(part)}" for part in path)


def _escaped(part: object) -> str:
    # Half a surrogate pair can be the name of a member; no answer could be encoded with it.
    whole = str(part).encode("utf-8", "replace").decode("utf-8")
    return whole.replace("~", "~0").replace("/", "~1")
