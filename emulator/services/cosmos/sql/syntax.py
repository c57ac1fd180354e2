"""The syntax tree of a query."""

from dataclasses import dataclass, field
from typing import Literal

from .values import Value

type Expression = (
    Constant
    | Parameter
    | Name
    | Member
    | Unary
    | Binary
    | Junction
    | Among
    | Between
    | Like
    | Conditional
    | ArrayOf
    | ObjectOf
    | Call
    | Aggregate
    | Subquery
)
type Projection = Star | Single | Columns
type Source = Root | Each


@dataclass(frozen=True, slots=True)
class Constant:
    value: Value


@dataclass(frozen=True, slots=True)
class Parameter:
    """`name` includes the @."""

    name: str


@dataclass(frozen=True, slots=True)
class Name:
    """An alias of the FROM clause."""

    name: str
    start: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Member:
    """`target.key` and `target[key]`."""

    target: Expression
    key: Expression


@dataclass(frozen=True, slots=True)
class Unary:
    operator: Literal["not", "-", "+"]
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """`operator` is a keyword or symbol; `<>` comes as `!=`."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Junction:
    """AND or OR of two or more operands."""

    operator: Literal["and", "or"]
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Among:
    """`needle IN (options)`."""

    needle: Expression
    options: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Between:
    value: Expression
    low: Expression
    high: Expression


@dataclass(frozen=True, slots=True)
class Like:
    value: Expression
    pattern: Expression
    escape: str


@dataclass(frozen=True, slots=True)
class Conditional:
    """`test ? then : otherwise`."""

    test: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class ArrayOf:
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ObjectOf:
    entries: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A built-in function; `name` in upper case."""

    name: str
    arguments: tuple[Expression, ...]
    start: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Aggregate:
    name: Literal["COUNT", "SUM", "MIN", "MAX", "AVG"]
    argument: Expression


@dataclass(frozen=True, slots=True)
class Subquery:
    kind: Literal["scalar", "exists", "array"]
    query: "Query"


@dataclass(frozen=True, slots=True)
class Star:
    """`SELECT *`."""


@dataclass(frozen=True, slots=True)
class Single:
    """`SELECT VALUE expression`."""

    expression: Expression


@dataclass(frozen=True, slots=True)
class Columns:
    columns: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Root:
    """The first source without IN: the documents themselves, or what lies at `path` in each."""

    alias: str
    collection: str
    path: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Each:
    """`alias IN collection`, in FROM or in JOIN: one row for each element of the array."""

    alias: str
    collection: "Expression | Query"


@dataclass(frozen=True, slots=True)
class OrderBy:
    expression: Expression
    descending: bool


@dataclass(frozen=True, slots=True)
class Query:
    projection: Projection
    sources: tuple[Source, ...] = ()
    where: Expression | None = None
    group_by: tuple[Expression, ...] = ()
    order_by: tuple[OrderBy, ...] = ()
    distinct: bool = False
    top: Expression | None = None
    offset: Expression | None = None
    limit: Expression | None = None
