"""Facets: how many of the documents found hold each value of a field."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal, cast

import numpy as np

from emulator.services.search.columns import Column, Rows
from emulator.services.search.definitions import IndexDefinition
from emulator.services.search.errors import invalid, missing_ability, unknown_property
from emulator.services.search.json_types import Json, JsonObject
from emulator.services.search.values import Comparable, parse_instant

type FacetSort = Literal["count", "-count", "value", "-value"]
SORTS: dict[str, FacetSort] = {
    "count": "count",
    "-count": "-count",
    "value": "value",
    "-value": "-value",
}
DEFAULT_COUNT = 10


@dataclass(frozen=True, slots=True)
class FacetRequest:
    """`field,count:n,sort:…`, or buckets by `interval:n` or between `values:a|b`."""

    path: str
    count: int = DEFAULT_COUNT
    sort: FacetSort = "count"
    interval: float | None = None
    values: tuple[float | datetime, ...] = ()


def parse_facet(definition: IndexDefinition, text: str) -> FacetRequest:
    """Reads one facet expression; raises SearchError (400)."""
    path, *options = (part.strip() for part in text.split(","))
    field = definition.find(path)
    if field is None:
        raise unknown_property(path, "facets")
    if not field.facetable:
        raise missing_ability(path, "facetable", "facets")
    given = dict(option.partition(":")[::2] for option in options)
    unknown = given.keys() - {"count", "sort", "interval", "values", "timeoffset"}
    if unknown or given.get("sort", "count") not in SORTS:
        raise invalid(f"The facet '{text}' cannot be read.", "facets")
    try:
        return FacetRequest(
            path=path,
            count=int(given.get("count", DEFAULT_COUNT)),
            sort=SORTS[given.get("sort", "count")],
            interval=float(given["interval"]) if "interval" in given else None,
            values=tuple(_bound(field.type, v) for v in given.get("values", "").split("|") if v),
        )
    except ValueError:
        raise invalid(f"The facet '{text}' cannot be read.", "facets") from None


def count_facet(facet: FacetRequest, rows: Rows, columns: dict[str, Column]) -> list[Json]:
    """The buckets of a facet over the rows found; documents without a value count nowhere."""
    root, *rest = facet.path.split("/")
    column = columns[root]
    counts: Counter[Comparable] = Counter()
    codes = column.codes(int(rows.max(initial=-1)) + 1)[rows]
    for code, times in zip(*np.unique(codes, return_counts=True), strict=True):
        # A document counts once per value, however often it holds it.
        for value in dict.fromkeys(_leaves(column.values[int(code)], rest)):
            counts[value] += int(times)
    if facet.values:
        return _ranges(facet, counts)
    if facet.interval:
        return _intervals(facet.interval, counts)
    return _values(facet, counts)


def _bound(edm: str, text: str) -> float | datetime:
    return parse_instant(text) if edm == "Edm.DateTimeOffset" else float(text)


def _leaves(value: Comparable, path: list[str]) -> list[Comparable]:
    if isinstance(value, tuple):
        return [leaf for item in value for leaf in _leaves(item, path)]
    if path:
        return _leaves(value.get(path[0]), path[1:]) if isinstance(value, dict) else []
    return [] if value is None or isinstance(value, dict) else [value]


def _values(facet: FacetRequest, counts: Counter[Comparable]) -> list[Json]:
    found = [(_shown(value), times) for value, times in counts.items()]
    by_value = sorted(found, key=lambda item: cast(float, item[0]))
    if facet.sort in ("value", "-value"):
        chosen = by_value if facet.sort == "value" else by_value[::-1]
    else:
        sign = -1 if facet.sort == "count" else 1
        chosen = sorted(by_value, key=lambda item: sign * item[1])
    # 0 means no limit.
    limited = chosen[: facet.count] if facet.count else chosen
    return [{"value": value, "count": times} for value, times in limited]


type Shown = str | bool | int | float


def _shown(value: Comparable) -> Shown:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value if isinstance(value, str | bool | int | float) else str(value)


def _intervals(interval: float, counts: Counter[Comparable]) -> list[Json]:
    # Whole steps keep the buckets of whole numbers whole.
    step = int(interval) if interval.is_integer() else interval
    buckets: Counter[float] = Counter()
    for value, times in counts.items():
        if isinstance(value, int | float):
            buckets[value // step * step] += times
    return [{"value": start, "count": buckets[start]} for start in sorted(buckets)]


def _ranges(facet: FacetRequest, counts: Counter[Comparable]) -> list[Json]:
    edges = [None, *facet.values, None]
    buckets: list[Json] = []
    for low, high in pairwise(edges):
        times = sum(n for value, n in counts.items() if _within(value, low, high))
        bucket: JsonObject = {"count": times}
        bucket |= {"from": _shown(low)} if low is not None else {}
        bucket |= {"to": _shown(high)} if high is not None else {}
        buckets.append(bucket)
    return buckets


def _within(value: Comparable, low: float | datetime | None, high: float | datetime | None) -> bool:
    if isinstance(value, datetime):
        return not (isinstance(low, datetime) and value < low) and not (
            isinstance(high, datetime) and value >= high
        )
    if isinstance(value, int | float):
        return not (isinstance(low, int | float) and value < low) and not (
            isinstance(high, int | float) and value >= high
        )
    return False
