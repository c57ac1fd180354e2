"""Answers the queries of a container, page by page."""

import sqlite3
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from typing import cast

from . import charges
from .answers import Answer, CosmosError, bad_request
from .catalog import Container
from .jsonvalues import Json, parse_json
from .narrowing import Narrowed, is_served_by_index, narrow
from .partitioning import EVERYTHING, Range
from .sql.errors import SqlError
from .sql.paging import Document, Page, Position, run_page, streams
from .sql.plan import Plan, compile_query

CONTINUATION = "x-ms-continuation"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which documents a request speaks of, how many it takes at most, and where it goes on."""

    range: Range
    at_most: int
    continuation: str | None


def run_query(
    db: sqlite3.Connection, container: Container, body: bytes, scope: Scope, now: float
) -> Answer:
    """`now` in epoch seconds. Raises a 400 for a query that is wrong or not emulated."""
    text, parameters = _parse(body)
    try:
        plan = compile_query(text)
        start = Position() if scope.continuation is None else Position.decode(scope.continuation)
        narrowed = narrow(plan, parameters, container.partition_key, container.indexing)
        after = start.sequence if streams(plan) else -1
        documents = _documents(db, container, scope.range, narrowed, after, now)
        # An open cursor would hold its place in the file.
        with closing(documents):
            page = run_page(plan, documents, parameters, start, scope.at_most)
    except SqlError as error:
        raise CosmosError(400, "BadRequest", error.wire_message()) from None
    headers = {"x-ms-item-count": str(len(page.results))}
    if page.continuation is not None:
        headers[CONTINUATION] = page.continuation.encode()
    charge = _charge(plan, page, container)
    return Answer(200, feed(container, page.results), headers, charge, "query", container.name)


def feed(container: Container, results: list[bytes]) -> bytes:
    """The envelope around results that are JSON texts already."""
    head = f'{{"_rid":"{container.rid}","Documents":['.encode()
    return head + b",".join(results) + f'],"_count":{len(results)}}}'.encode()


def _parse(body: bytes) -> tuple[str, dict[str, Json]]:
    try:
        query = parse_json(body)
    except ValueError as error:
        raise bad_request(f"The query is not JSON: {error}") from None
    text = query.get("query") if isinstance(query, dict) else None
    if not isinstance(query, dict) or not isinstance(text, str):
        raise bad_request("A query is a JSON object with a text called query.")
    parameters: dict[str, Json] = {}
    given = query.get("parameters") or []
    for parameter in given if isinstance(given, list) else [given]:
        if not isinstance(parameter, dict) or not isinstance(parameter.get("name"), str):
            raise bad_request("Each parameter is an object with a name and a value.")
        parameters[cast(str, parameter["name"])] = parameter.get("value")
    return text, parameters


def _documents(
    db: sqlite3.Connection,
    container: Container,
    asked: Range,
    narrowed: Narrowed,
    after: int,
    now: float,
) -> Generator[Document]:
    """In the order of their creation, from number `after` on; read as the query asks for them."""
    conditions = ["container = ?", "(expires IS NULL OR expires > ?)", "seq >= ?"]
    values: list[object] = [container.number, now, after]
    for bounds in (asked, narrowed.range):
        if bounds.end is None:
            conditions.append("epk = ?")
            values.append(bounds.start)
        elif bounds != EVERYTHING:
            conditions.append("epk >= ? AND epk < ?")
            values += (bounds.start, bounds.end)
    if narrowed.item_id is not None:
        conditions.append("id = ?")
        values.append(narrowed.item_id)
    for path, operator, value in narrowed.compared:
        conditions.append(f"CAST(body AS TEXT) ->> ? {operator} ?")
        values += (path, value)
    # The conditions are this function's own; what comes from outside is bound.
    statement = f"SELECT seq, body FROM items WHERE {' AND '.join(conditions)} ORDER BY seq"  # noqa: S608
    for sequence, raw in db.execute(statement, values):
        yield Document(sequence, raw)


def _charge(plan: Plan, page: Page, container: Container) -> float:
    """With an index only the documents that match are loaded, without one all of them."""
    if plan.gathered or not is_served_by_index(plan, container.indexing):
        return charges.query(page.loaded, page.loaded_bytes)
    matched = len(page.results)
    average = page.loaded_bytes / page.loaded if page.loaded else 0.0
    return charges.query(matched, round(average * matched))
