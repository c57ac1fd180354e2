"""Scoring profiles' functions: what is recent, near, large or tagged counts more.

Source: "Add scoring profiles to boost search scores" of Azure AI Search. How far a value goes
between no boost and all of it is documented; how that meets the score is not: here it multiplies.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, cast

import numpy as np

from emulator.services.search.columns import Column, Rows
from emulator.services.search.definitions import (
    Aggregation,
    IndexDefinition,
    Interpolation,
    ScoringFunction,
)
from emulator.services.search.errors import SearchError, invalid
from emulator.services.search.json_types import Json, JsonObject
from emulator.services.search.keyword_index import Scores
from emulator.services.search.predicates import distance_km
from emulator.services.search.values import Comparable, Point

DURATION = re.compile(
    r"(?P<sign>-)?P(?:(?P<days>\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
TYPES = {
    "freshness": ("Edm.DateTimeOffset",),
    "magnitude": ("Edm.Double", "Edm.Single", "Edm.Int16", "Edm.Int32", "Edm.Int64"),
    "distance": ("Edm.GeographyPoint",),
    "tag": ("Edm.String",),
}
type Nearness = Callable[[Comparable], float]
"""From 0, no boost, to 1, all of it."""


@dataclass(frozen=True, slots=True)
class Boosts:
    """The functions of one request's profile, with what the request says of them."""

    functions: tuple[ScoringFunction, ...]
    aggregation: Aggregation
    parameters: Mapping[str, str]

    def factors(self, rows: Rows, columns: Mapping[str, Column]) -> Scores:
        """By what each row's score is multiplied."""
        found = [_additions(one, self.parameters, rows, columns) for one in self.functions]
        return 1.0 + _aggregated(self.aggregation, np.array(found).reshape(-1, len(rows)))


def parse_functions(profile: JsonObject) -> tuple[ScoringFunction, ...]:
    """The functions of a scoring profile; raises SearchError (400)."""
    items = profile.get("functions") or []
    if not isinstance(items, list):
        raise _refused("'functions' must be a list")
    return tuple(_parse_function(item) for item in items)


def parse_aggregation(profile: JsonObject) -> Aggregation:
    """How several functions are taken together; raises SearchError (400)."""
    match profile.get("functionAggregation") or "sum":
        case "sum" | "average" | "minimum" | "maximum" | "firstMatching" | "product" as found:
            return found
        case other:
            raise _refused(f"there is no aggregation '{other}'")


def parse_parameters(items: Iterable[str]) -> dict[str, str]:
    """`name-values` by name: after the first dash, which the values may begin with, too."""
    return dict(item.split("-", 1) for item in items if "-" in item)


def check_functions(definition: IndexDefinition) -> None:
    """Raises SearchError (400) for a function over a field that cannot carry it."""
    for function in (one for each in definition.functions.values() for one in each):
        field = next((one for one in definition.fields if one.name == function.field), None)
        if field is None or field.type not in TYPES[function.kind] or not field.filterable:
            raise _refused(f"'{function.field}' is not a filterable field for {function.kind}")


def boosts_of(definition: IndexDefinition, profile: str, parameters: Mapping[str, str]) -> Boosts:
    """What a request with this profile asks; raises SearchError (400) if a parameter is missing."""
    functions = definition.functions.get(profile, ())
    for one in functions:
        if one.parameter is not None and one.parameter not in parameters:
            raise invalid(f"Expected {one.parameter} in scoringParameters.", "scoringParameters")
    return Boosts(functions, definition.aggregations.get(profile, "sum"), parameters)


def _parse_function(item: Json) -> ScoringFunction:
    kind = item.get("type") if isinstance(item, dict) else None
    if not isinstance(item, dict) or kind not in TYPES:
        raise _refused(f"there is no function '{kind}'")
    boost, details = item.get("boost"), item.get(str(kind))
    if not isinstance(boost, int | float) or boost <= 0 or boost == 1:
        raise _refused("a boost is a positive number other than 1")
    if not isinstance(details, dict):
        raise _refused(f"a function of type '{kind}' has a '{kind}'")
    start, end, beyond, parameter = 0.0, 0.0, False, None
    match kind:
        case "freshness":
            end = _seconds(str(details.get("boostingDuration")))
        case "magnitude":
            start, end = (
                _number(details, "boostingRangeStart"),
                _number(details, "boostingRangeEnd"),
            )
            beyond = details.get("constantBoostBeyondRange") is True
        case "distance":
            end, parameter = _number(details, "boostingDistance"), "referencePointParameter"
        case _:
            parameter = "tagsParameter"
    return ScoringFunction(
        kind=cast(Literal["freshness", "magnitude", "distance", "tag"], kind),
        field=str(item.get("fieldName")),
        boost=float(boost),
        interpolation=_interpolation(item),
        start=start,
        end=end,
        beyond=beyond,
        parameter=None if parameter is None else str(details.get(parameter)),
    )


