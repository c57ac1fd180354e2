"""Turns a ranking into the body of a search response."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from emulator.services.search.definitions import Field, IndexDefinition
from emulator.services.search.facets import count_facet
from emulator.services.search.highlighting import highlights, matcher_for
from emulator.services.search.index import SearchIndex
from emulator.services.search.json_types import Json, JsonObject
from emulator.services.search.request import SearchRequest
from emulator.services.search.retrieval import Found, Ranking
from emulator.services.search.store import StoredDocument


@dataclass(frozen=True, slots=True)
class Reranked:
    """What the semantic ranker adds: per row a score from 0 to 4 and captions, and the answers."""

    scores: Mapping[int, float] = field(default_factory=dict)
    captions: Mapping[int, list[Json]] = field(default_factory=dict)
    answers: list[Json] | None = None
    boosted: Mapping[int, float] = field(default_factory=dict)
    """The scores with the scoring profile's functions, if it has any."""


def search_response(
    index: SearchIndex, request: SearchRequest, found: Found, reranked: Reranked, url: str
) -> JsonObject:
    """The JSON of `SearchDocumentsResult`; `url` is that of the index, for the next page's link."""
    ranking = found.ranking
    body: JsonObject = {"@odata.context": f"{url}/$metadata#docs(*)"}
    if request.count:
        body["@odata.count"] = len(ranking.rows)
    if request.minimum_coverage:
        body["@search.coverage"] = 100.0
    if request.facets:
        body["@search.facets"] = {
            facet.path: count_facet(facet, ranking.rows, index.columns) for facet in request.facets
        }
    if reranked.answers is not None:
        body["@search.answers"] = reranked.answers
    body |= _next_page(request, ranking, url)
    body["value"] = _results(index, request, found, reranked)
    return body


def project(
    definition: IndexDefinition, stored: StoredDocument, select: frozenset[str] | None
) -> JsonObject:
    """The fields of a document that may be retrieved, or those of them that are selected."""
    return _object(definition.fields, stored.values, stored, select)


def _object(
    fields: tuple[Field, ...],
    values: Mapping[str, Json],
    stored: StoredDocument,
    select: frozenset[str] | None,
) -> JsonObject:
    shown: JsonObject = {}
    for one in fields:
        below = one.fields and select and any(p.startswith(one.path + "/") for p in select)
        if not one.retrievable or (select is not None and one.path not in select and not below):
            continue
        if one.is_vector:
            vector = stored.vectors.get(one.name)
            shown[one.name] = [] if vector is None else vector.tolist()
            continue
        shown[one.name] = _value(one, values.get(one.name), stored, select if below else None)
    return shown


def _value(one: Field, value: Json, stored: StoredDocument, select: frozenset[str] | None) -> Json:
    if not one.fields:
        return value
    if isinstance(value, list):
        return [_value(one, item, stored, select) for item in value]
    return _object(one.fields, value, stored, select) if isinstance(value, dict) else value


def _next_page(request: SearchRequest, ranking: Ranking, url: str) -> JsonObject:
    last = request.skip + request.page
    remaining = None if request.top is None else request.top - request.page
    if last >= len(ranking.rows) or remaining == 0:
        return {}
    parameters: JsonObject = {**request.body, "skip": last}
    if remaining is not None:
        parameters["top"] = remaining
    return {
        "@search.nextPageParameters": parameters,
        "@odata.nextLink": f"{url}/docs/search.post.search?api-version=2026-04-01",
    }


def _results(
    index: SearchIndex, request: SearchRequest, found: Found, reranked: Reranked
) -> list[Json]:
    wanted = request.highlighting
    matchers = {
        one.path: matcher_for(one, request.node, request.fields)
        for one in index.definition.searchable_text
        if one.path in wanted.fields
    }
    page = slice(request.skip, request.skip + request.page)
    rows, scores = found.ranking.rows[page].tolist(), found.ranking.scores[page].tolist()
    results: list[Json] = []
    for row, score in zip(rows, scores, strict=True):
        stored = found.documents[row]
        result: JsonObject = {"@search.score": float(np.float32(score))}
        if row in reranked.scores:
            result["@search.rerankerScore"] = reranked.scores[row]
        if row in reranked.boosted:
            result["@search.rerankerBoostedScore"] = reranked.boosted[row]
        if row in reranked.captions:
            result["@search.captions"] = reranked.captions[row]
        if matchers:
            tags = (wanted.pre_tag, wanted.post_tag)
            marks = highlights(stored, matchers, wanted.fields, tags)
            if marks:
                result["@search.highlights"] = {path: [*texts] for path, texts in marks.items()}
        results.append(result | project(index.definition, stored, request.select))
    return results
