"""Expressions in CEL: read with the grammar of cel-python, into a tree of our own.

What may be written is CEL without messages, types, times and bytes. All numbers are doubles, those
that are written in the expression too: `index + 1 == size(list)` is what people mean.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from typing import Any, assert_never

from shared.contracts.flows.names import RESERVED
from shared.contracts.wording import say

MAX_NESTING = 16
"""Brackets within brackets."""
MAX_DEPTH = 48
"""Parts within parts: of the tree that is made, which is the same in every language."""
_MOST_GRAMMAR = 300
"""Of the grammar's tree, which is deeper: no tree of ours that may be is cut off by it."""
FUNCTIONS: Mapping[str, tuple[int, ...]] = {
    "size": (1,),
    "string": (1,),
    "double": (1,),
    "contains": (2,),
    "startsWith": (2,),
    "endsWith": (2,),
    "matches": (2,),
}
"""With how many arguments each is called; the first may stand before the dot."""
_ESCAPE = (
    r"""\\(?:[abfnrtv\\'"]|[xX][0-9a-fA-F]{2}|u(?![dD][89a-fA-F])[0-9a-fA-F]{4}"""
    r"""|U0000(?![dD][89a-fA-F])[0-9a-fA-F]{4}|U000[1-9a-fA-F][0-9a-fA-F]{4}"""
    r"""|U0010[0-9a-fA-F]{4}|[0-3][0-7]{2})"""
)
STRING = (
    r"""[rR]'[^'\n]*'|[rR]"[^"\n]*"|"""
    rf"""'(?:[^'\\\n]|{_ESCAPE})*'|"(?:[^"\\\n]|{_ESCAPE})*\""""
)
"""A text: on one line, with the escapes that every parser of CEL reads alike."""
REFUSED = (
    r"""['"]|»«""",
    r",\s*[\])}]",
    r"(?<![A-Za-z0-9_])[0-9]+\.(?![0-9])|(?<![0-9])\.\s*[0-9]",
    r"\.\s*(?:true|false|null|in)(?![A-Za-z0-9_])",
)
"""What parsers of CEL are not of one mind about: between texts, which are put as «··»."""
SIGN = (
    r"(?P<relation>[=!<>]=|[<>]|(?<![A-Za-z0-9_.])in(?![A-Za-z0-9_]))"
    r"|(?P<opening>[(\[{])|(?P<closing>[)\]}])|&&|\|\||[?:,]"
)
MACROS = frozenset({"all", "exists", "exists_one", "filter", "map"})
_OPERATORS = {
    "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "in": "in",
    "add": "+", "sub": "-", "mul": "*", "div": "/", "mod": "%",
}  # fmt: skip

type Tree = Any
"""Of lark, which the grammar is written for and which has no types."""
type Expression = (
    Literal | Name | Member | Index | Call | ListOf | ObjectOf | Unary | Binary | Choice | Macro
)


class WordedError(Exception):
    """What is wrong with an expression: `reason` is the key of a sentence to which `values` belong,
    `detail` that in English, for a developer. None has values of variables."""

    def __init__(self, reason: str, **values: str | int) -> None:
        self.reason = f"expression_{reason}"
        self.values = values
        self.detail = say(self.reason, "en", **values)
        super().__init__(self.detail)


class ExpressionError(WordedError):
    """It cannot be read."""


@dataclass(frozen=True, slots=True)
class Literal:
    value: bool | float | str | None


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """`asked`: not its value is meant, but whether it is there (`has`)."""

    of: Expression
    name: str
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    of: Expression
    at: Expression


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    args: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ObjectOf:
    members: tuple[tuple[Expression, Expression], ...]


@dataclass(frozen=True, slots=True)
class Unary:
    operator: str
    of: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Choice:
    when: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Macro:
    macro: str
    over: Expression
    name: str
    body: Expression


@lru_cache(maxsize=1_024)
def parse(text: str) -> Expression:
    """Raises ExpressionError."""
    deepest = depth = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    if deepest > MAX_NESTING:
        raise ExpressionError("nesting")
    bare = re.sub(STRING, lambda each: f"«{'·' * (len(each[0]) - 2)}»", text)
    if any(re.search(pattern, bare) for pattern in REFUSED):
        raise ExpressionError("refused")
    if _has_chain(bare):
        raise ExpressionError("chain")
    tree = _grammar()(text)
    if _is_deeper(tree, _MOST_GRAMMAR) or _depth(found := _read(tree)) > MAX_DEPTH:
        raise ExpressionError("too_long")
    return found


def _has_chain(bare: str) -> bool:
    """Whether there are comparisons side by side: which of them is the first one is not said alike
    by all parsers."""
    counts = [0]
    for sign in re.finditer(SIGN, bare):
        match sign.lastgroup:
            case "relation":
                counts[-1] += 1
                if counts[-1] > 1:
                    return True
            case "opening":
                counts.append(0)
            case "closing":
                counts = counts[:-1] or [0]
            case _:
                counts[-1] = 0
    return False


