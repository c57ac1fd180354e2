"""Texts made comparable: what people write differs in case, accents, blanks and endings."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

WORD = re.compile(r"\w+")


def folded(text: str) -> str:
    """Without case, accents and runs of blanks."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", bare).strip()


def folded_in_place(text: str) -> str:
    """Without case and accents, sign by sign: places in it are places in `text`."""
    return "".join(map(_bare_sign, text))


@lru_cache(maxsize=4096)
def _bare_sign(sign: str) -> str:
    bare = unicodedata.normalize("NFD", sign)[0].lower()
    return bare if len(bare) == 1 else sign


def holds(text: str, words: str) -> bool:
    """Whether `words` stand in `text` whole: "ana" is not said by "mariana". Both are folded."""
    if not words:
        return False
    before = r"(?<!\w)" if WORD.match(words[0]) else ""
    after = r"(?!\w)" if WORD.match(words[-1]) else ""
    return re.search(before + re.escape(words) + after, text) is not None


def words_of(text: str) -> Sequence[str]:
    """The words of a text, folded, in order."""
    return WORD.findall(folded(text))


def stems_of(text: str) -> Sequence[str]:
    """The words without the endings of gender and number: "gestoras" and "gestor" are one.

    Good enough to compare a word with a closed list of others; not for searching.
    """
    return [re.sub(r"(?<=\w{3})(?:[oae]?s?)$", "", word) for word in words_of(text)]
