"""`orderby`: by fields, by distance, by score."""

import re
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

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

# What one sortable field holds is all of one type, and compares with itself.
type Sortable = float


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
    keys: list[NDArray[np.float64]] = [rows.astype(float), -scores]
    for clause in reversed(order):
        ranks = scores if clause.path is None else _ranks(clause, clause.path, rows, columns)
        keys.append(-ranks if clause.descending else ranks)
    positions = np.lexsort(keys)
    return rows[positions], scores[positions]


def _ranks(clause: Order, path: str, rows: Rows, columns: dict[str, Column]) -> NDArray[np.float64]:
    root, *rest = path.split("/")
    column = columns[root]
    codes = column.codes(int(rows.max(initial=-1)) + 1)[rows]
    distinct, places = np.unique(codes, return_inverse=True)
    keys = [_key(clause, column.values[int(code)], rest) for code in distinct]
    ranked = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    found: NDArray[np.float64] = np.array([ranked[key] for key in keys], dtype=float)[places]
    return found


def _key(clause: Order, value: Comparable, rest: list[str]) -> tuple[bool, Sortable]:
    for name in rest:
        value = value.get(name) if isinstance(value, dict) else None
    if clause.point and isinstance(value, tuple):
        return (True, distance_km(cast(Point, value), clause.point))
    # False sorts before True, and so null before every value.
    return (False, 0.0) if value is None else (True, cast(Sortable, value))
