"""A compiled query: which rows a document gives, what is selected of them, in which order."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from .errors import SqlError
from .evaluation import Compiled, Compiler, Row, build_object
from .parser import check, parse_query
from .syntax import (
    Columns,
    Constant,
    Each,
    Expression,
    Member,
    Name,
    Query,
    Root,
    Single,
    Source,
    Star,
)
from .values import UNDEFINED, Undefined, Value, canonical, order_key
from .walk import contains_aggregate

type Binder = Callable[[Row], Iterator[Row]]

DOCUMENT = "c"
"""The name that stands for the document when the query has no FROM."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`root` is the name each document is bound to; `parameters` are those the query uses."""

    query: Query
    root: str
    binders: Sequence[Binder]
    where: Compiled | None
    project: Compiled
    order: Sequence[Compiled]
    group: Sequence[Compiled]
    parameters: frozenset[str]

    @property
    def whole_documents(self) -> bool:
        """Whether each result is a stored document as it is."""
        return isinstance(self.query.projection, Star) and not self.binders

    @property
    def aggregated(self) -> bool:
        return bool(self.group) or _aggregates(self.query)

    @property
    def gathered(self) -> bool:
        """Whether all rows must be known before the first result is."""
        return self.aggregated or self.query.distinct

    def rows(self, base: Row) -> Iterator[Row]:
        """The rows FROM makes of `base` that pass WHERE."""
        rows: Iterator[Row] = iter((base,))
        for binder in self.binders:
            rows = chain.from_iterable(map(binder, rows))
        where = self.where
        return rows if where is None else (row for row in rows if where(row) is True)

    def results(self, rows: Sequence[Row]) -> list[Value]:
        """What is selected of all the rows together, without the window of TOP or OFFSET."""
        if self.aggregated:
            rows = self._groups(rows)
        if self.order:
            rows = self._sorted(rows)
        values: list[Value] = [v for v in map(self.project, rows) if not isinstance(v, Undefined)]
        if self.query.distinct:
            first: dict[str, Value] = {}
            for value in values:
                first.setdefault(canonical(value), value)
            values = list(first.values())
        return values

    def _groups(self, rows: Sequence[Row]) -> list[Row]:
        if not self.group:
            return [Row(rows[0].names if rows else {}, rows)]
        groups: dict[str, list[Row]] = {}
        for row in rows:
            groups.setdefault("|".join(canonical(key(row)) for key in self.group), []).append(row)
        return [Row(group[0].names, group) for group in groups.values()]

    def _sorted(self, rows: Sequence[Row]) -> list[Row]:
        ordered = list(rows)
        # Sorting is stable, so the least important key goes first.
        for item, key in reversed(list(zip(self.query.order_by, self.order, strict=True))):
            ordered.sort(key=lambda row, key=key: order_key(key(row)), reverse=item.descending)  # type: ignore[misc]
        return ordered


@lru_cache(1024)
def compile_query(text: str) -> Plan:
    """Parses and compiles; raises `SqlError`. Cached by text, so parameters pay off."""
    try:
        return _compile(parse_query(text), None, set())
    except RecursionError:
        raise SqlError("SC3001", "The query is nested too deeply.") from None


def _compile(query: Query, outer: frozenset[str] | None, parameters: set[str]) -> Plan:
    """`outer` are the names around a subquery; None for the query itself."""
    check(query)
    aliases = outer if outer is not None else frozenset[str]()
    root, sources = _root_of(query, outer is None)
    aliases |= {root}
    binders: list[Binder] = []
    for source in sources:
        binders.append(_bind(source, Compiler(aliases, _run_subquery, parameters)))
        aliases |= {source.alias}
    compiler = Compiler(aliases, _run_subquery, parameters)
    where = None if query.where is None else compiler.compile(query.where)
    _check_columns(query)
    return Plan(
        query=query,
        root=root,
        binders=binders,
        where=where,
        project=_projection(query, compiler, root),
        order=[compiler.compile(item.expression) for item in query.order_by],
        group=[compiler.compile(expression) for expression in query.group_by],
        parameters=frozenset(parameters) | _window_parameters(query, compiler),
    )


