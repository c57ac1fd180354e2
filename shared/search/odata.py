"""Filters of callers: OData as Azure AI Search has it, read into a tree and written from the tree.

What is sent to the service is written from the tree, so no text of a caller is ever pasted into a
filter. Source: "OData language overview for $filter" of Azure AI Search.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isinf
from typing import Literal, NoReturn, assert_never

ITEM = "item"
"""The variable of any and all, whatever the caller calls it."""
MAX_DEPTH = 32
"""Brackets inside brackets: more is no filter that a person means."""

type Comparer = Literal["eq", "ne", "gt", "ge", "lt", "le"]
type Quantifier = Literal["any", "all"]
type Types = Mapping[str, str]
"""The EDM type of each field that may be filtered by."""


class FilterError(ValueError):
    """A filter that cannot be sent: `position` counts characters from 1, `reason` is a key of the
    message catalogue whose values are `values`."""

    def __init__(self, position: int, reason: str, **values: str) -> None:
        super().__init__(f"{reason} at {position}")
        self.position = position
        self.reason = reason
        self.values = values


# --- the tree -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Literally:
    """A constant; `text` is how OData writes it, quotes included."""

    type: str
    text: str


@dataclass(frozen=True, slots=True)
class Compared:
    field: str
    comparer: Comparer
    literal: Literally


@dataclass(frozen=True, slots=True)
class OneOf:
    """`search.in`: `values` and perhaps `delimiters` are constants."""

    field: str
    values: tuple[Literally, ...]


@dataclass(frozen=True, slots=True)
class Matched:
    """`search.ismatch` and `search.ismatchscoring`: words, fields, syntax and mode."""

    function: str
    texts: tuple[Literally, ...]


@dataclass(frozen=True, slots=True)
class Quantified:
    """`field/any(item: part)`; without a part, whether there is anything at all."""

    field: str
    quantifier: Quantifier
    part: "Filter | None" = None


@dataclass(frozen=True, slots=True)
class Constant:
    value: bool


@dataclass(frozen=True, slots=True)
class Negated:
    part: "Filter"


@dataclass(frozen=True, slots=True)
class Joined:
    operator: Literal["and", "or"]
    parts: tuple["Filter", ...]


type Filter = Compared | OneOf | Matched | Quantified | Constant | Negated | Joined


def written(node: Filter, *, shape: bool = False) -> str:
    """The filter as OData, in brackets wherever it has parts; with `shape`, `?` for constants."""

    def constants(literals: tuple[Literally, ...]) -> str:
        return ", ".join("?" if shape else each.text for each in literals)

    match node:
        case Compared(field, comparer, literal):
            return f"{field} {comparer} {constants((literal,))}"
        case OneOf(field, values):
            return f"search.in({field}, {constants(values)})"
        case Matched(function, texts):
            return f"{function}({constants(texts)})"
        case Quantified(field, quantifier, part):
            inside = f"{ITEM}: {written(part, shape=shape)}" if part else ""
            return f"{field}/{quantifier}({inside})"
        case Constant(value):
            return "true" if value else "false"
        case Negated(part):
            return f"not ({written(part, shape=shape)})"
        case Joined(operator, parts):
            joined = f" {operator} ".join(written(part, shape=shape) for part in parts)
            return f"({joined})"
        case _:
            assert_never(node)


# --- reading --------------------------------------------------------------------------------------

TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<string>'(?:[^']|'')*+')
    |(?P<moment>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?(?:Z|[+-]\d\d:\d\d))
    |(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|-INF\b)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
    |(?P<mark>[(),:/])""",
    re.VERBOSE | re.ASCII,
)
COMPARERS: tuple[Comparer, ...] = ("eq", "ne", "gt", "ge", "lt", "le")
MIRRORED: Mapping[Comparer, Comparer] = {
    "eq": "eq", "ne": "ne", "gt": "lt", "ge": "le", "lt": "gt", "le": "ge",
}  # fmt: skip
CONSTANTS = {
    "true": "Edm.Boolean", "false": "Edm.Boolean", "null": "null", "NaN": "Edm.Double",
    "INF": "Edm.Double",
}  # fmt: skip
RESERVED = {*CONSTANTS, *COMPARERS, "and", "or", "not", "any", "all"}
LITERALS = {"string": "Edm.String", "moment": "Edm.DateTimeOffset", "number": "Edm.Double"}
MATCHES = ("search.ismatch", "search.ismatchscoring")
CHOICES = {2: ("'simple'", "'full'"), 3: ("'any'", "'all'")}
"""What the third and fourth text of search.ismatch may be."""