def _interpolation(item: JsonObject) -> Interpolation:
    match item.get("interpolation") or "linear":
        case "linear" | "constant" | "quadratic" | "logarithmic" as found:
            return found
        case other:
            raise _refused(f"there is no interpolation '{other}'")


def _number(details: JsonObject, name: str) -> float:
    value = details.get(name)
    if not isinstance(value, int | float):
        raise _refused(f"'{name}' must be a number")
    return float(value)


def _seconds(text: str) -> float:
    found = DURATION.fullmatch(text)
    if found is None:
        raise _refused(f"'{text}' is not a duration such as P30D")
    parts = {name: float(part) for name, part in found.groupdict("0").items() if name != "sign"}
    return timedelta(**parts).total_seconds() * (-1 if found["sign"] else 1)


def _refused(message: str) -> SearchError:
    return invalid(f"The request is invalid. Details: scoring profile: {message}.")


def _additions(
    function: ScoringFunction,
    parameters: Mapping[str, str],
    rows: Rows,
    columns: Mapping[str, Column],
) -> Scores:
    column, nearness = columns[function.field], _nearness(function, parameters)
    shares = [nearness(column.value(row)) for row in rows.tolist()]
    curve = CURVES[function.interpolation]
    return (function.boost - 1.0) * np.array([curve(share) for share in shares], dtype=float)


def _nearness(function: ScoringFunction, parameters: Mapping[str, str]) -> Nearness:
    match function.kind:
        case "freshness":
            return _freshness(function.end, datetime.now(UTC))
        case "magnitude":
            return _magnitude(function)
        case "distance":
            return _distance(function, parameters[str(function.parameter)])
        case "tag":
            tags = set(parameters[str(function.parameter)].split(","))

            def tagged(value: Comparable) -> float:
                found = value if isinstance(value, tuple) else (value,)
                return float(any(one in tags for one in found))

            return tagged


def _freshness(seconds: float, now: datetime) -> Nearness:
    """Of the past as far as `seconds` go back, or of the future if they are less than none."""

    def fresh(value: Comparable) -> float:
        if not isinstance(value, datetime) or not seconds:
            return 0.0
        passed = (now - value).total_seconds() / seconds
        return 1.0 - passed if 0 <= passed <= 1 else 0.0

    return fresh


def _magnitude(function: ScoringFunction) -> Nearness:
    start, end = function.start, function.end

    def large(value: Comparable) -> float:
        if not isinstance(value, int | float) or start == end:
            return 0.0
        share = (value - start) / (end - start)
        if share > 1:
            return 1.0 if function.beyond else 0.0
        return max(0.0, share)

    return large


def _distance(function: ScoringFunction, text: str) -> Nearness:
    try:
        longitude, latitude = map(float, text.split(","))
    except ValueError:
        raise invalid(f"'{text}' is no longitude and latitude.", "scoringParameters") from None

    def near(value: Comparable) -> float:
        if not isinstance(value, tuple):
            return 0.0
        kilometres = distance_km(cast(Point, value), (longitude, latitude))
        return max(0.0, 1.0 - kilometres / function.end)

    return near


# As documented: quadratic falls slowly first and then fast, logarithmic the other way round.
CURVES: Mapping[Interpolation, Callable[[float], float]] = {
    "constant": lambda share: float(share > 0),
    "linear": lambda share: share,
    "quadratic": lambda share: 1.0 - (1.0 - share) ** 2,
    "logarithmic": lambda share: 1.0 - math.log2(2.0 - share),
}


def _aggregated(aggregation: Aggregation, additions: Scores) -> Scores:
    """Of a row for each function."""
    found: Scores
    match aggregation:
        case "sum":
            found = additions.sum(axis=0)
        case "average":
            found = additions.mean(axis=0)
        case "minimum":
            found = additions.min(axis=0)
        case "maximum":
            found = additions.max(axis=0)
        case "product":
            found = (1.0 + additions).prod(axis=0) - 1.0
        case "firstMatching":
            first = (additions != 0).argmax(axis=0)
            found = additions[first, np.arange(additions.shape[1])]
    return found
