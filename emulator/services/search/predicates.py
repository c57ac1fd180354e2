"""Compiles the part of a filter that looks at one field into a Python predicate.

Source: "OData language overview" of Azure AI Search. Comparisons with null are false, except that
null equals null; there is no third truth value.
"""

import dataclasses
import math
import operator
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import cast

from odata_query import ast

from emulator.services.search.definitions import Field
from emulator.services.search.errors import SearchError, invalid, unknown_property
from emulator.services.search.odata import function_name
from emulator.services.search.values import SPECIAL_NUMBERS, Comparable, Point, parse_instant

type Values = Mapping[str, Comparable]
type Predicate = Callable[[Values], bool]
type Reader = Callable[[Values], Comparable]
type Fields = Mapping[str, Field]

POINT = re.compile(r"POINT\s*\(\s*(-?[\d.]+)\s+(-?[\d.]+)\s*\)", re.IGNORECASE)
EARTH_RADIUS_KM = 6371.0088
type Ordering = Callable[..., bool]
ORDERINGS: Mapping[type, Ordering] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
FAMILIES = {
    "Edm.String": "Edm.String",
    "Edm.Boolean": "Edm.Boolean",
    "Edm.DateTimeOffset": "Edm.DateTimeOffset",
}
MIRRORED: Mapping[type, type] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
    ast.Eq: ast.Eq,
    ast.NotEq: ast.NotEq,
}


def compile_predicate(node: ast._Node, scope: Fields) -> Predicate:
    """A predicate over the names in `scope`; raises SearchError (400) for what Azure refuses."""
    match node:
        case ast.BoolOp(op=op):
            return _boolean(node, scope, all if isinstance(op, ast.And) else any)
        case ast.UnaryOp(op=ast.Not()):
            inner = compile_predicate(node.operand, scope)
            return lambda values: not inner(values)
        case ast.Compare():
            return _comparison(node, scope)
        case ast.CollectionLambda():
            return _quantified(node, scope)
        case ast.Call():
            return _membership(node, scope)
        case ast.Boolean():
            constant = bool(node.py_val)
            return lambda values: constant
        case ast.Identifier() | ast.Attribute():
            field, read = _operand(node, scope)
            if field.edm != "Edm.Boolean":
                raise _refused(f"'{field.path}' is not of type Edm.Boolean.")
            return lambda values: read(values) is True
        case _:
            raise _refused(f"'{type(node).__name__}' is not supported in filters.")


