"""Filters as masks over rows: parsed once, each field's part answered once per distinct value."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import assert_never

import numpy as np
from odata_query import ast

from emulator.services.search.columns import Column, ColumnTest, Mask
from emulator.services.search.definitions import Field
from emulator.services.search.errors import invalid, missing_ability, unknown_property
from emulator.services.search.odata import function_name, parse_filter
from emulator.services.search.predicates import compile_predicate, flattened, path_of
from emulator.services.search.values import Comparable

REMEMBERED_FILTERS = 256


@dataclass(frozen=True, slots=True)
class FullText:
    """`search.ismatch(text, fields, syntax, mode)` inside a filter."""

    text: str
    fields: tuple[str, ...]
    syntax: str
    mode: str


@dataclass(frozen=True, slots=True)
class Constant:
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True)
class Junction:
    """All (`and`) or any (`or`) of the parts."""

    every: bool
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """The part does not hold."""

    part: "Condition"


type Condition = ColumnTest | FullText | Constant | Junction | Negation
type FullTextMask = Callable[[FullText], Mask]


class Filters:
    """Compiles filters against the columns of one index and remembers the last few hundred."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._columns = columns
        self._scope: Mapping[str, Field] = {
            name: column.definition for name, column in columns.items()
        }
        self._compiled: OrderedDict[str, Condition] = OrderedDict()

    def mask(self, text: str, rows: int, full_text: FullTextMask) -> Mask:
        """Which of the first `rows` rows pass; raises SearchError (400) for a filter in error."""
        condition = self._compiled.get(text)
        if condition is None:
            condition = self._compiled[text] = self._compile(parse_filter(text))
            if len(self._compiled) > REMEMBERED_FILTERS:
                self._compiled.popitem(last=False)
        return _evaluate(condition, rows, full_text)

    def _compile(self, node: ast._Node) -> Condition:
        match node:
            case ast.BoolOp(op=op):
                parts = tuple(self._compile(part) for part in flattened(node))
                return Junction(isinstance(op, ast.And), parts)
            case ast.UnaryOp(op=ast.Not()):
                return Negation(self._compile(node.operand))
            case ast.Boolean():
                return Constant(bool(node.py_val))
            case ast.Call() if function_name(node) in (
                "search.ismatch",
                "search.ismatchscoring",
            ):
                return _full_text(node)
            case _:
                return self._column_test(node)

    def _column_test(self, node: ast._Node) -> ColumnTest:
        name = _field_tested(node)
        column = self._columns.get(name)
        if column is None:
            raise unknown_property(name, "$filter")
        if not any(field.filterable for field in column.definition.walk()):
            raise missing_ability(name, "filterable", "$filter")
        predicate = compile_predicate(node, {name: column.definition})

        def passes(value: Comparable) -> bool:
            return predicate({name: value})

        return ColumnTest(column, passes)


def _field_tested(node: ast._Node) -> str:
    match node:
        case ast.Compare() if isinstance(node.left, ast._Literal):
            return _field_tested(node.right)
        case ast.Compare():
            return _field_tested(node.left)
        case ast.CollectionLambda():
            return path_of(node.owner)[0]
        case ast.Call():
            places = [one for one in node.args if isinstance(one, ast.Identifier | ast.Attribute)]
            if not places:
                name = function_name(node)
                raise invalid(f"Invalid expression: '{name}' names no field.", "$filter")
            return path_of(places[0])[0]
        case _:
            return path_of(node)[0]


def _full_text(node: ast.Call) -> FullText:
    texts = [one.val for one in node.args if isinstance(one, ast.String)]
    if len(texts) != len(node.args) or len(texts) not in (1, 2, 4):
        raise invalid("Invalid expression: search.ismatch takes 1, 2 or 4 texts.", "$filter")
    text, fields, syntax, mode = (*texts, *("", "simple", "any")[len(texts) - 1 :])
    names = tuple(name.strip() for name in fields.split(",") if name.strip())
    return FullText(text, names, syntax, mode)


def _evaluate(condition: Condition, rows: int, full_text: FullTextMask) -> Mask:
    match condition:
        case ColumnTest():
            return condition.mask(rows)
        case FullText():
            return full_text(condition)
        case Constant(value):
            return np.full(rows, value, dtype=np.bool_)
        case Negation(part):
            return ~_evaluate(part, rows, full_text)
        case Junction(every, parts):
            combine = np.logical_and if every else np.logical_or
            masks = [_evaluate(part, rows, full_text) for part in parts]
            found: Mask = combine.reduce(masks)
            return found
        case _:
            assert_never(condition)
