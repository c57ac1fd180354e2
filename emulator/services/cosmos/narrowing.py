"""What of a query SQLite can decide: partition range, id and simple comparisons, from WHERE.

Everything found here only leaves out documents that WHERE would refuse anyway.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .indexing import IndexingPolicy, Path
from .jsonvalues import Json
from .partitioning import EVERYTHING, Component, PartitionKey, Range
from .sql.plan import Plan
from .sql.syntax import Binary, Constant, Expression, Member, Name, Parameter
from .sql.walk import all_parts, conjuncts

_PLAIN_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_MIRRORED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_RELAXED = {"=": "=", "<": "<=", "<=": "<=", ">": ">=", ">=": ">="}
_ALWAYS_INDEXED: tuple[Path, ...] = (("id",), ("_ts",))

type Comparison = tuple[Path, str, Json]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The documents that can match: those of `range`, only the one called `item_id` if set.

    `compared` are JSON paths, operators as SQLite writes them, and what is compared with.
    """

    range: Range
    item_id: str | None
    compared: tuple[tuple[str, str, str | int], ...] = ()


def narrow(
    plan: Plan, parameters: Mapping[str, Json], key: PartitionKey, policy: IndexingPolicy
) -> Narrowed:
    """What an index would not decide is left to WHERE, so that the charge counts its documents."""
    comparisons = list(_comparisons(plan, parameters))
    equalities = {path: value for path, operator, value in comparisons if operator == "="}
    components = _known_prefix(equalities, key.paths)
    decided = {("id",), *key.paths[: len(components)]}
    open_ones = [one for one in comparisons if one[0] not in decided]
    indexed = is_served_by_index(plan, policy)
    item_id = equalities.get(("id",))
    return Narrowed(
        range=key.range_of(components) if components else EVERYTHING,
        item_id=item_id if isinstance(item_id, str) else None,
        compared=tuple(_for_sqlite(open_ones)) if indexed else (),
    )


def _for_sqlite(comparisons: Iterable[Comparison]) -> Iterator[tuple[str, str, str | int]]:
    """Texts and whole numbers: of those SQLite thinks as the service does, or lets more pass.

    It holds true and 1 to be equal and orders texts behind numbers. Fractions are left out as its
    reading of them is not exact to the last digit (hence no strict < either), and texts with NUL
    as it cuts them there.
    """
    for path, operator, value in comparisons:
        if all(map(_PLAIN_NAME.fullmatch, path)):
            place = "$." + ".".join(path)
            if isinstance(value, int) and abs(value) < 2**53:
                yield place, _RELAXED[operator], int(value)
            elif isinstance(value, str) and "\0" not in value:
                yield place, _RELAXED[operator], value


def is_served_by_index(plan: Plan, policy: IndexingPolicy) -> bool:
    """Whether an index spares the service from loading what WHERE refuses.

    One condition of those that must all hold is enough, if all properties in it are indexed.
    """
    return any(
        all(path in _ALWAYS_INDEXED or policy.indexes(path) for path in _paths(part, plan.root))
        for part in conjuncts(plan.query.where)
    )


def _paths(expression: Expression, root: str) -> list[Path]:
    """Of `c.a.b` only the whole path, not `c.a` as well."""
    members = [part for part in all_parts(expression) if isinstance(part, Member)]
    inner = {id(member.target) for member in members}
    return [_path(member, root) for member in members if id(member) not in inner]


def _known_prefix(equalities: Mapping[Path, Json], paths: Sequence[Path]) -> list[Component]:
    known: list[Component] = []
    for path in paths:
        value = equalities.get(path, [])
        if isinstance(value, dict | list):
            break
        known.append(value)
    return known


def _comparisons(plan: Plan, parameters: Mapping[str, Json]) -> Iterator[Comparison]:
    """Of `c.a.b = value` and `value < c.a.b` that WHERE insists on, path, operator and value."""
    for part in conjuncts(plan.query.where):
        if isinstance(part, Binary) and part.operator in _MIRRORED:
            mirrored = (part.right, _MIRRORED[part.operator], part.left)
            for one, operator, other in ((part.left, part.operator, part.right), mirrored):
                path, value = _path(one, plan.root), _constant(other, parameters)
                if path and value is not None:
                    yield path, operator, value


def _path(expression: Expression, root: str) -> Path:
    """The properties from the document down to what is meant; empty for anything else."""
    steps: list[str] = []
    while isinstance(expression, Member):
        if not isinstance(expression.key, Constant) or not isinstance(expression.key.value, str):
            return ()
        steps.append(expression.key.value)
        expression = expression.target
    is_document = isinstance(expression, Name) and expression.name == root
    return tuple(reversed(steps)) if is_document else ()


def _constant(expression: Expression, parameters: Mapping[str, Json]) -> Json:
    """Its value, or None when it is none: nulls are left to WHERE itself."""
    match expression:
        case Constant(value=bool() | int() | float() | str() as value):
            return value
        case Parameter(name=name):
            return parameters.get(name)
        case _:
            return None