@dataclass(frozen=True, slots=True)
class Token:
    """`start` counts from 0; the last token of a text has kind `end` and no text."""

    kind: str
    text: str
    start: int


def parse(text: str, filterable: Types, searchable: tuple[str, ...] = ()) -> Filter:
    """The tree of a filter. Raises FilterError for what is no filter over these fields;
    `searchable` are those that search.ismatch may look into."""
    return _Reader(tuple(_tokens(text)), filterable, searchable).whole()


def _tokens(text: str) -> Iterator[Token]:
    position = 0
    while position < len(text):
        found = TOKEN.match(text, position)
        if found is None:
            open_string = text[position] == "'"
            reason = "filter_open_string" if open_string else "filter_unreadable"
            raise FilterError(position + 1, reason)
        if found.lastgroup and found.lastgroup != "space":
            yield Token(found.lastgroup, found.group(), position)
        position = found.end()
    yield Token("end", "", len(text))


class _Reader:
    """Recursive descent: or, then and, then not, then what stands alone."""

    def __init__(
        self, tokens: tuple[Token, ...], filterable: Types, searchable: tuple[str, ...]
    ) -> None:
        self._tokens = tokens
        self._types = filterable
        self._searchable = searchable
        self._place = 0
        self._depth = 0
        self._item_name = ""

    def whole(self) -> Filter:
        found = self._any_of()
        if self._next.kind != "end":
            self._refuse("filter_unexpected", found=self._next.text)
        return found

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._next
        self._place += 1
        return token

    def _is(self, *texts: str) -> bool:
        return self._next.kind in ("name", "mark") and self._next.text in texts

    def _expect(self, text: str) -> None:
        if not self._is(text):
            self._refuse("filter_expected", expected=text)
        self._take()

    def _refuse(self, reason: str, at: Token | None = None, **values: str) -> NoReturn:
        raise FilterError((at or self._next).start + 1, reason, **values)

    def _any_of(self) -> Filter:
        parts = [self._all_of()]
        while self._is("or"):
            self._take()
            parts.append(self._all_of())
        return Joined("or", tuple(parts)) if len(parts) > 1 else parts[0]

    def _all_of(self) -> Filter:
        parts = [self._single()]
        while self._is("and"):
            self._take()
            parts.append(self._single())
        return Joined("and", tuple(parts)) if len(parts) > 1 else parts[0]

    def _single(self) -> Filter:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._refuse("filter_too_deep")
        found = self._by_kind()
        self._depth -= 1
        return found

    def _by_kind(self) -> Filter:
        if self._is("not"):
            self._take()
            start, part = self._next, self._single()
            if isinstance(part, Compared) and start.text != "(":
                # In OData `not` holds closer than `eq`: nobody's text can be negated.
                self._refuse("filter_not", start)
            return Negated(part)
        if self._is("("):
            self._take()
            found = self._any_of()
            self._expect(")")
            return found
        if self._is("search.in"):
            return self._one_of()
        if self._is(*MATCHES):
            return self._matched()
        if self._next.kind in LITERALS or self._next.text in CONSTANTS:
            return self._constant_first()
        return self._field_first()

    def _constant_first(self) -> Filter:
        token = self._next
        literal = self._literal()
        if self._is(*COMPARERS):
            comparer = MIRRORED[self._comparer()]
            name = self._next
            field = self._field()
            return self._compared(name, field, comparer, literal, token)
        if literal.type != "Edm.Boolean":
            self._refuse("filter_operator")
        return Constant(literal.text == "true")

    def _field_first(self) -> Filter:
        name = self._next
        field = self._field()
        if self._is("/"):
            return self._quantified(name, field)
        if not self._is(*COMPARERS):
            self._refuse("filter_operator")
        comparer = self._comparer()
        token = self._next
        return self._compared(name, field, comparer, self._literal(), token)

    def _compared(
        self, name: Token, field: str, comparer: Comparer, literal: Literally, at: Token
    ) -> Filter:
        kind = self._types[field]
        if kind.startswith("Collection"):
            self._refuse("filter_collection", name, field=field)
        if literal.type not in (kind, "null"):
            self._refuse("filter_type", at, field=field, type=kind)
        return Compared(field, comparer, literal)

    def _comparer(self) -> Comparer:
        text = self._take().text
        return next(each for each in COMPARERS if each == text)

    def _field(self) -> str:
        token = self._next
        if token.kind != "name" or token.text in RESERVED:
            self._refuse("filter_field_expected", token)
        self._take()
        if self._is("("):
            self._refuse("filter_function", token, function=token.text)
        known = (self._item_name,) if self._item_name else self._types
        if token.text not in known:
            self._refuse("filter_field", token, field=token.text)
        return ITEM if self._item_name else token.text

    def _literal(self) -> Literally:
        token = self._next
        kind = LITERALS.get(token.kind) or CONSTANTS.get(token.text)
        if kind is None:
            self._refuse("filter_constant", token)
        self._take()
        if kind == "Edm.DateTimeOffset":
            self._check_moment(token)
        if token.kind == "number" and token.text != "-INF" and isinf(float(token.text)):
            self._refuse("filter_number", token)
        return Literally(kind, token.text)

    def _check_moment(self, token: Token) -> None:
        try:
            # Azure takes seven digits of a second, Python six.
            datetime.fromisoformat(re.sub(r"(\.\d{6})\d", r"\1", token.text))
        except ValueError:
            self._refuse("filter_moment", token)

    def _text(self) -> Literally:
        token = self._next
        literal = self._literal()
        if literal.type != "Edm.String":
            self._refuse("filter_text", token)
        return literal

    def _texts(self, most: int) -> tuple[Literally, ...]:
        """Constants up to the closing bracket."""
        found = [self._text()]
        while self._is(",") and len(found) < most:
            self._take()
            found.append(self._text())
        self._expect(")")
        return tuple(found)

    def _one_of(self) -> OneOf:
        self._take()
        self._expect("(")
        name = self._next
        field = self._field()
        if self._types[field] != "Edm.String":
            self._refuse("filter_type", name, field=field, type=self._types[field])
        self._expect(",")
        return OneOf(field, self._texts(2))

    def _matched(self) -> Matched:
        function = self._take()
        if self._item_name:
            self._refuse("filter_match_inside", function)
        self._expect("(")
        first = self._next
        texts = self._texts(4)
        self._check_match(first, texts)
        return Matched(function.text, texts)

    def _check_match(self, at: Token, texts: tuple[Literally, ...]) -> None:
        if len(texts) == 3:
            self._refuse("filter_match", at)
        for place, allowed in CHOICES.items():
            if len(texts) > place and texts[place].text not in allowed:
                self._refuse("filter_match", at)
        for name in texts[1].text[1:-1].split(",") if len(texts) > 1 else ():
            if name.strip() not in self._searchable:
                self._refuse("filter_unsearchable", at, field=name.strip())

    def _quantified(self, name: Token, field: str) -> Quantified:
        if not self._types[field].startswith("Collection"):
            self._refuse("filter_no_collection", name, field=field)
        self._take()
        quantifier = self._quantifier()
        self._expect("(")
        if quantifier == "any" and self._is(")"):
            self._take()
            return Quantified(field, quantifier)
        variable = self._variable()
        self._expect(":")
        start, outside = self._next, self._types
        # As in Azure, nothing but the variable may be spoken of inside.
        item = outside[field].removeprefix("Collection(").removesuffix(")")
        self._types, self._item_name = {ITEM: item}, variable
        part = self._any_of()
        self._types, self._item_name = outside, ""
        self._expect(")")
        if not _is_indexed(quantifier, part):
            self._refuse(f"filter_{quantifier}", start)
        return Quantified(field, quantifier, part)

    def _quantifier(self) -> Quantifier:
        if self._is("any"):
            self._take()
            return "any"
        self._expect("all")
        return "all"

    def _variable(self) -> str:
        token = self._next
        taken = token.text in RESERVED or token.text in self._types or "." in token.text
        if token.kind != "name" or taken:
            self._refuse("filter_variable", token)
        return self._take().text


def _is_indexed(quantifier: Quantifier, part: Filter) -> bool:
    """Whether Azure can look this up for the items of a collection of texts. Source: "Rules for
    filtering string collections" of Azure AI Search."""
    if isinstance(part, Joined):
        joins = part.operator == ("or" if quantifier == "any" else "and")
        return joins and all(_is_indexed(quantifier, each) for each in part.parts)
    if quantifier == "any":
        return isinstance(part, OneOf) or (isinstance(part, Compared) and part.comparer == "eq")
    if isinstance(part, Negated):
        return _is_indexed("any", part.part) and not isinstance(part.part, Joined)
    return isinstance(part, Compared) and part.comparer == "ne"
