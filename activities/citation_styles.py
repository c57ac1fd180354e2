"""How an answer shows what it cites: marks in the text, sources below it, or neither."""

import re
from collections.abc import Sequence

from activities.citing import MARK_AND_BLANKS, keeping
from shared.contracts.evidence import Citation
from shared.contracts.grounding import Grounding
from shared.contracts.identity import Language
from shared.contracts.wording import say

_PERHAPS_A_MARK = re.compile(r"[ \t]*(?:\[(?:\d{1,2}[ \t]*[,;][ \t]*)*(?:\d{1,2}[ \t]*)?)?\Z")


class MarkFilter:
    """Takes the marks out of a text that comes in pieces; what may yet become one is held back."""

    def __init__(self) -> None:
        self._held = ""

    def add(self, piece: str) -> str:
        text = self._held + piece
        held = _PERHAPS_A_MARK.search(text)
        self._held = held.group() if held else ""
        return without_marks(text.removesuffix(self._held))

    def rest(self) -> str:
        return self._held


def without_marks(text: str) -> str:
    """The model cites in any style, so that it can be checked; not everybody wants to see it."""
    return MARK_AND_BLANKS.sub("", text)


def without_unverified(text: str, citations: Sequence[Citation]) -> str:
    """Without the marks of those citations that their documents do not bear out."""
    doubtful = {each.number for each in citations if not each.verified}
    return keeping(text, lambda number: number not in doubtful)


def closing(
    citations: Sequence[Citation], grounding: Grounding, language: Language, *, doubtful: bool
) -> str:
    """What stands below an answer with these citations: that nothing bears it out, if that is
    `doubtful`, and the sources that are shown. Empty for most."""
    shown = kept(citations, grounding)
    told = []
    if doubtful:
        told.append(say("told_unverified", language))
    if grounding.citation_style == "footnote" and shown:
        footnotes = [_footnote(each, language) for each in shown]
        told.append("\n".join([say("told_sources", language), *footnotes]))
    return "".join(f"\n\n{each}" for each in told)


def kept(citations: Sequence[Citation], grounding: Grounding) -> tuple[Citation, ...]:
    drops = grounding.unverifiable == "drop"
    return tuple(each for each in citations if each.verified or not drops)


def _footnote(citation: Citation, language: Language) -> str:
    parts = (citation.title, citation.url or citation.source)
    doubt = "" if citation.verified else f" ({say('told_not_verified', language)})"
    return f"[{citation.number}] " + " — ".join(filter(None, parts)) + doubt
