"""The full query syntax: Lucene's classic syntax with fields, boosts, fuzziness and patterns.

Source: "Lucene query syntax" of Azure AI Search, and Lucene's classic QueryParser.
"""

import re
from collections.abc import Sequence

from emulator.services.search.errors import SearchError, invalid
from emulator.services.search.query_tree import (
    Boosted,
    Clauses,
    Everything,
    Node,
    Occur,
    Pattern,
    Phrase,
    Scoped,
    Word,
    wildcard,
)
from emulator.services.search.simple_syntax import Mode

TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<phrase>"(?:[^"\\]|\\.)*")
    |(?P<regex>/(?:[^/\\]|\\.)*/)
    |(?P<and>AND(?=[\s()]|$)|&&)
    |(?P<or>OR(?=[\s()]|$)|\|\|)
    |(?P<not>NOT(?=[\s()]|$)|!)
    |(?P<field>[A-Za-z][\w/]*:)
    |(?P<boost>\^\d+(?:\.\d+)?)
    |(?P<fuzzy>~\d*(?:\.\d+)?)
    |(?P<mark>[+\-()])
    |(?P<word>(?:[^\s"/+!(){}\[\]^~:\\&|-]|\\.)(?:[^\s"(){}\[\]^~:\\]|\\.)*)""",
    re.VERBOSE | re.DOTALL,
)
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
WILD = re.compile(r"(?<!\\)[*?]")
CONJUNCTIONS = {"and": "and", "or": "or"}

type Token = tuple[str, str]


def parse_full(text: str, mode: Mode) -> Node:
    """What the text asks for; raises SearchError (400) where its syntax is wrong."""
    if text.strip() in ("", "*", "*:*"):
        return Everything()
    return _Parser(_tokens(text), mode).clauses(nested=False)


def _tokens(text: str) -> Sequence[Token]:
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            raise _refused(f"it cannot be read at '{text[position : position + 20]}'")
        position = match.end()
        if match.lastgroup is not None and match.lastgroup != "space":
            tokens.append((match.lastgroup, match.group()))
    return tokens


def _refused(reason: str) -> SearchError:
    return invalid(
        f"Failed to parse query string: {reason}. See https://aka.ms/azure-search-full-query"
    )


class _Parser:
    def __init__(self, tokens: Sequence[Token], mode: Mode) -> None:
        self._tokens = tokens
        self._position = 0
        self._all = mode == "all"

    def clauses(self, nested: bool) -> Node:
        parts: list[tuple[Occur, Node]] = []
        while True:
            kind, text = self._peek()
            if kind == "end" or text == ")":
                break
            conjunction = CONJUNCTIONS.get(kind)
            if conjunction:
                self._position += 1
            modifier = self._modifier()
            self._join(parts, conjunction, modifier, self._boosted())
        if nested != (self._peek()[1] == ")"):
            raise _refused("its parentheses do not match")
        self._position += 1
        if not parts:
            raise _refused("a part of it is empty")
        return (
            parts[0][1] if len(parts) == 1 and parts[0][0] != "must_not" else Clauses(tuple(parts))
        )

    def _peek(self) -> Token:
        return self._tokens[self._position] if self._position < len(self._tokens) else ("end", "")

    def _modifier(self) -> str:
        kind, text = self._peek()
        if kind == "not" or text in ("+", "-"):
            self._position += 1
            return "+" if text == "+" else "-"
        return ""

    def _join(
        self,
        parts: list[tuple[Occur, Node]],
        conjunction: str | None,
        modifier: str,
        part: Node,
    ) -> None:
        before: Occur | None = None
        if conjunction == "and":
            before = "must"
        elif conjunction == "or" and self._all:
            before = "should"
        if before and parts and parts[-1][0] != "must_not":
            parts[-1] = (before, parts[-1][1])
        if modifier == "-":
            occur: Occur = "must_not"
        elif modifier == "+" or conjunction == "and" or (self._all and conjunction != "or"):
            occur = "must"
        else:
            occur = "should"
        parts.append((occur, part))

    def _boosted(self) -> Node:
        part = self._single()
        kind, text = self._peek()
        if kind == "boost":
            self._position += 1
            return Boosted(part, float(text[1:]))
        return part

    def _single(self) -> Node:
        kind, text = self._peek()
        self._position += 1
        match kind:
            case "field":
                return Scoped(text[:-1], self._single())
            case "phrase":
                return Phrase(_unescaped(text[1:-1]), int(self._tilde("0")))
            case "regex":
                return Pattern(text[1:-1])
            case "mark" if text == "(":
                return self.clauses(nested=True)
            case "word":
                return self._word(text)
            case _:
                raise _refused(
                    f"'{text}' stands where a word is expected" if text else "it ends early"
                )

    def _word(self, text: str) -> Node:
        if text == "*":
            return Everything()
        if WILD.search(text):
            return wildcard(text)
        distance = float(self._tilde("2")) if self._peek()[0] == "fuzzy" else 0.0
        # Lucene once took a similarity from 0 to 1 here, and still reads one.
        return Word(
            _unescaped(text), min(2, int(distance) if distance >= 1 else round(2 * distance))
        )

    def _tilde(self, default: str) -> str:
        kind, text = self._peek()
        if kind != "fuzzy":
            return default
        self._position += 1
        return text[1:] or default


def _unescaped(text: str) -> str:
    return ESCAPED.sub(r"\1", text)
