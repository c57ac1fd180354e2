"""Turns the syntax tree into Python closures, once for each query text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from . import operators
from .aggregates import AGGREGATES
from .errors import SqlError
from .functions import FUNCTIONS
from .syntax import (
    Aggregate,
    Among,
    ArrayOf,
    Between,
    Binary,
    Call,
    Conditional,
    Constant,
    Expression,
    Junction,
    Like,
    Member,
    Name,
    ObjectOf,
    Parameter,
    Query,
    Subquery,
    Unary,
)
from .values import UNDEFINED, Undefined, Value, is_number


@dataclass(slots=True)
class Row:
    """One combination of the FROM clause: aliases and @parameters by name.

    `group` are the rows that an aggregate runs over.
    """

    names: dict[str, Value]
    group: Sequence["Row"] = ()


type Compiled = Callable[[Row], Value]
type SubqueryRunner = Callable[[Row], list[Value]]


@dataclass(frozen=True, slots=True)
class Compiler:
    """`aliases` are the names in reach, `parameters` those met; `subquery` compiles a query."""

    aliases: frozenset[str]
    subquery: Callable[[Query, frozenset[str], set[str]], SubqueryRunner]
    parameters: set[str]

    def compile(self, expression: Expression) -> Compiled:
        """Raises `SqlError` for unknown names and functions."""
        match expression:
            case Constant(value=value):
                return lambda row: value
            case Name() | Parameter():
                return self._name(expression)
            case Member():
                return self._member(expression)
            case Unary() | Binary() | Conditional() | Junction():
                return self._operation(expression)
            case Among() | Between() | Like():
                return self._membership(expression)
            case ArrayOf() | ObjectOf():
                return self._constructor(expression)
            case Call():
                return self._call(expression)
            case Aggregate(name=name, argument=argument):
                fold, of = AGGREGATES[name], self.compile(argument)
                return lambda row: fold([of(one) for one in row.group])
            case Subquery():
                return self._subquery(expression)
            case _:
                assert_never(expression)

    def _name(self, expression: Name | Parameter) -> Compiled:
        name = expression.name
        if isinstance(expression, Parameter):
            self.parameters.add(name)
        elif name not in self.aliases:
            message = f"Identifier '{name}' could not be resolved."
            raise SqlError("SC2001", message, expression.start, expression.start + len(name))
        return lambda row: row.names[name]

    def _member(self, expression: Member) -> Compiled:
        target = self.compile(expression.target)
        if isinstance(expression.key, Constant) and isinstance(expression.key.value, str):
            name = expression.key.value

            def property_of(row: Row) -> Value:
                found = target(row)
                return found.get(name, UNDEFINED) if isinstance(found, dict) else UNDEFINED

            return property_of
        key = self.compile(expression.key)
        return lambda row: operators.member(target(row), key(row))

    def _operation(self, expression: Unary | Binary | Conditional | Junction) -> Compiled:
        match expression:
            case Unary(operator="not", operand=operand):
                inner = self.compile(operand)
                return lambda row: operators.negate(inner(row))
            case Unary(operator=operator, operand=operand):
                inner, sign = self.compile(operand), -1 if operator == "-" else 1
                return lambda row: _signed(inner(row), sign)
            case Conditional():
                return self._conditional(expression)
            case Junction(operator=operator, operands=operands):
                return _junction(operator, self._all(operands))
            case Binary(operator=operator):
                left, right = self.compile(expression.left), self.compile(expression.right)
                return _binary(operator, left, right)

    def _conditional(self, expression: Conditional) -> Compiled:
        test = self.compile(expression.test)
        then, otherwise = self.compile(expression.then), self.compile(expression.otherwise)
        return lambda row: then(row) if test(row) is True else otherwise(row)

    def _membership(self, expression: Among | Between | Like) -> Compiled:
        match expression:
            case Among():
                needle, options = self.compile(expression.needle), self._all(expression.options)
                return lambda row: operators.among(needle(row), [one(row) for one in options])
            case Between():
                value = self.compile(expression.value)
                low, high = self.compile(expression.low), self.compile(expression.high)
                return lambda row: operators.between(value(row), low(row), high(row))
            case Like(escape=escape):
                text, pattern = self.compile(expression.value), self.compile(expression.pattern)
                return lambda row: operators.like(text(row), pattern(row), escape)

    def _constructor(self, expression: ArrayOf | ObjectOf) -> Compiled:
        if isinstance(expression, ArrayOf):
            items = self._all(expression.items)
            return lambda row: [v for v in (i(row) for i in items) if not isinstance(v, Undefined)]
        entries = [(name, self.compile(value)) for name, value in expression.entries]
        return lambda row: build_object(entries, row)

    def _call(self, expression: Call) -> Compiled:
        builtin = FUNCTIONS.get(expression.name)
        if builtin is None:
            message = f"'{expression.name}' is not a recognized built-in function name."
            end = expression.start + len(expression.name)
            raise SqlError("SC2005", message, expression.start, end)
        if not builtin.least <= len(expression.arguments) <= builtin.most:
            message = f"The {expression.name} function is given the wrong number of arguments."
            raise SqlError("SC2050", message, expression.start)
        call, arguments = builtin.call, self._all(expression.arguments)
        return lambda row: call(*[argument(row) for argument in arguments])

    def _subquery(self, expression: Subquery) -> Compiled:
        run = self.subquery(expression.query, self.aliases, self.parameters)
        match expression.kind:
            case "exists":
                return lambda row: bool(run(row))
            case "array":
                return lambda row: [v for v in run(row) if not isinstance(v, Undefined)]
            case "scalar":
                return lambda row: next(iter(run(row)), UNDEFINED)

    def _all(self, expressions: Sequence[Expression]) -> list[Compiled]:
        return [self.compile(expression) for expression in expressions]


def build_object(entries: Sequence[tuple[str, Compiled]], row: Row) -> Value:
    """An object of the entries that are defined."""
    built = {}
    for name, compiled in entries:
        value = compiled(row)
        if not isinstance(value, Undefined):
            built[name] = value
    return built


def _junction(operator: str, operands: Sequence[Compiled]) -> Compiled:
    """AND is false, OR is true as soon as one operand is; three-valued, so undefined may remain."""
    decisive = operator == "or"

    def run(row: Row) -> Value:
        result: Value = not decisive
        for operand in operands:
            value = operand(row)
            if value is decisive:
                return decisive
            if value is not result:
                result = UNDEFINED
        return result

    return run


def _binary(operator: str, left: Compiled, right: Compiled) -> Compiled:
    if operator == "??":

        def coalesce(row: Row) -> Value:
            first = left(row)
            return right(row) if first is UNDEFINED else first

        return coalesce
    apply = operators.OPERATORS[operator]
    return lambda row: apply(left(row), right(row))


def _signed(value: Value, sign: int) -> Value:
    return value * sign if is_number(value) else UNDEFINED


def check_parameters(wanted: set[str], given: Mapping[str, Value]) -> None:
    """Raises `SqlError` naming the first parameter that the request does not carry."""
    for name in sorted(wanted):
        if name not in given:
            raise SqlError("SC2090", f"The parameter '{name}' is used but not supplied.")
