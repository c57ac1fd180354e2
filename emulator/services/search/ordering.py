"""`orderby`: by fields, by distance, by score."""

import re
from dataclasses import dataclass

import numpy as np

from emulator.services.search.columns import Column, Rows
from emulator.services.search.definitions import IndexDefinition
from emulator.services.search.errors import invalid, missing_ability, unknown_property
from emulator.services.search.keyword_index import Scores
from emulator.services.search.predicates import POINT, distance_km
from emulator.services.search.values import Comparable, Point

CLAUSE = re.compile(r"(?P<what>.+?)(?:\s+(?P<direction>asc|desc))?", re.IGNORECASE | re.DOTALL)
DISTANCE = re.compile(
    r"geo\.distance\(\s*(?P<path>[\w/]+)\s*,\s*geography'(?P<point>[^']+)'\s*\)", re.IGNORECASE
)
MAX_CLAUSES = 32


@dataclass(frozen=True, slots=True)
class Order:
    """One clause; without a path it orders by score, with a point by the distance to it."""

    path: str | None
    descending: bool
    point: Point | None = None


def parse_order(definition: IndexDefinition, text: str) -> Order:
    """Reads `field desc`, `search.score() desc` or `geo.distance(…) asc`; SearchError (400)."""
    clause = CLAUSE.fullmatch(text)
    what = clause["what"] if clause else text
    descending = bool(clause and clause["direction"] and clause["direction"].lower() == "desc")
    if what.lower() == "search.score()":
        return Order(None, descending)
    point: Point | None = None
    distance = DISTANCE.fullmatch(what)
    if distance:
        place = POINT.fullmatch(distance["point"])
        if place is None:
            raise invalid(f"'{distance['point']}' is not a POINT.", "$orderby")
        what, point = distance["path"], (float(place[1]), float(place[2]))
    field = definition.find(what)
    if field is None:
        raise unknown_property(what, "$orderby")
    if not field.sortable or (field.type == "Edm.GeographyPoint") != (point is not None):
        raise missing_ability(what, "sortable", "$orderby")
    return Order(what, descending, point)


def sort_rows(
    rows: Rows, scores: Scores, order: tuple[Order, ...], columns: dict[str, Column]
) -> tuple[Rows, Scores]:
    """The rows in the order asked for; ties by score, then by row, so that pages never overlap.

    Nulls come first when ascending and last when descending, as in Azure.
    """
    positions = list(np.lexsort((rows, -scores)))
    for clause in reversed(order):
        if clause.path is None:
            positions.sort(key=lambda at: float(scores[at]), reverse=clause.descending)
            continue
        keys = _keys(clause, rows, columns)
        positions.sort(key=lambda at: keys[at], reverse=clause.descending)
    return rows[positions], scores[positions]


type SortKey = tuple[bool, Comparable]


def _keys(clause: Order, rows: Rows, columns: dict[str, Column]) -> dict[int, SortKey]:
    root, *rest = (clause.path or "").split("/")
    column = columns[root]
    keys: dict[int, SortKey] = {}
    for at, row in enumerate(rows):
        value = column.value(int(row))
        for name in rest:
            value = value.get(name) if isinstance(value, dict) else None
        if clause.point and isinstance(value, tuple):
            longitude, latitude = value
            if isinstance(longitude, float) and isinstance(latitude, float):
                value = distance_km((longitude, latitude), clause.point)
        keys[at] = (False, 0) if value is None else (True, value)
    return keys
