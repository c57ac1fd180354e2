"""Comparing what came of a turn with its label."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.labels import Expected, ExpectedCall
from shared.contracts.identity import Language
from shared.contracts.plan import Plan, Route, ToolCall
from shared.contracts.tools import ToolContract
from shared.tools.folding import folded

MATCHERS = frozenset({"one_of", "holds", "lacks"})
EDGES = " .,;:!?¡¿\"'«»“”"


@dataclass(frozen=True, slots=True)
class Got:
    """What the app made of one message. No plan: the message went another way."""

    route: Route
    language: Language
    continues: bool
    drops: bool = False
    plan: Plan | None = None


@dataclass(frozen=True, slots=True)
class Mismatch:
    """`check` names what was compared; the other two are for people and JSON."""

    check: str
    expected: object
    got: object


def mismatches(
    expected: Expected, got: Got, tools: Mapping[str, ToolContract]
) -> tuple[Mismatch, ...]:
    """Everything in which a turn is not as its label says; `tools` are those of the pack."""
    return tuple(_mismatches(expected, got, tools))


def _mismatches(
    expected: Expected, got: Got, tools: Mapping[str, ToolContract]
) -> Iterator[Mismatch]:
    routes = (expected.route,) if isinstance(expected.route, str) else expected.route or ()
    if routes and got.route not in routes:
        yield Mismatch("route", " or ".join(routes), got.route)
    for check in ("language", "continues", "drops"):
        wanted, given = getattr(expected, check), getattr(got, check)
        if wanted is not None and wanted != given:
            yield Mismatch(check, wanted, given)
    plan = got.plan or Plan(flow_type="none")
    if expected.flow is not None and expected.flow != plan.flow_type:
        yield Mismatch("flow", expected.flow, plan.flow_type)
    if expected.calls is not None:
        yield from _calls(expected.calls, plan.calls, tools)
    asked = [field.field for field in plan.missing]
    if expected.missing is not None and sorted(expected.missing) != sorted(asked):
        yield Mismatch("missing", list(expected.missing), asked)
    yield from _texts(expected, plan)


def _calls(
    expected: Sequence[ExpectedCall], got: Sequence[ToolCall], tools: Mapping[str, ToolContract]
) -> Iterator[Mismatch]:
    wanted, called = [each.tool for each in expected], [each.tool for each in got]
    if wanted != called:
        yield Mismatch("calls", wanted, called)
        return
    for position, (label, call) in enumerate(zip(expected, got, strict=True)):
        yield from _arguments(f"c{position}", label, call, tools[call.tool])


def _arguments(
    name: str, label: ExpectedCall, call: ToolCall, contract: ToolContract
) -> Iterator[Mismatch]:
    schemas: Mapping[str, Any] = contract.arguments["properties"]
    for field, wanted in label.args.items():
        if not matches(wanted, call.args.get(field)):
            yield Mismatch(f"{name}.{field}", wanted, call.args.get(field))
    for field, value in call.args.items():
        defaulted = "default" in schemas.get(field, {}) and value == schemas[field]["default"]
        if field not in label.args and field not in label.optional and not defaulted:
            yield Mismatch(f"{name}.{field}", None, value)


def _texts(expected: Expected, plan: Plan) -> Iterator[Mismatch]:
    shown = [plan.question or "", *(c.label for field in plan.missing for c in field.choices)]
    for text in expected.offers:
        if folded(text) not in folded(" ".join(shown)):
            yield Mismatch("offers", text, shown)
    said = [str(value) for call in plan.calls for value in call.args.values()]
    for text in expected.never:
        if any(folded(text) in folded(value) for value in said):
            yield Mismatch("never", f"no {text!r}", said)


def matches(wanted: object, value: object) -> bool:
    """Texts without case, accents, extra blanks and the signs around them."""
    if isinstance(wanted, Mapping) and wanted and wanted.keys() <= MATCHERS:
        return _matches_words(wanted, value)
    if isinstance(wanted, str) and isinstance(value, str):
        return folded(wanted).strip(EDGES) == folded(value).strip(EDGES)
    return type(wanted) is type(value) and wanted == value


def _matches_words(wanted: Mapping[str, Any], value: object) -> bool:
    if "one_of" in wanted:
        return any(matches(each, value) for each in wanted["one_of"])
    if not isinstance(value, str):
        return False
    text = folded(value)
    held = all(folded(each) in text for each in wanted.get("holds", ()))
    return held and not any(folded(each) in text for each in wanted.get("lacks", ()))