def path_of(node: ast._Node) -> tuple[str, ...]:
    """The names of a path like `address/city`; raises SearchError (400) for anything else."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.owner
    if not isinstance(node, ast.Identifier):
        raise _refused("Only fields can be compared with constants.")
    names.append(".".join((*node.namespace, node.name)))
    return tuple(reversed(names))


def _refused(message: str) -> SearchError:
    return invalid(f"Invalid expression: {message}", "$filter")


def _boolean(node: ast.BoolOp, scope: Fields, combine: Callable[[list[bool]], bool]) -> Predicate:
    parts = [compile_predicate(part, scope) for part in flattened(node)]
    return lambda values: combine([part(values) for part in parts])


def flattened(node: ast.BoolOp) -> list[ast._Node]:
    """The operands of a chain `a or b or c`, without recursion: chains can be thousands long."""
    operands: list[ast._Node] = []
    pending: list[ast._Node] = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, ast.BoolOp) and current.op == node.op:
            pending += [current.right, current.left]
        else:
            operands.append(current)
    return operands


def _operand(node: ast._Node, scope: Fields) -> tuple[Field, Reader]:
    root, *rest = path_of(node)
    field = scope.get(root)
    if field is None:
        raise unknown_property("/".join((root, *rest)), "$filter")
    for name in rest:
        child = next((one for one in field.fields if one.name == name), None)
        if child is None or field.collection:
            raise unknown_property("/".join((root, *rest)), "$filter")
        field = child
    if not field.filterable and not field.fields:
        raise _refused(f"'{field.path}' is not a filterable field.")

    def read(values: Values) -> Comparable:
        value = values[root]
        for name in rest:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    return field, read


def _comparison(node: ast.Compare, scope: Fields) -> Predicate:
    comparator = type(node.comparator)
    left, right = node.left, node.right
    if isinstance(left, ast._Literal):
        left, right = right, left
        comparator = MIRRORED.get(comparator, comparator)
    if comparator not in MIRRORED:
        raise _refused("The operator 'in' is not supported; use search.in.")
    if isinstance(left, ast.Call):
        return _distance(left, comparator, right, scope)
    field, read = _operand(left, scope)
    if field.collection or field.fields:
        raise _refused(f"'{field.path}' is {field.edm} and cannot be compared; use any or all.")
    wanted = _constant(field, right)
    if comparator is ast.Eq:
        return lambda values: read(values) == wanted
    if comparator is ast.NotEq:
        return lambda values: read(values) != wanted
    return _ordering(ORDERINGS[comparator], read, wanted)


def _ordering(compare: Ordering, read: Reader, wanted: Comparable) -> Predicate:
    def ordered(values: Values) -> bool:
        value = read(values)
        return value is not None and wanted is not None and compare(value, wanted)

    return ordered


def _constant(field: Field, node: ast._Node) -> Comparable:
    if isinstance(node, ast.Null):
        return None
    family = FAMILIES.get(field.type, "number")
    negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    literal = node.operand if isinstance(node, ast.UnaryOp) and negative else node
    value: Comparable
    match literal:
        case ast.String():
            kind, value = "Edm.String", literal.val
        case ast.Boolean():
            kind, value = "Edm.Boolean", bool(literal.py_val)
        case ast.Integer() | ast.Float():
            kind, value = "number", literal.py_val
        case ast.Identifier() if literal.name in SPECIAL_NUMBERS:
            kind, value = "number", SPECIAL_NUMBERS[literal.name]
        case ast.DateTime():
            kind, value = "Edm.DateTimeOffset", _instant(literal.val)
        case _:
            kind, value = type(literal).__name__, None
    if kind != family or (negative and not isinstance(value, int | float)):
        raise _refused(
            "A binary operator with incompatible types was detected. "
            f"Field '{field.path}' is {field.edm}; the constant is {kind}."
        )
    return -value if negative and isinstance(value, int | float) else value


def _instant(text: str) -> datetime:
    try:
        return parse_instant(text)
    except ValueError:
        raise _refused(f"'{text}' is not a date and time with a time zone.") from None


def _quantified(node: ast.CollectionLambda, scope: Fields) -> Predicate:
    field, read = _operand(node.owner, scope)
    if not field.collection:
        raise _refused(f"'{field.path}' is not a collection; any and all need one.")
    if node.lambda_ is None:
        return lambda values: bool(read(values))
    name = node.lambda_.identifier.name
    inner = compile_predicate(node.lambda_.expression, {**scope, name: _single(field)})
    combine = any if isinstance(node.operator, ast.Any) else all

    def quantified(values: Values) -> bool:
        items = read(values)
        found = items if isinstance(items, tuple) else ()
        return combine(inner({**values, name: item}) for item in found)

    return quantified


def _single(field: Field) -> Field:
    return dataclasses.replace(field, collection=False)


def _membership(node: ast.Call, scope: Fields) -> Predicate:
    name = function_name(node)
    if name != "search.in":
        raise _refused(f"The function '{name}' is not supported here.")
    arguments = node.args
    if len(arguments) not in (2, 3) or not all(isinstance(a, ast.String) for a in arguments[1:]):
        raise _refused("search.in takes a field, a text with values and perhaps delimiters.")
    field, read = _operand(arguments[0], scope)
    if field.edm != "Edm.String":
        raise _refused(f"search.in needs a field of type Edm.String; '{field.path}' is not.")
    texts = [cast(ast.String, argument).val for argument in arguments[1:]]
    delimiters = texts[1] if len(texts) == 2 else ", "
    parts = re.split(f"[{re.escape(delimiters)}]", texts[0]) if delimiters else [texts[0]]
    wanted = {part for part in parts if part}
    return lambda values: read(values) in wanted


def _distance(call: ast.Call, comparator: type, limit: ast._Node, scope: Fields) -> Predicate:
    if function_name(call) != "geo.distance" or comparator not in ORDERINGS:
        raise _refused("Of functions, only geo.distance can be compared, with lt, le, gt or ge.")
    if not isinstance(limit, ast.Integer | ast.Float):
        raise _refused("geo.distance is compared with a number of kilometres.")
    places = sorted(call.args, key=lambda argument: isinstance(argument, ast.Geography))
    field, read = _operand(places[0], scope)
    point = POINT.fullmatch(places[1].val) if isinstance(places[1], ast.Geography) else None
    if field.edm != "Edm.GeographyPoint" or point is None:
        raise _refused("geo.distance takes a field of type Edm.GeographyPoint and a POINT.")
    target = (float(point[1]), float(point[2]))
    compare, kilometres = ORDERINGS[comparator], float(limit.val)

    def near(values: Values) -> bool:
        place = read(values)
        return place is not None and compare(distance_km(cast(Point, place), target), kilometres)

    return near


def distance_km(one: Point, other: Point) -> float:
    """The great circle between two (longitude, latitude), by the haversine formula."""
    lon1, lat1, lon2, lat2 = map(math.radians, (*one, *other))
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))
