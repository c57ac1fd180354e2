"""Reads yes and no in what people write: said outright, or as something being so or not."""

import re
from collections.abc import Iterator, Mapping

from shared.contracts.tools import JsonSchema
from shared.tools.folding import stems_of, words_of

_YES = frozenset(
    "si yes true verdadero claro vale ok okay cierto correcto afirmativo yep sure".split()
)
_NO = frozenset("no false falso nope negativo tampoco nunca never".split())
_OUTRIGHT = _YES | _NO | frozenset("que de acuerdo por favor please of course it is".split())
_DENYING = frozenset("no sin ni not without never nunca tampoco don isn doesn shouldn".split())


def truths_in(clause: str, quote: str, names: Mapping[str, bool]) -> frozenset[bool]:
    """What the quote says; its clause tells whether that is denied. `names` are folded stems."""
    words = words_of(quote)
    denied = bool(_DENYING.intersection(words_of(clause)))
    named = {truth != denied for truth in _named(quote, names)}
    if named:
        return frozenset(named)
    if not _OUTRIGHT.issuperset(words):
        return frozenset()
    outright = {True} if _YES.intersection(words) else set()
    return frozenset(outright | ({False} if denied or _NO.intersection(words) else set()))


def is_condition(quote: str, after: str) -> bool:
    """Whether it is the "si" of "si puedes", which says yes to nothing."""
    return re.search(r"(?<!\w)[Ss]i$", quote) is not None and re.match(r"\s+\w", after) is not None


def names_of(schema: JsonSchema) -> dict[str, bool]:
    """What says that the argument is so, by the stems of its words, and what that it is not."""
    names = {" ".join(stems_of(text)): True for text in _labels(schema)}
    for value, by_language in schema.get("x-synonyms", {}).items():
        texts = (text for same in by_language.values() for text in same)
        names |= {" ".join(stems_of(text)): value == "true" for text in texts}
    return {name: truth for name, truth in names.items() if name}


def _labels(schema: JsonSchema) -> Iterator[str]:
    yield from schema.get("x-label", {}).values()
    if "title" in schema:
        yield str(schema["title"])


def _named(quote: str, names: Mapping[str, bool]) -> Iterator[bool]:
    """Longer names first; what they took is gone."""
    rest = f" {' '.join(stems_of(quote))} "
    for name in sorted(names, key=len, reverse=True):
        if f" {name} " in rest:
            rest = rest.replace(f" {name} ", "  |  ")
            yield names[name]
