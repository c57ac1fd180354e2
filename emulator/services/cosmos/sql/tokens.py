"""Cuts a query's text into tokens."""

import re
from dataclasses import dataclass
from typing import Literal

from .errors import syntax_error

type TokenKind = Literal["word", "parameter", "string", "number", "symbol", "end"]

KEYWORDS = frozenset(
    {
        "and",
        "array",
        "as",
        "asc",
        "between",
        "by",
        "desc",
        "distinct",
        "escape",
        "exists",
        "false",
        "from",
        "group",
        "having",
        "in",
        "join",
        "like",
        "limit",
        "not",
        "null",
        "offset",
        "or",
        "order",
        "select",
        "top",
        "true",
        "undefined",
        "value",
        "where",
    }
)

_PATTERN = re.compile(
    r"""(?P<space>\s+|--[^\n]*)
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<string>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*")
    |(?P<parameter>@[A-Za-z_]\w*)
    |(?P<word>[A-Za-z_$]\w*)
    |(?P<symbol><=|>=|!=|<>|\|\||\?\?|[-+*/%=<>(){}\[\],.:?])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)|''", re.DOTALL)
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is the token as written, except that a string comes without quotes and escapes."""

    kind: TokenKind
    text: str
    start: int

    @property
    def keyword(self) -> str:
        """The word in lower case if it is a keyword, or the symbol; else empty."""
        if self.kind == "symbol":
            return self.text
        lower = self.text.lower()
        return lower if self.kind == "word" and lower in KEYWORDS else ""


def tokenize(text: str) -> list[Token]:
    """Ends with a token of kind "end"; raises `SqlError` at what is no token."""
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        found = _PATTERN.match(text, position)
        if found is None:
            raise syntax_error(text[position : position + 10], position)
        position = found.end()
        match found.lastgroup:
            case "string":
                tokens.append(Token("string", _unquote(found.group()), found.start()))
            case "number" | "parameter" | "word" | "symbol" as kind:
                tokens.append(Token(kind, found.group(), found.start()))
    tokens.append(Token("end", "", position))
    return tokens


def _unquote(quoted: str) -> str:
    return _ESCAPE.sub(_unescape, quoted[1:-1])


def _unescape(found: re.Match[str]) -> str:
    escaped = found.group(1)
    if escaped is None:
        return "'"
    if len(escaped) > 1:
        return chr(int(escaped[1:], 16))
    return _ESCAPED.get(escaped, escaped)
