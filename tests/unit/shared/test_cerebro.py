"""Cerebro against a search service that answers what it is told: what is made of its answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from azure.core.credentials import AzureKeyCredential
from azure.search.documents.models import IndexDocumentsBatch

from shared.contracts.evidence import ContextPack
from shared.contracts.search import SearchIntent
from shared.errors import RefusedError, SearchError
from shared.ports import KnowledgeQuery
from shared.search.cerebro import AzureSearchKnowledge
from shared.search.query import SearchProfile

PROFILE = SearchProfile("cerebro", "cerebro-semantic", ("cerebro",))
QUERY = KnowledgeQuery(text="licencia", index="cerebro", tenant_id="tenant", roles=("employee",))
type Answer = tuple[int, dict[str, object]]


def row(name: str, score: float = 1.0, **of_the_service: object) -> dict[str, object]:
    return {
        "@search.score": score, "id": name, "title": name, "content": "La tasa.", "source": "Sede",
        "kind": "rule", "scope": "public", "version": "1", "confidence": 1.0,
        **{f"@search.{each}": value for each, value in of_the_service.items()},
    }  # fmt: skip


def refusal(message: str) -> dict[str, object]:
    return {"error": {"code": "", "message": message}}


@dataclass
class Service:
    """What it was asked, and what it answers to one search after the other."""

    answers: list[Answer]
    asked: list[dict[str, object]] = field(default_factory=list)

    async def search(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        status, body = self.answers.pop(0)
        return web.json_response(body, status=status)


@asynccontextmanager
async def knowing(*answers: Answer) -> AsyncIterator[tuple[Service, AzureSearchKnowledge]]:
    service, app = Service(list(answers)), web.Application()
    for what in ("search.post.search", "search.index"):
        app.router.add_post(f"/indexes('cerebro')/docs/{what}", service.search)
    async with TestServer(app) as server:
        knowledge = AzureSearchKnowledge(
            str(server.make_url("")).rstrip("/"), AzureKeyCredential("made-up"), PROFILE
        )
        try:
            yield service, knowledge
        finally:
            await knowledge.close()


async def found(*answers: Answer, **asked: object) -> tuple[ContextPack, Service]:
    query = QUERY
    if asked:
        intent = SearchIntent.model_validate(asked)
        query = KnowledgeQuery(
            text=QUERY.text, index="cerebro", tenant_id="tenant", roles=(), intent=intent
        )
    async with knowing(*answers) as (service, knowledge):
        return await knowledge.search(query), service


def scores(pack: ContextPack) -> dict[str, float]:
    return {each.document_id: each.score for each in pack.snippets}


async def test_the_scores_of_the_ranker_are_made_shares_of_its_best() -> None:
    rows = [row("a", 7.0, rerankerScore=3.0), row("b", 9.0, rerankerScore=1.5)]
    pack, _ = await found((200, {"value": rows}), mode="semantic")
    assert scores(pack) == {"a": 1.0, "b": 0.5}
    assert pack.warnings == ()


async def test_what_the_ranker_finds_worthless_or_does_not_read_stays_behind_what_it_ranks() -> (
    None
):
    rows = [row("a", 7.0, rerankerScore=3.0), row("b", 9.0, rerankerScore=0.0), row("c", 8.0)]
    pack, _ = await found((200, {"value": rows}), mode="semantic", skip=48)
    assert scores(pack) == {"a": 1.0, "b": 0.0, "c": 0.0}


async def test_the_ranker_with_a_scoring_profile_decides_by_the_boosted_score() -> None:
    rows = [
        row("a", rerankerScore=2.0, rerankerBoostedScore=4.0),
        row("b", rerankerScore=3.0, rerankerBoostedScore=3.0),
    ]
    pack, _ = await found((200, {"value": rows}), mode="semantic", scoringProfile="recent")
    assert scores(pack) == {"a": 1.0, "b": 0.75}


async def test_a_ranker_that_is_overloaded_leaves_the_plain_order_and_that_is_said() -> None:
    partial: dict[str, object] = {
        "@search.semanticPartialResponseReason": "capacityOverloaded",
        "@search.semanticPartialResponseType": "baseResults",
        "value": [row("a", 8.0), row("b", 4.0)],
    }
    pack, service = await found((206, partial), mode="semantic")
    assert (scores(pack), pack.warnings) == ({"a": 1.0, "b": 0.5}, ("semantic_failed",))
    assert len(service.asked) == 1


async def test_a_page_behind_what_the_ranker_reads_is_no_failure_of_its() -> None:
    pack, _ = await found((200, {"value": [row("a")]}), mode="semantic", skip=50)
    assert pack.warnings == ()
    nothing, _ = await found((200, {"value": []}), mode="semantic")
    assert nothing.warnings == ()


CROWD: dict[str, object] = {
    "value": [
        *({**row(name, 9.0), "kind": "event"} for name in ("e1", "e2", "e3")),
        row("a", 4.0),
    ]
}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, ["e1", "e2", "a"]),
        ({"mode": "keyword"}, ["e1", "e2", "a"]),
        ({"mode": "keyword", "topK": 1}, ["e1"]),
        ({"mode": "keyword", "filter": "kind eq 'event'"}, ["e1", "e2", "e3", "a"]),
        ({"mode": "keyword", "skip": 1}, ["e1", "e2", "e3", "a"]),
    ],
)
async def test_events_crowd_nothing_out_unless_the_caller_chooses_them(
    asked: dict[str, object], told: list[str]
) -> None:
    pack, _ = await found((200, CROWD), **asked)
    assert list(scores(pack)) == told


OTHER_LENGTH = refusal(
    "There's a mismatch in vector dimensions. The vector field 'contentVector', with dimension of "
    "'3', expects a length of '3'. However, the provided vector has a length of '2'."
)


@pytest.mark.parametrize("mode", ["hybrid", "vector"])
async def test_an_index_of_another_embedding_model_is_asked_by_words_and_that_is_said(
    mode: str,
) -> None:
    intent = SearchIntent.model_validate({"mode": mode})
    query = replace(QUERY, vector=(1.0, 0.5), intent=intent)
    without = refusal("Semantic search is not enabled for this service.")
    answers: list[Answer] = [
        (400, OTHER_LENGTH), (400, without), (200, {"value": [row("a")]})
    ]  # fmt: skip
    async with knowing(*answers) as (service, knowledge):
        pack = await knowledge.search(query)
    assert pack.warnings == ("embedding_failed", "semantic_failed")
    first, second, third = service.asked
    assert "vectorQueries" in first
    assert not {"vectorQueries"} & {*second, *third}
    assert second["search"] == third["search"] == "licencia"
    assert first["filter"] == second["filter"] == third["filter"], "for the same people"


async def test_a_vector_of_the_callers_own_that_is_too_long_is_not_done_without() -> None:
    with pytest.raises(SearchError, match="400"):
        await found((400, OTHER_LENGTH), mode="vector", vector=[1.0, 0.5])


@pytest.mark.parametrize("status", [400, 402])
async def test_a_service_without_the_ranker_is_asked_without_it_and_that_is_said(
    status: int,
) -> None:
    without = refusal("Semantic search is not enabled for this service.")
    pack, service = await found(
        (status, without), (200, {"value": [row("a")]}), mode="semantic", answers="extractive"
    )
    assert pack.warnings == ("semantic_failed",)
    first, second = service.asked
    assert (first["queryType"], second["queryType"]) == ("semantic", "simple")
    assert not {"semanticConfiguration", "answers"} & second.keys()
    assert first["filter"] == second["filter"], "for the same people"


@pytest.mark.parametrize(
    ("status", "message", "told"),
    [
        (400, "Could not find a property named 'titleEn' on type 'search.document'.", "titleEn"),
        (400, "Invalid expression.", "search in cerebro failed: 400"),
        (403, "Forbidden.", "search in cerebro failed: 403"),
    ],
)
async def test_what_the_service_refuses_is_a_failure_that_quotes_nobody(
    status: int, message: str, told: str
) -> None:
    with pytest.raises(SearchError, match=told) as caught:
        await found((status, refusal(f"{message} (licencia)")))
    assert "licencia" not in str(caught.value)


@pytest.mark.parametrize("shape", [{"title": None}, {"confidence": "high"}])
async def test_an_index_that_others_filled_with_other_things_is_a_failure_of_the_search(
    shape: dict[str, object],
) -> None:
    with pytest.raises(SearchError, match="holds documents of another shape"):
        await found((200, {"value": [row("a") | shape]}))


async def test_pages_of_a_search_by_vector_alone_bring_as_many_neighbours() -> None:
    _, service = await found(
        (200, {"value": []}), mode="vector", vector=[1.0, 0.0], skip=95, topK=10
    )
    (asked,) = service.asked
    assert isinstance(queries := asked["vectorQueries"], list)
    assert [each["k"] for each in queries] == [105]


@pytest.mark.parametrize("status", [401, 403])
async def test_a_service_that_lets_nobody_in_names_the_settings(status: int) -> None:
    with pytest.raises(SearchError, match=rf"failed: {status}; .*AzureSearch__ApiKey"):
        await found((status, refusal("Access denied.")))


def written(name: str, status: int) -> dict[str, object]:
    said = None if status < 300 else "The key is too long."
    return {"key": name, "status": status < 300, "errorMessage": said, "statusCode": status}


async def write(*results: dict[str, object]) -> None:
    batch = IndexDocumentsBatch()
    batch.add_delete_actions([{"id": each["key"]} for each in results])
    async with knowing((207, {"value": list(results)})) as (_, knowledge):
        await knowledge.write("cerebro", batch)


async def test_documents_that_are_refused_are_named_with_the_reason() -> None:
    with pytest.raises(RefusedError) as raised:
        await write(written("a", 201), written("b", 400))
    assert raised.value.reasons == {"b": "The key is too long."}
    assert not raised.value.retryable


async def test_a_document_that_can_be_tried_again_is_not_refused_for_good() -> None:
    with pytest.raises(SearchError) as raised:
        await write(written("a", 400), written("b", 503))
    assert not isinstance(raised.value, RefusedError)