def _root_of(query: Query, outermost: bool) -> tuple[str, Sequence[Source]]:
    """The name of the documents, and the sources that are still to be bound."""
    if not outermost or not query.sources:
        return DOCUMENT, query.sources
    first = query.sources[0]
    match first:
        case Root(alias=alias, path=()):
            return alias, query.sources[1:]
        case Root(collection=collection):
            return collection, query.sources
        case Each(collection=collection):
            return _leftmost_name(collection), query.sources


def _leftmost_name(collection: Expression | Query) -> str:
    while isinstance(collection, Member):
        collection = collection.target
    return collection.name if isinstance(collection, Name) else DOCUMENT


def _bind(source: Source, compiler: Compiler) -> Binder:
    alias = source.alias
    if isinstance(source, Root):
        expression: Expression = Name(source.collection)
        for step in source.path:
            expression = Member(expression, Constant(step))
        return _bind_one(alias, compiler.compile(expression))
    if isinstance(source.collection, Query):
        run = _run_subquery(source.collection, compiler.aliases, compiler.parameters)
        return lambda row: (_with(row, alias, value) for value in run(row))
    return _bind_elements(alias, compiler.compile(source.collection))


def _bind_one(alias: str, of: Compiled) -> Binder:
    def bind(row: Row) -> Iterator[Row]:
        value = of(row)
        if value is not UNDEFINED:
            yield _with(row, alias, value)

    return bind


def _bind_elements(alias: str, of: Compiled) -> Binder:
    def bind(row: Row) -> Iterator[Row]:
        value = of(row)
        if isinstance(value, list):
            for element in value:
                yield _with(row, alias, element)

    return bind


def _with(row: Row, alias: str, value: Value) -> Row:
    return Row({**row.names, alias: value})


def _projection(query: Query, compiler: Compiler, root: str) -> Compiled:
    match query.projection:
        case Star():
            alias = query.sources[0].alias if query.sources else root
            return compiler.compile(Name(alias))
        case Single(expression=expression):
            return compiler.compile(expression)
        case Columns(columns=columns):
            entries = [(name, compiler.compile(value)) for name, value in columns]
            return lambda row: build_object(entries, row)


def _run_subquery(
    query: Query, outer: frozenset[str], parameters: set[str]
) -> Callable[[Row], list[Value]]:
    plan = _compile(query, outer, parameters)

    def run(row: Row) -> list[Value]:
        values = plan.results(list(plan.rows(row)))
        start, end = window_of(query, row.names)
        return values[start:end]

    return run


def window_of(query: Query, parameters: dict[str, Value]) -> tuple[int, int | None]:
    """Which results TOP or OFFSET LIMIT leave: from, inclusive, and to, exclusive."""
    offset = _whole(query.offset, parameters, "OFFSET") or 0
    limit = _whole(query.limit if query.top is None else query.top, parameters, "TOP or LIMIT")
    return offset, None if limit is None else offset + limit


def _whole(expression: Expression | None, parameters: dict[str, Value], what: str) -> int | None:
    if expression is None:
        return None
    value = expression.value if isinstance(expression, Constant) else None
    if value is None:
        value = parameters.get(getattr(expression, "name", ""), UNDEFINED)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise SqlError("SC2062", f"{what} takes a whole number that is not negative.")
    return value


def _window_parameters(query: Query, compiler: Compiler) -> frozenset[str]:
    for expression in (query.top, query.offset, query.limit):
        if expression is not None:
            compiler.compile(expression)
    return frozenset(compiler.parameters)


def _aggregates(query: Query) -> bool:
    match query.projection:
        case Single(expression=expression):
            return contains_aggregate(expression)
        case Columns(columns=columns):
            return any(contains_aggregate(expression) for _, expression in columns)
        case Star():
            return False


def _check_columns(query: Query) -> None:
    """Beside aggregates only the keys of GROUP BY and constants may be selected."""
    if not query.group_by and not _aggregates(query):
        return
    match query.projection:
        case Columns(columns=columns):
            selected = [expression for _, expression in columns]
        case Single(expression=expression):
            selected = [expression]
        case Star():
            selected = []
    for expression in selected:
        if isinstance(expression, Member | Name) and expression not in query.group_by:
            raise SqlError(
                "SC2102",
                "A property is invalid in the select list because it is not contained in an "
                "aggregate function or in GROUP BY.",
            )
