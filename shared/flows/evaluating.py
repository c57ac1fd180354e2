"""What an expression comes to: CEL's meanings, over JSON."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any, assert_never

from shared.flows.expressions import (
    Binary,
    Call,
    Choice,
    Expression,
    Index,
    ListOf,
    Literal,
    Macro,
    Member,
    Name,
    ObjectOf,
    Unary,
    WordedError,
    parse,
)
from shared.flows.json_values import equal, plain, text_of

MAX_WORK = 100_000
"""Parts of expressions that one evaluation looks at: a bound that is the same everywhere. A list
beside an operator counts as many as it has items."""
OF_A_PART = 16
"""Characters of a text that count as one part."""
ALL = "vars"
"""The name of the object of all variables."""
NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


class EvaluationError(WordedError):
    """It comes to nothing."""


class _TooMuchError(EvaluationError):
    """Not to be made up for by the other side of an `||`."""


def evaluate(text: str, variables: Mapping[str, Any]) -> Any:
    """A JSON value. Raises ExpressionError, EvaluationError."""
    found = _Evaluation({ALL: variables, **variables}, [MAX_WORK]).value(parse(text))
    try:
        return plain(found)
    except ValueError as error:
        raise EvaluationError("no_json") from error


@dataclass(frozen=True, slots=True)
class _Evaluation:
    """`work` is what may still be done, shared by all parts."""

    names: Mapping[str, Any]
    work: list[int]

    def value(self, expression: Expression) -> Any:
        self._spend(1)
        match expression:
            case Literal() | Name() | Member() | Index():
                return self._found(expression)
            case ListOf() | ObjectOf() | Call():
                return self._made(expression)
            case Unary(operator=operator, of=of):
                return _negative(operator, self.value(of))
            case Binary():
                return self._binary(expression)
            case Choice():
                chosen = _truth(self.value(expression.when))
                return self.value(expression.then if chosen else expression.otherwise)
            case Macro():
                return self._macro(expression)
            case _:
                assert_never(expression)

    def _spend(self, work: int) -> None:
        self.work[0] -= work
        if self.work[0] < 0:
            raise _TooMuchError("too_much")

    def _found(self, expression: Literal | Name | Member | Index) -> Any:
        match expression:
            case Literal(value=value):
                return value
            case Name(name=name):
                if name not in self.names:
                    raise EvaluationError("no_variable", name=name[:64])
                return self.names[name]
            case Member():
                return self._member(expression)
            case Index():
                return _at(self.value(expression.of), self.value(expression.at))
            case _:
                assert_never(expression)

    def _made(self, expression: ListOf | ObjectOf | Call) -> Any:
        match expression:
            case ListOf(items=items):
                return [self.value(each) for each in items]
            case ObjectOf(members=members):
                return self._object(members)
            case Call(function=function, args=args):
                given = [self.value(each) for each in args]
                self._spend(sum(_weight(each) for each in given if isinstance(each, str)))
                return _FUNCTIONS[function](*given)
            case _:
                assert_never(expression)

    def _member(self, member: Member) -> Any:
        of = self.value(member.of)
        if not isinstance(of, Mapping):
            raise EvaluationError("no_object", name=member.name[:64])
        if member.asked:
            return member.name in of
        if member.name not in of:
            raise EvaluationError("no_member", name=member.name[:64])
        return of[member.name]

    def _object(self, members: tuple[tuple[Expression, Expression], ...]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, value in members:
            key = self.value(name)
            if not isinstance(key, str) or key in made:
                raise EvaluationError("members")
            made[key] = self.value(value)
        return made

    def _binary(self, binary: Binary) -> Any:
        if binary.operator in ("&&", "||"):
            decides = binary.operator == "||"
            sides = [partial(self.value, binary.left), partial(self.value, binary.right)]
            return _either(sides, decides)
        left, right = self.value(binary.left), self.value(binary.right)
        self._spend(_weight(left) + _weight(right))
        return _OPERATORS[binary.operator](left, right)

    def _macro(self, macro: Macro) -> Any:
        over = self.value(macro.over)
        if not isinstance(over, list | Mapping):
            raise EvaluationError("no_list", name=macro.macro)

        def of(item: Any) -> Any:
            return _Evaluation({**self.names, macro.name: item}, self.work).value(macro.body)

        items = list(over)
        match macro.macro:
            case "map":
                return [of(item) for item in items]
            case "filter":
                return [item for item in items if _truth(of(item))]
            case "exists_one":
                return sum(_truth(of(item)) for item in items) == 1
            case quantifier:
                sides = [partial(of, item) for item in items]
                return _either(sides, quantifier == "exists")


def _weight(value: Any) -> int:
    """What it costs to look at all of it, in parts of an expression."""
    if isinstance(value, str):
        return len(value) // OF_A_PART
    return len(value) if isinstance(value, list | Mapping) else 0


def _either(sides: Sequence[Callable[[], Any]], decides: bool) -> bool:
    """Whether one side decides. What goes wrong on one does not matter if another decides, as the
    specification of CEL has it. Raises EvaluationError."""
    wrong: EvaluationError | None = None
    for side in sides:
        try:
            if _truth(side()) is decides:
                return decides
        except _TooMuchError:
            raise
        except EvaluationError as error:
            wrong = wrong or error
    if wrong is not None:
        raise wrong
    return not decides


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise EvaluationError("no_truth")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _negative(operator: str, value: Any) -> Any:
    if operator == "!":
        return not _truth(value)
    if not _is_number(value):
        raise EvaluationError("no_number", name="-")
    return -float(value)


def _at(of: Any, at: Any) -> Any:
    if isinstance(of, list) and _is_number(at) and 0 <= at < len(of) and float(at).is_integer():
        return of[int(at)]
    if isinstance(of, Mapping) and isinstance(at, str) and at in of:
        return of[at]
    raise EvaluationError("no_place")


def _added(left: Any, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        return [*left, *right]
    return _counted("+", left, right)


def _counted(operator: str, left: Any, right: Any) -> float:
    if not (_is_number(left) and _is_number(right)):
        raise EvaluationError("operator", name=operator)
    a, b = float(left), float(right)
    try:
        match operator:
            case "+":
                return a + b
            case "-":
                return a - b
            case "*":
                return a * b
            case "/":
                return a / b
            case _:
                return math.fmod(a, b)
    except (ZeroDivisionError, ValueError) as error:
        raise EvaluationError("division") from error


def _compared(operator: str, left: Any, right: Any) -> bool:
    numbers = _is_number(left) and _is_number(right)
    if not numbers and not (isinstance(left, str) and isinstance(right, str)):
        raise EvaluationError("operator", name=operator)
    match operator:
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
        case _:
            return bool(left >= right)


def _within(item: Any, of: Any) -> bool:
    if isinstance(of, list):
        return any(equal(item, each) for each in of)
    if isinstance(of, Mapping):
        return isinstance(item, str) and item in of
    raise EvaluationError("no_list", name="in")


def _with(operator: str, how: Callable[[str, Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda left, right: how(operator, left, right)


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "in": _within,
    "+": _added,
    **{operator: _with(operator, _counted) for operator in "-*/%"},
    **{operator: _with(operator, _compared) for operator in ("<", "<=", ">", ">=")},
}


def _size(of: Any) -> float:
    if not isinstance(of, str | list | Mapping):
        raise EvaluationError("no_size")
    return float(len(of))


def _double(of: Any) -> float:
    if _is_number(of) or (isinstance(of, str) and NUMBER.fullmatch(of)):
        return float(of)
    raise EvaluationError("no_number", name="double")


def _string(of: Any) -> str:
    if not isinstance(of, str | bool | int | float):
        raise EvaluationError("no_plain")
    return text_of(of)


def _texts(of: Any, part: Any) -> Iterator[str]:
    if not (isinstance(of, str) and isinstance(part, str)):
        raise EvaluationError("no_text")
    return iter((of, part))


def _contains(of: Any, part: Any) -> bool:
    text, looked_for = _texts(of, part)
    return looked_for in text


def _starts(of: Any, part: Any) -> bool:
    text, looked_for = _texts(of, part)
    return text.startswith(looked_for)


def _ends(of: Any, part: Any) -> bool:
    text, looked_for = _texts(of, part)
    return text.endswith(looked_for)


def _matches(of: Any, pattern: Any) -> bool:
    text, wanted = _texts(of, pattern)
    # RE2 takes time in proportion to the text, whatever the pattern is.
    re2 = import_module("re2")
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(wanted, options).search(text) is not None
    except re2.error as error:
        raise EvaluationError("no_pattern") from error


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "size": _size,
    "double": _double,
    "string": _string,
    "contains": _contains,
    "startsWith": _starts,
    "endsWith": _ends,
    "matches": _matches,
}
