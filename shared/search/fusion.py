"""Making one context pack of what several indexes found."""

from collections.abc import Iterable

from shared.contracts.evidence import ContextPack, Snippet


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


def _rank(snippet: Snippet) -> tuple[float, str, str]:
    """Score first; index and id make the order independent of who answered first."""
    return (-snippet.score, snippet.index, snippet.document_id)
