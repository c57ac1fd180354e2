"""Finds and ranks rows: keywords by BM25, vectors by nearness, both by reciprocal rank fusion."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emulator.services.search.columns import Mask, Rows
from emulator.services.search.filters import FullText
from emulator.services.search.index import SearchIndex
from emulator.services.search.keyword_index import Scope, Scores
from emulator.services.search.ordering import sort_rows
from emulator.services.search.request import (
    SearchRequest,
    parse_text,
    text_field,
)
from emulator.services.search.simple_syntax import Mode
from emulator.services.search.vectors import Vector

# Source: "Hybrid search scoring (RRF)"; Azure's best score is 1/60 a list, so ranks start at 0.
RRF_K = 60
# How many hits more than needed are fetched, to see whether the last ones tie.
TIE_ROOM = 64
SCORE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows and their scores, best first; `complete` is false when only the best were fetched."""

    rows: Rows
    scores: Scores
    complete: bool = True


def retrieve(index: SearchIndex, request: SearchRequest, vectors: Sequence[Vector]) -> Ranking:
    """The ranking that the request asks for; `vectors` belong to its vector queries."""
    allowed = index.alive & _filter_mask(index, request)
    if not request.vector_queries:
        ranking = _keyword_ranking(index, request, allowed)
    else:
        ranking = _vector_ranking(index, request, vectors, allowed)
    if request.order:
        ranking = Ranking(*sort_rows(ranking.rows, ranking.scores, request.order, index.columns))
    return ranking


def _filter_mask(index: SearchIndex, request: SearchRequest) -> Mask:
    if request.filter is None:
        return np.ones(index.rows, dtype=np.bool_)

    def full_text(part: FullText) -> Mask:
        fields = tuple(text_field(index.definition, name, "$filter") for name in part.fields)
        mode: Mode = "all" if part.mode == "all" else "any"
        node = parse_text(part.text, "full" if part.syntax == "full" else "simple", mode)
        scope = Scope(fields or index.definition.searchable_text, {}, mode == "all")
        rows, _ = index.keywords.search(node, scope, index.count)
        mask = np.zeros(index.rows, dtype=np.bool_)
        mask[rows] = True
        return mask

    return index.filters.mask(request.filter, index.rows, full_text)


def _keyword_ranking(index: SearchIndex, request: SearchRequest, allowed: Mask) -> Ranking:
    if request.matches_everything:
        rows = np.flatnonzero(allowed)
        return Ranking(rows, np.ones(len(rows)))
    wanted = request.skip + request.page + 1
    narrow = not (request.filter or request.count or request.facets or request.order)
    if narrow and not request.semantic:
        best = _best_hits(index, request, wanted)
        if best is not None:
            return best
    return _all_hits(index, request, allowed)


def _best_hits(index: SearchIndex, request: SearchRequest, wanted: int) -> Ranking | None:
    limit = wanted + TIE_ROOM
    rows, scores = index.keywords.search(request.node, _scope(request), limit)
    if len(rows) < limit:
        return _ordered(rows, scores)
    rounded = np.round(scores, SCORE_DIGITS)
    if rounded[wanted - 1] == rounded[-1]:
        # Rows beyond the limit may tie with the last wanted one, and would be listed first.
        return None
    ranking = _ordered(rows, scores)
    return Ranking(ranking.rows[:wanted], ranking.scores[:wanted], complete=False)


def _all_hits(index: SearchIndex, request: SearchRequest, allowed: Mask) -> Ranking:
    rows, scores = index.keywords.search(request.node, _scope(request), index.count)
    kept = allowed[rows]
    return _ordered(rows[kept], scores[kept])


def _scope(request: SearchRequest) -> Scope:
    return Scope(request.fields, request.weights, request.mode == "all")


def _ordered(rows: Rows, scores: Scores) -> Ranking:
    # Sums of the same parts differ in the last digits from one index segment to the next.
    rounded = np.round(scores, SCORE_DIGITS)
    positions = np.lexsort((rows, -rounded))
    return Ranking(rows[positions], rounded[positions])


def _vector_ranking(
    index: SearchIndex,
    request: SearchRequest,
    vectors: Sequence[Vector],
    allowed: Mask,
) -> Ranking:
    searched = index.alive if request.post_filter else allowed
    rankings: list[tuple[float, Ranking]] = []
    for query, vector in zip(request.vector_queries, vectors, strict=True):
        found = index.vectors[query.field].nearest(vector, query.k, searched)
        rankings.append((query.weight, _kept(Ranking(*found), allowed)))
    if not request.matches_everything:
        rankings.append((1.0, _all_hits(index, request, allowed)))
    if len(rankings) == 1:
        return rankings[0][1]
    return fuse(rankings)


def _kept(ranking: Ranking, allowed: Mask) -> Ranking:
    kept = allowed[ranking.rows]
    return Ranking(ranking.rows[kept], ranking.scores[kept])


def fuse(rankings: list[tuple[float, Ranking]]) -> Ranking:
    """Reciprocal rank fusion: each ranking adds weight / (60 + rank) to its rows' scores."""
    rows = np.unique(np.concatenate([ranking.rows for _, ranking in rankings]))
    scores = np.zeros(len(rows))
    for weight, ranking in rankings:
        ranks = np.arange(len(ranking.rows))
        scores[np.searchsorted(rows, ranking.rows)] += weight / (RRF_K + ranks)
    positions = np.lexsort((rows, -scores))
    return Ranking(rows[positions], scores[positions])
