"""The semantic ranker: reorders the best results and finds captions and answers in them.

Azure's model is not public. Here the order comes from the similarity of embeddings together with
the words shared (`relevance`).
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from emulator.services.embedding import DIMENSIONS, Embedder, EmbeddingKind
from emulator.services.search.columns import Rows
from emulator.services.search.definitions import Field, SemanticConfiguration
from emulator.services.search.evidence import Evidence, evidence_of, is_question
from emulator.services.search.highlighting import marked
from emulator.services.search.index import SearchIndex
from emulator.services.search.json_types import Json
from emulator.services.search.keyword_index import Scores, texts_at
from emulator.services.search.passages import passages, sentences
from emulator.services.search.relevance import NEIGHBOURS, closeness, relevance
from emulator.services.search.request import SearchRequest, SemanticRequest
from emulator.services.search.response import Reranked
from emulator.services.search.retrieval import SEMANTIC_CANDIDATES, Found, Ranking
from emulator.services.search.store import StoredDocument
from emulator.services.search.vectors import Vector, VectorColumn

# As documented for Azure: scores go from 0 to 4.
BEST_SCORE = 4.0
# How much less the next most similar sentence counts.
RANK_DECAY = 0.15
EMBEDDED_LETTERS = 400
CAPTION_LETTERS = 300
CAPTIONS_EMBEDDED = 5
ANSWER_DOCUMENTS = 3
ANSWER_SENTENCES = 4
MARKS = ("<em>", "</em>")


@dataclass(frozen=True, slots=True)
class _Question:
    semantic: SemanticRequest
    key: str
    documents: Mapping[int, StoredDocument]
    evidence: Evidence
    vector: Vector


class SemanticRanker:
    """Reranks with the local embedding model."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    async def rerank(
        self, index: SearchIndex, request: SearchRequest, found: Found
    ) -> tuple[Found, Reranked]:
        """What was found with its first 50 rows reordered, and what the ranker says of them."""
        semantic, ranking = request.semantic, found.ranking
        if semantic is None or not semantic.query or not len(ranking.rows):
            return found, Reranked(
                answers=[] if semantic is not None and semantic.answers else None
            )
        fields = _fields(index, semantic.configuration)
        candidates = ranking.rows[:SEMANTIC_CANDIDATES]
        # Before anything is waited for: rows may change hands then.
        factors = request.boosts.factors(candidates, index.columns)
        question = _Question(
            semantic,
            index.definition.key,
            found.documents,
            evidence_of(index, semantic.query, fields),
            await self._query_vector(index, request, semantic.query),
        )
        scores = await self._scores(index, question, fields, candidates)
        # As documented, the order is that of the boosted scores by default.
        boosted = scores * factors
        order = np.argsort(-boosted, kind="stable")
        reordered = _reordered(ranking, order)
        by_row = {int(candidates[at]): round(float(scores[at]), 6) for at in order}
        page = reordered.rows[request.skip : request.skip + request.page].tolist()
        shown = [row for row in page if row in by_row]
        captions = await self._captions(question, shown) if semantic.captions else {}
        answers = None
        if semantic.answers:
            answers = await self._answers(question, list(by_row.items()))
        by_boost = {int(candidates[at]): round(float(boosted[at]), 6) for at in order}
        reranked = Reranked(
            by_row, captions, answers, boosted=by_boost if request.boosts.functions else {}
        )
        return Found(reordered, found.documents), reranked

    async def _query_vector(self, index: SearchIndex, request: SearchRequest, text: str) -> Vector:
        stored = _stored_vectors(index)
        if stored is not None and text == request.text:
            for query in request.vector_queries:
                if query.field == stored.field.name and query.vector is not None:
                    return query.vector
        return np.asarray((await self._embed([text], "query"))[0], dtype=np.float32)

    async def _embed(self, texts: list[str], kind: EmbeddingKind = "passage") -> Vector:
        return await asyncio.to_thread(self._embedder.matrix, texts, kind)

    async def _scores(
        self, index: SearchIndex, question: _Question, fields: tuple[Field, ...], rows: Rows
    ) -> Scores:
        similarity = await self._similarities(index, question, rows)
        stored = _stored_vectors(index)
        nearest = similarity if stored is None else _nearest(index, stored, question.vector)
        paths = [one.path for one in fields]
        covers = question.evidence.coverage
        coverage = np.array([covers(_texts(question, row, paths)) for row in rows.tolist()])
        return BEST_SCORE * relevance(closeness(similarity, nearest), coverage)

    async def _similarities(self, index: SearchIndex, question: _Question, rows: Rows) -> Scores:
        stored = _stored_vectors(index)
        known = np.zeros(len(rows), dtype=np.bool_) if stored is None else stored.has(rows)
        found: Scores = np.zeros(len(rows))
        if stored is not None:
            found[known] = stored.similarities(rows[known], question.vector)
        if not known.all():
            texts = [_summary(question, row) for row in rows[~known].tolist()]
            found[~known] = await self._embed(texts) @ question.vector
        return found

    async def _captions(self, question: _Question, rows: list[int]) -> dict[int, list[Json]]:
        captions: dict[int, list[Json]] = {}
        embedded = 0
        for row in rows:
            found = _content(question, row, CAPTION_LETTERS)
            if not found:
                continue
            coverages = [question.evidence.coverage([passage]) for passage in found]
            best = int(np.argmax(coverages))
            if not coverages[best] and len(found) > 1 and embedded < CAPTIONS_EMBEDDED:
                embedded += 1
                best = int(np.argmax(await self._embed(found) @ question.vector))
            captions[row] = [_caption(found[best], question)]
        return captions

    async def _answers(self, question: _Question, scores: list[tuple[int, float]]) -> list[Json]:
        if not is_question(question.semantic.query):
            return []
        title_path, evidence = question.semantic.configuration.title, question.evidence
        options: list[tuple[int, float, str, float]] = []
        for row, score in scores[:ANSWER_DOCUMENTS]:
            title = _texts(question, row, [title_path] if title_path else [])
            rated = [
                (row, score, sentence, evidence.coverage([sentence, *title]))
                for sentence in _content(question, row, None)
            ]
            options += sorted(rated, key=lambda option: -option[3])[:ANSWER_SENTENCES]
        if not options:
            return []
        similarity = await self._embed([option[2] for option in options]) @ question.vector
        return _best_answers(question, options, similarity.astype(float))


