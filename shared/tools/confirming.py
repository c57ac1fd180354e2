"""What will be done, in the words of the flow, and which day was understood by which words."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.contracts.calendar import written_day
from shared.contracts.identity import Language
from shared.contracts.plan import Plan, Reference, ToolCall
from shared.contracts.tools import FlowContract, JsonSchema, ToolContract
from shared.contracts.wording import say
from shared.tools.arguments import label
from shared.tools.dates import find_dates
from shared.tools.normalising import choices_of, normaliser_of
from shared.tools.schemas import is_valid

_FIELD = re.compile(r"\{(\w+)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class UnderstoodDay:
    """`said` depends on when it was said; `day` is what it was taken for, in words."""

    field: str
    said: str
    day: str


def confirmation_of(
    flow: FlowContract, call: ToolCall, contract: ToolContract, language: Language
) -> str | None:
    """The flow's sentence with the call's values; None when the call lacks one of them.

    A part in square brackets is only there when its values are.
    """
    properties = contract.arguments["properties"]
    known = {name for name, value in call.args.items() if Reference.read(value) is None}
    template = _OPTIONAL.sub(
        lambda found: found[1] if known.issuperset(_FIELD.findall(found[1])) else "",
        flow.confirmation[language],
    )
    if not known.issuperset(_FIELD.findall(template)):
        return None
    return _FIELD.sub(
        lambda found: written(call.args[found[1]], properties[found[1]], language), template
    )


def written(value: Any, schema: JsonSchema, language: Language) -> str:
    """A value as people write it: days in words, choices by their name; a masked one as it is."""
    if not is_valid(value, schema):
        return str(value)
    match normaliser_of(schema):
        case "date":
            return written_day(date.fromisoformat(value), language)
        case "enum":
            names = {choice.value: choice.label for choice in choices_of(schema, language)}
            return names.get(str(value), str(value))
        case "boolean":
            return say("value_true" if value else "value_false", language)
        case _:
            return str(value)


def understood_days(
    plan: Plan, tools: Mapping[str, ToolContract], language: Language
) -> Iterator[UnderstoodDay]:
    """The days of a plan that were said relative to another day ("el viernes"), each once."""
    seen: set[tuple[str, str]] = set()
    for call in plan.calls:
        for name, origin in call.provenance.items():
            if origin.normaliser != "date" or origin.quote is None:
                continue
            day = date.fromisoformat(call.args[name])
            relative = any(found.relative for found in find_dates(origin.quote, day))
            if relative and (origin.quote, call.args[name]) not in seen:
                seen.add((origin.quote, call.args[name]))
                named = label(tools[call.tool], name, language)
                yield UnderstoodDay(named, origin.quote, written_day(day, language))
