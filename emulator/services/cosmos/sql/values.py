"""Values while a query runs: JSON and undefined, their equality and their order."""

import json
from enum import Enum
from typing import TypeGuard

from ..jsonvalues import Json


class Undefined(Enum):
    """What a property that is not there evaluates to; unlike null it never reaches a result."""

    UNDEFINED = "undefined"


UNDEFINED = Undefined.UNDEFINED

type Value = Json | Undefined
type OrderKey = tuple[int, bool | int | float | str]

_ARRAY = 5
_OBJECT = 6


def rank(value: Value) -> int:
    """The place of the value's type in the order of types."""
    match value:
        case Undefined():
            return 0
        case None:
            return 1
        case bool():
            return 2
        case int() | float():
            return 3
        case str():
            return 4
        case list():
            return _ARRAY
        case dict():
            return _OBJECT


def order_key(value: Value) -> OrderKey:
    """Sorts as ORDER BY does: by type first, then by value; arrays and objects by their text."""
    place = rank(value)
    if isinstance(value, bool | int | float | str):
        return place, value
    return place, canonical(value) if place >= _ARRAY else 0


def canonical(value: Value) -> str:
    """A text equal for equal values: for DISTINCT and GROUP BY."""
    if isinstance(value, Undefined):
        return "undefined"
    return json.dumps(_normal(value), sort_keys=True)


def same(left: Value, right: Value) -> bool:
    """Deep equality, where neither is undefined; a boolean never equals a number."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    return left == right


def is_number(value: Value) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _normal(value: Json) -> Json:
    """1.0 and 1 are one number to the service."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_normal(one) for one in value]
    if isinstance(value, dict):
        return {name: _normal(one) for name, one in value.items()}
    return value
