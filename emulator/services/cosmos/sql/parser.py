"""Parses whole queries: the clauses around the expressions."""

from functools import lru_cache

from .errors import SqlError
from .expressions import ExpressionParser
from .syntax import (
    Columns,
    Constant,
    Each,
    Expression,
    Member,
    Name,
    OrderBy,
    Projection,
    Query,
    Root,
    Single,
    Source,
    Star,
)


@lru_cache(1024)
def parse_query(text: str) -> Query:
    """The tree of a query; raises `SqlError` naming the place where it is wrong."""
    parser = QueryParser(text)
    query = parser.query()
    if parser.token.kind != "end":
        raise parser.error()
    return query


class QueryParser(ExpressionParser):
    """SELECT, FROM, JOIN, WHERE, GROUP BY, ORDER BY, OFFSET LIMIT."""

    def query(self) -> Query:
        self.expect("select")
        distinct = self.accept("distinct") is not None
        top = self._count() if self.accept("top") else None
        projection = self._projection()
        sources = self._sources() if self.accept("from") else ()
        where = self.expression() if self.accept("where") else None
        group_by = self._group_by() if self.accept("group") else ()
        if self.at("having"):
            raise SqlError("SC1001", "HAVING is not part of the query language.")
        order_by = self._order_by() if self.accept("order") else ()
        offset = limit = None
        if self.accept("offset"):
            offset = self._count()
            self.expect("limit")
            limit = self._count()
        return Query(projection, sources, where, group_by, order_by, distinct, top, offset, limit)

    def _projection(self) -> Projection:
        if self.accept("*"):
            return Star()
        if self.accept("value"):
            return Single(self.expression())
        columns: list[tuple[str, Expression]] = []
        while True:
            expression = self.expression()
            columns.append((self._column_name(expression, columns), expression))
            if self.accept(",") is None:
                return Columns(tuple(columns))

    def _column_name(self, expression: Expression, before: list[tuple[str, Expression]]) -> str:
        if self.accept("as"):
            name = self.word()
        elif self.at_name():
            name = self.name().text
        else:
            unnamed = sum(column.startswith("$") for column, _ in before)
            name = _implied_name(expression) or f"${unnamed + 1}"
        if any(column == name for column, _ in before):
            raise SqlError("SC2012", f"The column name '{name}' is used more than once.")
        return name

    def _sources(self) -> tuple[Source, ...]:
        sources = [self._first_source()]
        while self.accept("join"):
            alias = self.name().text
            self.expect("in")
            sources.append(Each(alias, self._collection()))
        return tuple(sources)

    def _first_source(self) -> Source:
        if self.following.keyword == "in":
            alias = self.name().text
            self.expect("in")
            return Each(alias, self._collection())
        collection = self.name().text
        path: list[str | int] = []
        while self.at(".", "["):
            path.append(self._step())
        if self.accept("as") or self.at_name():
            return Root(self.name().text, collection, tuple(path))
        alias = next((step for step in reversed(path) if isinstance(step, str)), collection)
        return Root(alias, collection, tuple(path))

    def _step(self) -> str | int:
        if self.accept("."):
            return self.word()
        self.expect("[")
        token = self.advance()
        self.expect("]")
        return int(token.text) if token.kind == "number" else token.text

    def _collection(self) -> Expression | Query:
        if self.at("(") and self.following.keyword == "select":
            self.expect("(")
            inner = self.query()
            self.expect(")")
            return inner
        return self._members(self._primary())

    def _group_by(self) -> tuple[Expression, ...]:
        self.expect("by")
        keys = [self.expression()]
        while self.accept(","):
            keys.append(self.expression())
        return tuple(keys)

    def _order_by(self) -> tuple[OrderBy, ...]:
        self.expect("by")
        items: list[OrderBy] = []
        while True:
            expression = self.expression()
            items.append(OrderBy(expression, self.accept("asc", "desc") == "desc"))
            if self.accept(",") is None:
                return tuple(items)

    def _count(self) -> Expression:
        if self.token.kind not in ("number", "parameter"):
            raise self.error()
        return self._primary()


def _implied_name(expression: Expression) -> str | None:
    match expression:
        case Name(name=name) | Member(key=Constant(value=str(name))):
            return name
        case _:
            return None


def check(query: Query) -> None:
    """Raises `SqlError` for what the grammar allows and the service refuses."""
    if isinstance(query.projection, Star):
        if len(query.sources) != 1:
            raise SqlError("SC2040", "'SELECT *' is only valid with a single input set.")
        if query.group_by:
            raise SqlError("SC2103", "'SELECT *' cannot be combined with GROUP BY.")
    if query.group_by and query.order_by:
        raise SqlError("SC2103", "ORDER BY cannot be combined with GROUP BY.")
    if query.top is not None and query.offset is not None:
        raise SqlError("SC2204", "TOP cannot be combined with OFFSET LIMIT.")
