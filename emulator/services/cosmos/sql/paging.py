"""Runs a plan over documents page by page; a page ends where the next one can go on."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import cast

from ..jsonvalues import Json, JsonObject, dump_json
from .errors import SqlError
from .evaluation import Row, check_parameters
from .plan import Plan, window_of
from .values import OrderKey, Undefined, Value, order_key

TOKEN_LENGTH = 2048
PAGE_BYTES = 4 * 1024 * 1024
"""The service ends a page at 4 MB of results."""


@dataclass(slots=True)
class Document:
    """A stored document; its JSON is parsed when a query looks inside."""

    sequence: int
    raw: bytes
    _value: JsonObject | None = None

    @property
    def value(self) -> JsonObject:
        if self._value is None:
            self._value = cast(JsonObject, json.loads(self.raw))
        return self._value


@dataclass(frozen=True, slots=True)
class Position:
    """Behind which result a page ended.

    `sequence` and `within` are the document and the row in it, `keys` its sort keys, `passed` the
    results so far, those skipped by OFFSET included. Of gathered results `sequence` is the index.
    """

    sequence: int = -1
    within: int = -1
    passed: int = 0
    keys: tuple[OrderKey, ...] = ()

    def encode(self) -> str:
        token = json.dumps([self.sequence, self.within, self.passed, self.keys])
        if len(token) <= TOKEN_LENGTH:
            return token
        # Too long for a header: the next page then counts instead of comparing.
        return json.dumps([self.sequence, self.within, self.passed, ()])

    @staticmethod
    def decode(token: str) -> "Position":
        """Raises `SqlError` for what no page has handed out."""
        try:
            sequence, within, passed, keys = json.loads(token)
            ordered = tuple((int(place), value) for place, value in keys)
            return Position(int(sequence), int(within), int(passed), ordered)
        except (ValueError, TypeError):
            raise SqlError("SC4001", "The continuation token is not valid.") from None


@dataclass(slots=True)
class Page:
    """`results` are JSON texts; `loaded` and `loaded_bytes` count the documents that were read."""

    results: list[bytes] = field(default_factory=list)
    continuation: Position | None = None
    loaded: int = 0
    loaded_bytes: int = 0


type Candidate = tuple[Position, bytes]


def run_page(
    plan: Plan,
    documents: Iterable[Document],
    parameters: Mapping[str, Json],
    start: Position,
    at_most: int,
) -> Page:
    """The results behind `start`, at most so many and at most 4 MB.

    Of a plan that streams (see `streams`), documents before `start.sequence` may be left out;
    otherwise `documents` must be all of them. Raises `SqlError`.
    """
    check_parameters(set(plan.parameters), parameters)
    names: dict[str, Value] = dict(parameters)
    first, end = window_of(plan.query, names)
    page = Page()
    passed, size = start.passed, 0
    last = start
    for position, result in _candidates(plan, _counted(documents, page), names, start):
        if end is not None and passed >= end:
            return page
        if passed >= first:
            if len(page.results) >= at_most or (size and size + len(result) > PAGE_BYTES):
                page.continuation = last
                return page
            page.results.append(result)
            size += len(result)
        passed += 1
        last = Position(position.sequence, position.within, passed, position.keys)
    return page


def streams(plan: Plan) -> bool:
    """Whether results come in the order of the documents, so that earlier ones can be left out."""
    return not plan.gathered and not plan.order


def _counted(documents: Iterable[Document], page: Page) -> Iterator[Document]:
    for document in documents:
        page.loaded += 1
        page.loaded_bytes += len(document.raw)
        yield document


def _candidates(
    plan: Plan, documents: Iterator[Document], names: dict[str, Value], start: Position
) -> Iterator[Candidate]:
    if not plan.query.sources:
        documents = iter((Document(0, b"{}"),))
    if plan.gathered:
        return _gathered(plan, documents, names, start)
    if plan.order:
        return _ordered(plan, documents, names, start)
    return _streamed(plan, documents, names, start)


def _streamed(
    plan: Plan, documents: Iterator[Document], names: dict[str, Value], start: Position
) -> Iterator[Candidate]:
    for document in documents:
        if document.sequence < start.sequence:
            continue
        for within, row in _rows(plan, document, names):
            if document.sequence == start.sequence and within <= start.within:
                continue
            result = _selected(plan, document, row)
            if result is not None:
                yield Position(document.sequence, within), result


def _ordered(
    plan: Plan, documents: Iterator[Document], names: dict[str, Value], start: Position
) -> Iterator[Candidate]:
    found: list[tuple[Position, Document, Row]] = []
    for document in documents:
        for within, row in _rows(plan, document, names):
            keys = tuple(order_key(key(row)) for key in plan.order)
            found.append((Position(document.sequence, within, 0, keys), document, row))
    for index, item in reversed(list(enumerate(plan.query.order_by))):
        found.sort(key=lambda one, at=index: one[0].keys[at], reverse=item.descending)  # type: ignore[misc]
    descending = [item.descending for item in plan.query.order_by]
    to_skip = 0 if start.keys else start.passed
    for position, document, row in found:
        if start.keys and not _is_behind(position, start, descending):
            continue
        result = _selected(plan, document, row)
        if result is None:
            continue
        if to_skip:
            to_skip -= 1
        else:
            yield position, result


def _is_behind(position: Position, start: Position, descending: list[bool]) -> bool:
    for ours, theirs, reverse in zip(position.keys, start.keys, descending, strict=True):
        if ours != theirs:
            return (ours < theirs) is reverse
    return (position.sequence, position.within) > (start.sequence, start.within)


def _gathered(
    plan: Plan, documents: Iterator[Document], names: dict[str, Value], start: Position
) -> Iterator[Candidate]:
    rows = [row for document in documents for _, row in _rows(plan, document, names)]
    for index, value in enumerate(plan.results(rows)):
        if index > start.sequence and not isinstance(value, Undefined):
            yield Position(index), dump_json(value)


def _rows(plan: Plan, document: Document, names: dict[str, Value]) -> Iterator[tuple[int, Row]]:
    if plan.whole_documents and plan.where is None and not plan.order and not plan.gathered:
        # Nothing looks inside: the text goes out as it is stored.
        return iter(((0, Row(names)),))
    return zip(count(), plan.rows(Row({**names, plan.root: document.value})))


def _selected(plan: Plan, document: Document, row: Row) -> bytes | None:
    if plan.whole_documents:
        return document.raw
    value = plan.project(row)
    return None if isinstance(value, Undefined) else dump_json(value)
