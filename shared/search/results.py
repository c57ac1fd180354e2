"""What Azure AI Search answered, as evidence."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from azure.search.documents.models import QueryAnswerResult

from shared.contracts.evidence import Caption, ExtractiveAnswer, Snippet
from shared.search.fields import LANGUAGES, MAIN_LANGUAGE

MAIN = LANGUAGES[MAIN_LANGUAGE]
KNOWN_AS = {
    name: known
    for fields in LANGUAGES.values()
    for name, known in ((fields.title, MAIN.title), (fields.content, MAIN.content))
}
"""A field is called the same in every language; the caller does not see which was searched."""


def as_snippets(
    index: str, rows: Sequence[Mapping[str, Any]], selected: Sequence[str] = ()
) -> tuple[Snippet, ...]:
    """In the order of the service. Raises ValueError for documents of another shape."""
    scores = _scores(rows)
    best = max(scores, default=1.0) or 1.0
    return tuple(
        _snippet(index, row, score / best, selected)
        for row, score in zip(rows, scores, strict=True)
    )


def is_reranked(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the semantic ranker had its say: when it is overloaded or slow, Azure answers with
    the plain search's results (206), which is no error."""
    return any(row.get("@search.reranker_score") is not None for row in rows)


def _scores(rows: Sequence[Mapping[str, Any]]) -> list[float]:
    """What the rows are in the order of: the semantic ranker's with the scoring profile's
    functions, else the ranker's, else the search's own."""
    if not is_reranked(rows):
        return [float(row["@search.score"]) for row in rows]
    # It reads the first 50 only: what comes behind them has a score of another scale.
    return [_reranked(row) for row in rows]


def _reranked(row: Mapping[str, Any]) -> float:
    boosted = row.get("@search.reranker_boosted_score")
    return float(boosted if boosted is not None else row.get("@search.reranker_score") or 0.0)


def _snippet(index: str, row: Mapping[str, Any], score: float, selected: Sequence[str]) -> Snippet:
    return Snippet(
        document_id=row["id"],
        index=index,
        title=row["title"],
        content=row["content"],
        url=row.get("url"),
        source=row["source"],
        kind=row["kind"],
        scope=row["scope"],
        version=row["version"],
        confidence=row["confidence"],
        score=round(score, 4),
        search_score=row["@search.score"],
        reranker_score=row.get("@search.reranker_score"),
        caption=_caption(row),
        highlights=_highlights(row),
        selected={name: row.get(name) for name in selected} or None,
        entities=tuple(row.get("entities") or ()),
    )


def _caption(row: Mapping[str, Any]) -> Caption | None:
    """The best of them: of passages that are cited, one is enough."""
    for each in row.get("@search.captions") or ():
        return Caption(text=each.text or "", highlights=each.highlights or None)
    return None


def _highlights(row: Mapping[str, Any]) -> dict[str, tuple[str, ...]] | None:
    found = row.get("@search.highlights") or {}
    return {KNOWN_AS.get(name, name): tuple(texts) for name, texts in found.items()} or None


def as_answers(index: str, answers: Iterable[QueryAnswerResult]) -> tuple[ExtractiveAnswer, ...]:
    """Best first."""
    return tuple(
        ExtractiveAnswer(
            text=each.text or "",
            highlights=each.highlights or None,
            score=each.score or 0.0,
            document_id=each.key or "",
            index=index,
        )
        for each in answers
    )
