"""JSON values as the flow language sees them: one kind of number, and texts that are the same in
every language that a flow is run by."""

import json
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

WHOLE = 2**53
"""Whole numbers up to here are exact."""


def text_of(value: Any) -> str:
    """A value within a text: texts as they are, all else as JSON without blanks."""
    return value if isinstance(value, str) else json_of(value)


def json_of(value: Any) -> str:
    """As JavaScript's `JSON.stringify` writes it; members stay in their order."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return number_text(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case Mapping():
            members = (f"{json_of(str(name))}:{json_of(each)}" for name, each in value.items())
            return f"{{{','.join(members)}}}"
        case Sequence():
            return f"[{','.join(map(json_of, value))}]"
        case _:
            raise TypeError(type(value).__name__)


def number_text(number: float) -> str:
    """As ECMAScript writes a number (ECMA-262, `Number::toString`)."""
    if isinstance(number, int) or (number.is_integer() and abs(number) < WHOLE):
        return str(int(number))
    # Python's repr has the same shortest digits, and other rules for the exponent.
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    assert isinstance(exponent, int), "JSON has no infinity"
    return ("-" if sign else "") + _placed("".join(map(str, digits)), exponent)


def _placed(digits: str, exponent: int) -> str:
    point = len(digits) + exponent
    if len(digits) <= point <= 21:
        return digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    power = f"e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return (f"{digits[0]}.{digits[1:]}" if len(digits) > 1 else digits) + power


def plain(value: Any) -> Any:
    """Lists and objects copied, and numbers that are whole written as such. Raises ValueError for
    what JSON cannot say."""
    match value:
        case None | bool() | str() | int():
            return value
        case float():
            if not math.isfinite(value):
                raise ValueError("no JSON number")
            return int(value) if value.is_integer() and abs(value) < WHOLE else value
        case Mapping():
            return {str(name): plain(each) for name, each in value.items()}
        case Sequence():
            return [plain(each) for each in value]
        case _:
            raise ValueError(type(value).__name__)


def equal(left: Any, right: Any) -> bool:
    """Of different kinds nothing is equal: 1 is neither true nor "1"."""
    if _kind(left) is not _kind(right):
        return False
    if isinstance(left, Mapping):
        same = left.keys() == right.keys()
        return same and all(equal(value, right[name]) for name, value in left.items())
    if isinstance(left, list):
        same = len(left) == len(right)
        return same and all(equal(a, b) for a, b in zip(left, right, strict=True))
    return bool(left == right)


def _kind(value: Any) -> type:
    if isinstance(value, bool) or value is None:
        return type(value)
    return float if isinstance(value, int | float) else type(value)
