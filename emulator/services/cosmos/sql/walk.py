"""Looks through a syntax tree."""

from collections.abc import Iterator
from dataclasses import fields

from .syntax import Aggregate, Expression, Junction, Subquery


def contains_aggregate(expression: Expression) -> bool:
    """Whether COUNT and its like occur, subqueries excepted: they have rows of their own."""
    return any(isinstance(part, Aggregate) for part in all_parts(expression))


def conjuncts(expression: Expression | None) -> Iterator[Expression]:
    """The parts of a WHERE that must all be true."""
    if isinstance(expression, Junction) and expression.operator == "and":
        for operand in expression.operands:
            yield from conjuncts(operand)
    elif expression is not None:
        yield expression


def all_parts(expression: Expression) -> Iterator[Expression]:
    """The expression itself and everything in it, without looking into subqueries."""
    yield expression
    if isinstance(expression, Subquery):
        return
    for value in _contents(expression):
        if isinstance(value, Expression.__value__):
            yield from all_parts(value)


def _contents(expression: Expression) -> Iterator[object]:
    for field in fields(expression):
        value = getattr(expression, field.name)
        if isinstance(value, tuple):
            for element in value:
                # The entries of an object are pairs of name and expression.
                yield element[1] if isinstance(element, tuple) else element
        else:
            yield value