def _stored_vectors(index: SearchIndex) -> VectorColumn | None:
    # Vectors of the local model's size are taken for its own: that saves embedding 50 texts.
    sizes = (one for one in index.vectors.values() if one.dimensions == DIMENSIONS)
    return next(sizes, None)


def _nearest(index: SearchIndex, stored: VectorColumn, vector: Vector) -> Scores:
    """The similarities of the question's nearest neighbours in the whole index."""
    rows, _ = stored.nearest(vector, NEIGHBOURS, index.alive)
    return stored.similarities(rows, vector)


def _reordered(ranking: Ranking, order: Rows) -> Ranking:
    rest = np.arange(len(order), len(ranking.rows))
    positions = np.concatenate([order, rest])
    return Ranking(ranking.rows[positions], ranking.scores[positions])


def _fields(index: SearchIndex, configuration: SemanticConfiguration) -> tuple[Field, ...]:
    title = (configuration.title,) if configuration.title else ()
    paths = (*configuration.content, *title, *configuration.keywords)
    found = (index.definition.find(path) for path in paths)
    return tuple(one for one in found if one is not None)


def _texts(question: _Question, row: int, paths: list[str]) -> list[str]:
    values = question.documents[row].values
    return [text for path in paths for text in texts_at(values, path)]


def _summary(question: _Question, row: int) -> str:
    configuration = question.semantic.configuration
    title = [configuration.title] if configuration.title else []
    texts = _texts(question, row, [*title, *configuration.content, *configuration.keywords])
    return ". ".join(texts)[:EMBEDDED_LETTERS]


def _content(question: _Question, row: int, letters: int | None) -> list[str]:
    """The passages of a document's content, or its sentences when no length is given."""
    found: list[str] = []
    for text in _texts(question, row, list(question.semantic.configuration.content)):
        found += sentences(text) if letters is None else passages(text, letters)
    return found


def _caption(text: str, question: _Question) -> Json:
    if not question.semantic.caption_highlights:
        return {"text": text, "highlights": ""}
    return {"text": text, "highlights": marked(text, question.evidence.spans(text), *MARKS)}


def _best_answers(
    question: _Question,
    options: list[tuple[int, float, str, float]],
    similarity: Scores,
) -> list[Json]:
    ranks = np.empty(len(options))
    ranks[np.argsort(-similarity, kind="stable")] = np.arange(len(options))
    rated = [
        (0.4 * coverage + 0.35 / (1 + RANK_DECAY * rank) + 0.25 * score / BEST_SCORE, row, text)
        for (row, score, text, coverage), rank in zip(options, ranks.tolist(), strict=True)
    ]
    answers: dict[int, Json] = {}
    for confidence, row, text in sorted(rated, key=lambda answer: -answer[0]):
        # One answer a document: the next best sentence is mostly about the same.
        if row in answers or confidence < question.semantic.threshold:
            continue
        key = question.documents[row].values[question.key]
        highlights = marked(text, question.evidence.spans(text), *MARKS)
        score = round(confidence, 6)
        answers[row] = {"key": key, "text": text, "highlights": highlights, "score": score}
    return [*answers.values()][: question.semantic.answers]
