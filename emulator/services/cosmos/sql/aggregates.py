"""COUNT, SUM, MIN, MAX and AVG over the values of a group."""

from collections.abc import Callable, Sequence

from .functions import plain
from .values import UNDEFINED, Undefined, Value, is_number, order_key

type Fold = Callable[[Sequence[Value]], Value]


def _count(values: Sequence[Value]) -> Value:
    return sum(not isinstance(value, Undefined) for value in values)


def _sum(values: Sequence[Value]) -> Value:
    """Undefined values are skipped; anything else that is no number makes the sum undefined."""
    numbers = _numbers(values)
    return UNDEFINED if numbers is None else plain(sum(numbers))


def _average(values: Sequence[Value]) -> Value:
    numbers = _numbers(values)
    return plain(sum(numbers) / len(numbers)) if numbers else UNDEFINED


def _minimum(values: Sequence[Value]) -> Value:
    return min(_defined(values), key=order_key, default=UNDEFINED)


def _maximum(values: Sequence[Value]) -> Value:
    return max(_defined(values), key=order_key, default=UNDEFINED)


def _defined(values: Sequence[Value]) -> list[Value]:
    return [value for value in values if not isinstance(value, Undefined)]


def _numbers(values: Sequence[Value]) -> list[int | float] | None:
    defined = _defined(values)
    numbers = [value for value in defined if is_number(value)]
    return numbers if len(numbers) == len(defined) else None


AGGREGATES: dict[str, Fold] = {
    "COUNT": _count,
    "SUM": _sum,
    "AVG": _average,
    "MIN": _minimum,
    "MAX": _maximum,
}
