"""The simple query syntax: words, "phrases", prefix*, + (and), | (or), - (not), parentheses.

Source: "Simple query syntax" of Azure AI Search, and Lucene's SimpleQueryParser below it: operators
have no precedence, and any text is a valid query.
"""

import re
from collections.abc import Sequence
from typing import Literal

from emulator.services.search.query_tree import (
    Clauses,
    Everything,
    Node,
    Occur,
    Phrase,
    Word,
    negated,
    prefix,
)

type Mode = Literal["any", "all"]

TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<phrase>"(?:[^"\\]|\\.)*")
    |(?P<operator>[+|()])
    |(?P<minus>(?<![^\s(|+])-(?=[^\s]))
    |(?P<word>(?:[^\s"+|()\\]|\\.)+)
    |(?P<stray>["\\])""",
    re.VERBOSE | re.DOTALL,
)
ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def parse_simple(text: str, mode: Mode) -> Node:
    """What the text asks for; never fails, as the operators out of place are ignored."""
    if text.strip() in ("", "*"):
        return Everything()
    tokens = [match for match in TOKEN.finditer(text) if match.lastgroup not in ("space", "stray")]
    return _Parser(tokens, mode).sequence()


class _Parser:
    def __init__(self, tokens: Sequence[re.Match[str]], mode: Mode) -> None:
        self._tokens = tokens
        self._position = 0
        self._default: Occur = "must" if mode == "all" else "should"

    def sequence(self) -> Node:
        parts: list[Node] = []
        joined: Occur = self._default
        asked: Occur | None = None
        while (symbol := self._next()) is not None and symbol != ")":
            if symbol in ("+", "|"):
                asked = "must" if symbol == "+" else "should"
                continue
            part = self._operand(symbol)
            if part is None:
                continue
            operator = asked or self._default
            if len(parts) > 1 and operator != joined:
                parts = [_clauses(joined, parts)]
            parts.append(part)
            joined, asked = operator, None
        return _clauses(joined, parts)

    def _next(self) -> str | None:
        if self._position >= len(self._tokens):
            return None
        self._position += 1
        return self._tokens[self._position - 1].group()

    def _operand(self, symbol: str) -> Node | None:
        match = self._tokens[self._position - 1]
        if match.lastgroup == "minus":
            following = self._next()
            if following is None or following in ("+", "|", ")"):
                return None
            part = self._operand(following)
            return None if part is None else negated(part)
        if symbol == "(":
            return self.sequence()
        if match.lastgroup == "phrase":
            return Phrase(ESCAPED.sub(r"\1", symbol[1:-1]))
        word = ESCAPED.sub(r"\1", symbol)
        if symbol.endswith("*") and not symbol.endswith("\\*") and len(word) > 1:
            return prefix(word[:-1])
        return Word(word)


def _clauses(occur: Occur, parts: list[Node]) -> Node:
    return parts[0] if len(parts) == 1 else Clauses(tuple((occur, part) for part in parts))
