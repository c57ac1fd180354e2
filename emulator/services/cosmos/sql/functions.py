"""The built-in functions; each takes values and answers undefined where the service does.

https://learn.microsoft.com/azure/cosmos-db/nosql/query/system-functions
"""

import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from ..jsonvalues import Json, dump_json
from .values import UNDEFINED, Undefined, Value, is_number, same

type Function = Callable[..., Value]


@dataclass(frozen=True, slots=True)
class Builtin:
    """`least` and `most` say how many arguments it takes."""

    least: int
    most: int
    call: Function


def _text(call: Callable[[str], Value]) -> Builtin:
    """A function of one string."""
    return Builtin(1, 1, lambda value: call(value) if isinstance(value, str) else UNDEFINED)


def _compare_text(call: Callable[[str, str], bool]) -> Builtin:
    """A predicate of two strings with an optional flag to ignore case."""

    def run(left: Value, right: Value, ignore_case: Value = False) -> Value:
        if not isinstance(left, str) or not isinstance(right, str):
            return UNDEFINED
        if not isinstance(ignore_case, bool):
            return UNDEFINED
        if ignore_case:
            return call(left.lower(), right.lower())
        return call(left, right)

    return Builtin(2, 3, run)


def _number(call: Callable[[float], float]) -> Builtin:
    def run(value: Value) -> Value:
        if not is_number(value):
            return UNDEFINED
        try:
            return plain(call(value))
        except (ValueError, OverflowError):
            return UNDEFINED

    return Builtin(1, 1, run)


def _test(call: Callable[[Value], bool]) -> Builtin:
    return Builtin(1, 1, call)


def plain(number: float) -> int | float:
    """A whole number without its .0: the service knows one kind of number only."""
    if isinstance(number, float) and number.is_integer() and abs(number) < 2**53:
        return int(number)
    return number


def _length(value: Value) -> Value:
    return len(value) if isinstance(value, list) else UNDEFINED


def _concat(*parts: Value) -> Value:
    texts = [part for part in parts if isinstance(part, str)]
    return "".join(texts) if len(texts) == len(parts) else UNDEFINED


def _substring(text: Value, start: Value, length: Value) -> Value:
    if not isinstance(text, str) or not is_number(start) or not is_number(length):
        return UNDEFINED
    begin = max(int(start), 0)
    return text[begin : begin + max(int(length), 0)]


def _left(text: Value, count: Value) -> Value:
    return _substring(text, 0, count)


def _right(text: Value, count: Value) -> Value:
    if not isinstance(text, str) or not isinstance(count, int) or isinstance(count, bool):
        return UNDEFINED
    return text[-count:] if count > 0 else ""


def _replace(text: Value, old: Value, new: Value) -> Value:
    if isinstance(text, str) and isinstance(old, str) and isinstance(new, str):
        return text.replace(old, new) if old else text
    return UNDEFINED


def _index_of(text: Value, part: Value, start: Value = 0) -> Value:
    if isinstance(text, str) and isinstance(part, str) and isinstance(start, int):
        return text.find(part, start)
    return UNDEFINED


def _replicate(text: Value, times: Value) -> Value:
    if isinstance(text, str) and isinstance(times, int) and 0 <= len(text) * times <= 10_000:
        return text * times
    return UNDEFINED


_REGEX_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}


def _regex_match(text: Value, pattern: Value, modifiers: Value = "") -> Value:
    if not isinstance(text, str) or not isinstance(pattern, str) or not isinstance(modifiers, str):
        return UNDEFINED
    flags = re.NOFLAG
    for modifier in modifiers:
        if modifier not in _REGEX_FLAGS:
            return UNDEFINED
        flags |= _REGEX_FLAGS[modifier]
    try:
        return re.search(pattern, text, flags) is not None
    except re.error:
        return UNDEFINED


def _to_string(value: Value) -> Value:
    if isinstance(value, str | Undefined):
        return value
    return dump_json(plain(value) if isinstance(value, float) else value).decode()


def _string_to_number(value: Value) -> Value:
    if not isinstance(value, str):
        return UNDEFINED
    try:
        number = float(value)
    except ValueError:
        return UNDEFINED
    return plain(number) if math.isfinite(number) else UNDEFINED


def _string_to_boolean(value: Value) -> Value:
    if not isinstance(value, str):
        return UNDEFINED
    return {"true": True, "false": False}.get(value.strip(), UNDEFINED)


def _array_contains(array: Value, wanted: Value, partial: Value = False) -> Value:
    if not isinstance(array, list) or isinstance(wanted, Undefined):
        return UNDEFINED
    fits = _fits if partial is True else same
    return any(fits(element, wanted) for element in array)


def _fits(element: Json, wanted: Json) -> bool:
    """Whether an object has all that `wanted` names, the way partial matches are decided."""
    if isinstance(element, dict) and isinstance(wanted, dict):
        return all(name in element and same(element[name], wanted[name]) for name in wanted)
    return same(element, wanted)


