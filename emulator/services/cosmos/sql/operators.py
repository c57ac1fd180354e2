"""What the operators do to values, undefined included.

https://learn.microsoft.com/azure/cosmos-db/nosql/query/constants and the pages on its operators.
"""

import operator
import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from .functions import plain
from .values import UNDEFINED, OrderKey, Undefined, Value, is_number, order_key, rank, same

_ARRAY_RANK = 5

type Operator = Callable[[Value, Value], Value]


def equal(left: Value, right: Value) -> Value:
    if isinstance(left, Undefined) or isinstance(right, Undefined):
        return UNDEFINED
    return same(left, right)


def not_equal(left: Value, right: Value) -> Value:
    if isinstance(left, Undefined) or isinstance(right, Undefined):
        return UNDEFINED
    return not same(left, right)


def _ordered(compare: Callable[[OrderKey, OrderKey], bool]) -> Operator:
    """Only scalars of one type have an order; everything else is undefined."""

    def run(left: Value, right: Value) -> Value:
        place = rank(left)
        if place != rank(right) or not 0 < place < _ARRAY_RANK:
            return UNDEFINED
        return compare(order_key(left), order_key(right))

    return run


def _arithmetic(compute: Callable[[float, float], float]) -> Operator:
    def run(left: Value, right: Value) -> Value:
        if not is_number(left) or not is_number(right):
            return UNDEFINED
        try:
            return plain(compute(left, right))
        except (ZeroDivisionError, OverflowError):
            return UNDEFINED

    return run


def _remainder(left: float, right: float) -> float:
    """With the sign of the dividend, as in JavaScript."""
    return left - right * int(left / right)


def _concatenate(left: Value, right: Value) -> Value:
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    return UNDEFINED


OPERATORS: dict[str, Operator] = {
    "=": equal,
    "!=": not_equal,
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
    "+": _arithmetic(operator.add),
    "-": _arithmetic(operator.sub),
    "*": _arithmetic(operator.mul),
    "/": _arithmetic(operator.truediv),
    "%": _arithmetic(_remainder),
    "||": _concatenate,
}


def both(left: Value, right: Value) -> Value:
    """AND of three-valued logic."""
    if left is False or right is False:
        return False
    return True if left is True and right is True else UNDEFINED


def negate(value: Value) -> Value:
    return not value if isinstance(value, bool) else UNDEFINED


def among(needle: Value, options: Sequence[Value]) -> Value:
    if isinstance(needle, Undefined):
        return UNDEFINED
    return any(equal(needle, option) is True for option in options)


def between(value: Value, low: Value, high: Value) -> Value:
    return both(OPERATORS[">="](value, low), OPERATORS["<="](value, high))


def like(value: Value, pattern: Value, escape: str) -> Value:
    if not isinstance(value, str) or not isinstance(pattern, str):
        return UNDEFINED
    return _like_pattern(pattern, escape).fullmatch(value) is not None


def member(target: Value, key: Value) -> Value:
    if isinstance(target, dict) and isinstance(key, str):
        return target.get(key, UNDEFINED)
    if isinstance(target, list) and isinstance(key, int) and 0 <= key < len(target):
        return target[key]
    return UNDEFINED


@lru_cache(256)
def _like_pattern(pattern: str, escape: str) -> re.Pattern[str]:
    """LIKE's wildcards: % any text, _ one character, [abc] and [^abc] sets of characters."""
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        closing = pattern.find("]", at + 1) if character == "[" else -1
        if character == escape and at + 1 < len(pattern):
            at += 1
            parts.append(re.escape(pattern[at]))
        elif closing > at + 1:
            parts.append(_character_set(pattern[at + 1 : closing]))
            at = closing
        else:
            parts.append({"%": ".*", "_": "."}.get(character) or re.escape(character))
        at += 1
    return re.compile("".join(parts), re.DOTALL)


def _character_set(members: str) -> str:
    negation = "^" if members.startswith("^") else ""
    escaped = re.sub(r"([\\\[\]^])", r"\\\1", members.removeprefix("^"))
    return f"[{negation}{escaped}]"
