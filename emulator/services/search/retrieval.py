"""Finds and ranks rows: keywords by BM25, vectors by nearness, both by reciprocal rank fusion."""

from collections.abc import Mapping, Sequence
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
from emulator.services.search.store import StoredDocument
from emulator.services.search.vectors import Vector

# Source: "Hybrid search scoring (RRF)"; Azure's best score is 1/60 a list, so ranks start at 0.
RRF_K = 60
# As documented for Azure, whose semantic ranker reads the 50 best results.
SEMANTIC_CANDIDATES = 50
# As documented: so many keyword results take part in a hybrid search.
TEXT_RECALL = 1000
# More hits are fetched than wanted, as filters drop some and the last ones may tie.
ROOM = 1.3
TIE_ROOM = 64
LEAST_SHARE = 0.01
# Sums of the same parts differ in the last digits from one segment of the index to the next.
SCORE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows and their scores, best first."""

    rows: Rows
    scores: Scores


@dataclass(frozen=True, slots=True)
class Found:
    """A ranking, and those of its documents that the response may need.

    They are taken at once, because rows may change hands while the semantic ranker thinks.
    """

    ranking: Ranking
    documents: Mapping[int, StoredDocument]


def retrieve(index: SearchIndex, request: SearchRequest, vectors: Sequence[Vector]) -> Found:
    """What the request finds; `vectors` belong to its vector queries."""
    allowed = index.alive & _filter_mask(index, request)
    if not request.vector_queries:
        ranking = _keyword_ranking(index, request, allowed)
    else:
        ranking = _vector_ranking(index, request, vectors, allowed)
    if request.boosts.functions:
        factors = request.boosts.factors(ranking.rows, index.columns)
        ranking = _ordered(ranking.rows, np.round(ranking.scores * factors, SCORE_DIGITS))
    if request.order:
        ranking = Ranking(*sort_rows(ranking.rows, ranking.scores, request.order, index.columns))
    needed = ranking.rows[request.skip : request.skip + request.page].tolist()
    if request.semantic:
        needed += ranking.rows[:SEMANTIC_CANDIDATES].tolist()
    return Found(ranking, {row: index.at(row) for row in needed})


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
    exhaustive = (
        request.count
        or request.facets
        or request.order
        or request.semantic
        or request.boosts.functions
    )
    wanted = index.rows if exhaustive else request.skip + request.page + 1
    return _best_hits(index, request, allowed, wanted)


def _best_hits(index: SearchIndex, request: SearchRequest, allowed: Mask, wanted: int) -> Ranking:
    """At least the best `wanted` hits that are allowed, or all of them."""
    share = max(float(allowed.sum()) / max(index.count, 1), LEAST_SHARE)
    limit = min(index.rows, int(ROOM * wanted / share) + TIE_ROOM)
    rows, scores = index.keywords.search(request.node, _scope(request), limit)
    scores = np.round(scores, SCORE_DIGITS)
    kept = allowed[rows]
    if len(rows) < limit or limit == index.rows:
        return _ordered(rows[kept], scores[kept])
    # Hits not fetched may tie with the last one fetched: those below it are sure.
    sure = kept & (scores > scores[-1])
    if int(sure.sum()) < wanted:
        return _best_hits(index, request, allowed, index.rows)
    ranking = _ordered(rows[sure], scores[sure])
    return Ranking(ranking.rows[:wanted], ranking.scores[:wanted])


def _scope(request: SearchRequest) -> Scope:
    return Scope(request.fields, request.weights, request.mode == "all")


def _ordered(rows: Rows, scores: Scores) -> Ranking:
    positions = np.lexsort((rows, -scores))
    return Ranking(rows[positions], scores[positions])


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
        wanted = index.rows if request.count or request.facets else TEXT_RECALL
        rankings.append((1.0, _best_hits(index, request, allowed, wanted)))
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
