"""The questions that operators' workbook and alerts ask Application Insights, read lightly.

No parser of the Kusto language is kept well enough to depend on. This one knows words: which tables
there are and their columns, which operators and functions we use, what a query names itself.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from tests.infra.templates import INFRA

WORKBOOK = INFRA / "workbooks" / "operations.json"
TABLES: Mapping[str, frozenset[str]] = {
    "requests": frozenset(
        {"timestamp", "name", "duration", "success", "operation_Id", "customDimensions"}
    ),
    "dependencies": frozenset(
        {"timestamp", "name", "duration", "success", "operation_Id", "customDimensions"}
    ),
    "customMetrics": frozenset(
        {"timestamp", "name", "valueCount", "valueSum", "valueMax", "customDimensions"}
    ),
}
OPERATORS = {"where", "extend", "summarize", "project", "order", "top", "join"}
FUNCTIONS = {
    "avg", "bin", "count", "countif", "iff", "in", "isnotempty", "isnotnull", "make_set_if", "max",
    "percentile", "round", "strcat", "sum", "take_any", "todouble", "tolong", "tostring",
}  # fmt: skip
WORDS = {"and", "asc", "by", "desc", "false", "in", "let", "on", "or", "startswith", "true"}
RESERVED = {"and", "kind", "or"}
"""Not to be had as names of columns."""
TOKEN = re.compile(
    r'"(?P<text>[^"]*)"|(?P<number>\d+(?:\.\d+)?[hmd]?)|(?P<word>[A-Za-z_]\w*)|(?P<sign>==|!=|!in'
    r"|<=|>=|[|()\[\]=<>,;/*+-])|(?P<space>\s+)"
)


@dataclass(frozen=True, slots=True)
class Query:
    title: str
    text: str

    @property
    def bare(self) -> str:
        """Without comments, and with a time where the workbook puts one in."""
        return re.sub(r"(?m)^//.*$", "", self.text).replace("{TimeRange:grain}", "1h")

    @property
    def attributes(self) -> set[str]:
        return set(re.findall(r'customDimensions\["([^"]+)"\]', self.text))

    @property
    def names(self) -> set[str]:
        """What rows are called that it asks for."""
        asked = re.findall(r'\bname (?:==|!=|startswith) "([^"]+)"', self.text)
        listed = re.findall(r"\bname in \(([^)]*)\)", self.text)
        return {*asked, *(each for some in listed for each in re.findall(r'"([^"]+)"', some))}

    @property
    def tables(self) -> set[str]:
        return {word for word in re.findall(r"\w+", self.bare) if word in TABLES}

    def faults(self) -> list[str]:
        return list(_faults(self.bare))


@cache
def queries() -> tuple[Query, ...]:
    return (*workbook_queries(), *alert_queries())


def workbook_queries() -> tuple[Query, ...]:
    items = json.loads(WORKBOOK.read_text("utf-8"))["items"]
    return tuple(
        Query(item["content"]["title"], item["content"]["query"])
        for item in items
        if item["type"] == 3
    )


def alert_queries() -> tuple[Query, ...]:
    files = sorted((INFRA / "alerts").glob("*.kql"))
    return tuple(Query(file.stem, file.read_text("utf-8")) for file in files)


def _faults(text: str) -> Iterator[str]:
    tokens: list[tuple[str, str]] = []
    place = 0
    while place < len(text):
        found = TOKEN.match(text, place)
        if found is None:
            yield f"cannot be read from {text[place : place + 20]!r}"
            return
        place = found.end()
        if found.lastgroup != "space":
            tokens.append((str(found.lastgroup), found[0]))
    yield from _unbalanced(tokens)
    yield from _unknown(tokens)


def _unbalanced(tokens: list[tuple[str, str]]) -> Iterator[str]:
    signs = [sign for kind, sign in tokens if kind == "sign"]
    for opening, closing in ("()", "[]"):
        if signs.count(opening) != signs.count(closing):
            yield f"{opening} and {closing} are not as many"


def _unknown(tokens: list[tuple[str, str]]) -> Iterator[str]:
    words = {word for kind, word in tokens if kind == "word"}
    known = {column for table in TABLES if table in words for column in TABLES[table]}
    known |= WORDS | TABLES.keys()
    given = {
        word for (kind, word), (_, behind) in pairwise(tokens) if kind == "word" and behind == "="
    }
    if "join" in words:
        # `join kind=inner` names no column.
        given.discard("kind")
    yield from (f"{word} is reserved" for word in given & RESERVED)
    padded = [("sign", ";"), *tokens, ("sign", ";")]
    for (_, before), (kind, word), (_, behind) in zip(padded, padded[1:], padded[2:], strict=False):
        if kind != "word":
            continue
        if before == "|":
            fine = word in OPERATORS
        elif behind == "(":
            fine = word in FUNCTIONS or word in WORDS
        else:
            fine = word in known | given or (before, word) in (("join", "kind"), ("=", "inner"))
        if not fine:
            yield f"nobody knows {word}"
