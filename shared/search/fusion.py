"""Making one context pack of what several indexes found."""

from collections.abc import Iterable, Sequence
from itertools import islice

from shared.contracts.evidence import ContextPack, Snippet

MOST_EVENTS = 2
"""Of what one index finds for a question: whoever wants more of them asks the ERP."""


def fuse(packs: Iterable[ContextPack], top: int) -> ContextPack:
    """Best first, each document once (by url, else id) with its best score, at most `top`.

    Scores are comparable: each index's are normalised to its best.
    """
    best: dict[str, Snippet] = {}
    events: dict[str, Snippet] = {}
    warnings: dict[str, None] = {}
    for pack in packs:
        warnings |= dict.fromkeys(pack.warnings)
        events |= {each.document_id: each for each in pack.events}
        for snippet in pack.snippets:
            key = snippet.url or snippet.document_id
            if key not in best or _rank(snippet) < _rank(best[key]):
                best[key] = snippet
    ordered = sorted(best.values(), key=_rank)
    return ContextPack(
        snippets=tuple(ordered[:top]), events=tuple(events.values()), warnings=tuple(warnings)
    )


def not_crowded(found: Sequence[Snippet], top: int) -> tuple[Snippet, ...]:
    """At most `top`, best first, and of events only a few that fit better than every document:
    what once happened to a licence is no answer to how one gets it."""
    best = max((each.score for each in found if each.kind != "event"), default=0.0)
    events = [each for each in found if each.kind == "event" and each.score >= best]
    kept = {each.document_id for each in events[:MOST_EVENTS]}
    wanted = (each for each in found if each.kind != "event" or each.document_id in kept)
    return tuple(islice(wanted, top))


def _rank(snippet: Snippet) -> tuple[float, str, str]:
    """Score first; index and id make the order independent of who answered first."""
    return (-snippet.score, snippet.index, snippet.document_id)