@cache
def _grammar() -> Callable[[str], Tree]:
    """Imported when the first expression is read: it takes a while, and most runs have none."""
    parsing = import_module("celpy.celparser")
    parser = parsing.CELParser()

    def read(text: str) -> Tree:
        try:
            return parser.parse(text)
        except parsing.CELParseError as error:
            raise ExpressionError("at", line=error.line, column=error.column) from error

    return read


def _is_deeper(tree: Tree, limit: int) -> bool:
    level = [tree]
    for _ in range(limit):
        level = [child for each in level for child in getattr(each, "children", ())]
    return bool(level)


def _depth(expression: Expression) -> int:
    return 1 + max(map(_depth, parts_of(expression)), default=0)


def parts_of(expression: Expression) -> tuple[Expression, ...]:
    match expression:
        case Literal() | Name():
            return ()
        case Member(of=of) | Unary(of=of):
            return (of,)
        case Index(of=of, at=at):
            return (of, at)
        case Call(args=parts) | ListOf(items=parts):
            return parts
        case ObjectOf(members=members):
            return tuple(part for member in members for part in member)
        case Binary(left=left, right=right):
            return (left, right)
        case Choice(when=when, then=then, otherwise=otherwise):
            return (when, then, otherwise)
        case Macro(over=over, body=body):
            return (over, body)
        case _:
            assert_never(expression)


def _read(tree: Tree) -> Expression:
    children = tree.children
    match tree.data:
        case "literal" | "ident" | "list_lit" | "map_lit":
            return _primary(tree.data, children)
        case "expr" if len(children) == 3:
            return Choice(*map(_read, children))
        case "conditionalor" | "conditionaland" if len(children) == 2:
            return Binary("||" if tree.data == "conditionalor" else "&&", *map(_read, children))
        case "relation" | "addition" | "multiplication" if len(children) == 2:
            operator, right = children
            sign = _OPERATORS[operator.data.partition("_")[2]]
            return Binary(sign, _read(operator.children[0]), _read(right))
        case "unary" if len(children) == 2:
            sign = "!" if children[0].data == "unary_not" else "-"
            return Unary(sign, _read(children[1]))
        case "member_dot" | "member_dot_arg" | "member_index" | "ident_arg":
            return _access(tree.data, children)
        case _ if len(children) == 1 and hasattr(children[0], "data"):
            return _read(children[0])
        case _:
            raise ExpressionError("unsupported")


def _primary(kind: str, children: list[Tree]) -> Expression:
    match kind:
        case "literal":
            return Literal(_literal(children[0]))
        case "ident":
            return _name(str(children[0]))
        case "list_lit":
            return ListOf(_arguments(children[0] if children else None))
        case _:
            found = _arguments(children[0] if children else None)
            return ObjectOf(tuple(zip(found[::2], found[1::2], strict=True)))


def _name(name: str) -> Expression:
    if name in RESERVED and name != "vars":
        raise ExpressionError("word")
    return Name(name)


def _access(kind: str, children: list[Tree]) -> Expression:
    match kind:
        case "member_dot":
            return Member(_read(children[0]), str(children[1]))
        case "member_index":
            return Index(_read(children[0]), _read(children[1]))
        case "ident_arg":
            args = _arguments(children[1] if len(children) > 1 else None)
            return _has(args) if children[0] == "has" else _call(str(children[0]), args)
        case _:
            name = str(children[1])
            args = _arguments(children[2] if len(children) > 2 else None)
            of = _read(children[0])
            return _macro(name, of, args) if name in MACROS else _call(name, (of, *args))


def _arguments(tree: Tree | None) -> tuple[Expression, ...]:
    return tuple(map(_read, tree.children)) if tree is not None else ()


def _has(args: tuple[Expression, ...]) -> Expression:
    match args:
        case (Member(of=of, name=name),):
            return Member(of, name, asked=True)
        case _:
            raise ExpressionError("has")


def _macro(macro: str, over: Expression, args: tuple[Expression, ...]) -> Expression:
    match args:
        case (Name(name=name), body):
            return Macro(macro, over, name, body)
        case _:
            raise ExpressionError("macro", name=macro)


def _call(function: str, args: tuple[Expression, ...]) -> Expression:
    if function not in FUNCTIONS:
        raise ExpressionError("function", name=function[:40])
    if len(args) not in FUNCTIONS[function]:
        raise ExpressionError("arguments", name=function)
    return Call(function, args)


def _literal(token: Tree) -> bool | float | str | None:
    match token.type:
        case "STRING_LIT" | "MLSTRING_LIT":
            return str(import_module("celpy.evaluation").celstr(token))
        case "BOOL_LIT":
            return bool(token.value == "true")
        case "NULL_LIT":
            return None
        case "INT_LIT" if "x" in token.value.lower():
            return float(int(token.value, 16))
        case "INT_LIT" | "FLOAT_LIT" if math.isfinite(float(token.value)):
            return float(token.value)
        case _:
            raise ExpressionError("unsupported")