def _contains_any(array: Value, *wanted: Value) -> Value:
    if not isinstance(array, list):
        return UNDEFINED
    return any(_array_contains(array, one) is True for one in wanted)


def _contains_all(array: Value, *wanted: Value) -> Value:
    if not isinstance(array, list):
        return UNDEFINED
    return all(_array_contains(array, one) is True for one in wanted)


def _array_concat(*arrays: Value) -> Value:
    joined: list[Json] = []
    for array in arrays:
        if not isinstance(array, list):
            return UNDEFINED
        joined += array
    return joined


def _array_slice(array: Value, start: Value, length: Value = None) -> Value:
    if not isinstance(array, list) or not isinstance(start, int):
        return UNDEFINED
    begin = start if start >= 0 else max(len(array) + start, 0)
    if length is None:
        return array[begin:]
    return array[begin : begin + max(length, 0)] if isinstance(length, int) else UNDEFINED


def _iif(test: Value, then: Value, otherwise: Value) -> Value:
    return then if test is True else otherwise


def _round(value: float) -> float:
    """Away from zero at the half, unlike Python's."""
    return math.copysign(math.floor(abs(value) + 0.5), value)


def _now_text() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def _is_primitive(value: Value) -> bool:
    return value is None or isinstance(value, bool | int | float | str)


def _power(base: Value, exponent: Value) -> Value:
    if not isinstance(base, int | float) or not isinstance(exponent, int | float):
        return UNDEFINED
    try:
        return plain(math.pow(base, exponent))
    except (ValueError, OverflowError):
        return UNDEFINED


FUNCTIONS: dict[str, Builtin] = {
    "ABS": _number(abs),
    "ARRAY_CONCAT": Builtin(2, 100, _array_concat),
    "ARRAY_CONTAINS": Builtin(2, 3, _array_contains),
    "ARRAY_CONTAINS_ALL": Builtin(2, 100, _contains_all),
    "ARRAY_CONTAINS_ANY": Builtin(2, 100, _contains_any),
    "ARRAY_LENGTH": Builtin(1, 1, _length),
    "ARRAY_SLICE": Builtin(2, 3, _array_slice),
    "CEILING": _number(math.ceil),
    "CONCAT": Builtin(2, 100, _concat),
    "CONTAINS": _compare_text(lambda text, part: part in text),
    "ENDSWITH": _compare_text(lambda text, part: text.endswith(part)),
    "FLOOR": _number(math.floor),
    "GETCURRENTDATETIME": Builtin(0, 0, _now_text),
    "GETCURRENTTIMESTAMP": Builtin(0, 0, lambda: int(time.time() * 1000)),
    "IIF": Builtin(3, 3, _iif),
    "INDEX_OF": Builtin(2, 3, _index_of),
    "IS_ARRAY": _test(lambda value: isinstance(value, list)),
    "IS_BOOL": _test(lambda value: isinstance(value, bool)),
    "IS_DEFINED": _test(lambda value: value is not UNDEFINED),
    "IS_INTEGER": _test(lambda value: is_number(value) and value == math.floor(value)),
    "IS_NULL": _test(lambda value: value is None),
    "IS_NUMBER": _test(is_number),
    "IS_OBJECT": _test(lambda value: isinstance(value, dict)),
    "IS_PRIMITIVE": _test(_is_primitive),
    "IS_STRING": _test(lambda value: isinstance(value, str)),
    "LEFT": Builtin(2, 2, _left),
    "LENGTH": _text(len),
    "LOWER": _text(str.lower),
    "LTRIM": _text(str.lstrip),
    "POWER": Builtin(2, 2, _power),
    "REGEXMATCH": Builtin(2, 3, _regex_match),
    "REPLACE": Builtin(3, 3, _replace),
    "REPLICATE": Builtin(2, 2, _replicate),
    "REVERSE": _text(lambda text: text[::-1]),
    "RIGHT": Builtin(2, 2, _right),
    "ROUND": _number(_round),
    "RTRIM": _text(str.rstrip),
    "SIGN": _number(lambda value: (value > 0) - (value < 0)),
    "SQRT": _number(math.sqrt),
    "STARTSWITH": _compare_text(lambda text, part: text.startswith(part)),
    "STRINGEQUALS": _compare_text(lambda text, part: text == part),
    "STRINGTOBOOLEAN": Builtin(1, 1, _string_to_boolean),
    "STRINGTONUMBER": Builtin(1, 1, _string_to_number),
    "SUBSTRING": Builtin(3, 3, _substring),
    "TOSTRING": Builtin(1, 1, _to_string),
    "TRIM": _text(str.strip),
    "TRUNC": _number(math.trunc),
    "UPPER": _text(str.upper),
}
