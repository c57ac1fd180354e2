"""What is found wrong with a flow, before it is told in somebody's language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shared.contracts.field_faults import field_message, pointer_to
from shared.contracts.flows.document import FlowProblem, Severity
from shared.contracts.flows.running import FlowFailure
from shared.contracts.identity import Language
from shared.contracts.wording import say

type Place = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Worded:
    """A value that is itself a sentence, in the language of the whole."""

    key: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is also the key of the sentence, behind `flow_`. `fault` is what pydantic says of a
    field that is at fault."""

    severity: Severity
    code: str
    place: Place
    values: Mapping[str, object] = field(default_factory=dict)
    fault: Mapping[str, object] | None = None


def error(code: str, place: Place, **values: object) -> Finding:
    return Finding("error", code, place, values)


def warning(code: str, place: Place, **values: object) -> Finding:
    return Finding("warning", code, place, values)


def told(findings: Iterable[Finding], language: Language) -> tuple[FlowProblem, ...]:
    """By place, numbers by their size before names; of a place errors first, then by code. Each
    once."""
    distinct = {(each.severity, each.code, each.place): each for each in findings}
    ordered = sorted(
        distinct.values(), key=lambda each: (_order(each.place), each.severity, each.code)
    )
    return tuple(
        FlowProblem(
            severity=each.severity,
            code=each.code,
            pointer=pointer_to(each.place),
            message=_sentence(each, language),
        )
        for each in ordered
    )


def _order(place: Place) -> tuple[tuple[int, int, str], ...]:
    """Numbers by their size, before names."""
    return tuple((0, part, "") if isinstance(part, int) else (1, 0, part) for part in place)


def _sentence(finding: Finding, language: Language) -> str:
    if finding.fault is not None:
        return field_message(dict(finding.fault), language)
    values = {name: _value(each, language) for name, each in finding.values.items()}
    return say(f"flow_{finding.code}", language, **values)


def _value(value: object, language: Language) -> object:
    return say(value.key, language, **value.values) if isinstance(value, Worded) else value


def detail_of(failure: FlowFailure, language: Language) -> str:
    """What a failed run says of its node, in this language where there are words for it."""
    return say(failure.reason, language, **failure.values) if failure.reason else failure.detail
