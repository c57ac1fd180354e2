"""What a search block asks of the real service: every mode, and what comes back as evidence."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.core.pipeline.transport import AioHttpTransport
from azure.core.rest import HttpRequest

from shared.bootstrap import build_credential, build_index, build_search_profile
from shared.contracts.evidence import ContextPack, KnowledgeDocument, Snippet
from shared.contracts.search import SearchIntent
from shared.errors import SearchError
from shared.ports import KnowledgeQuery
from shared.search.cerebro import AzureSearchKnowledge
from shared.settings import Settings
from tests.fakes.world import ANA

TEXTS = {
    "renewing": "The renewal of a driving licence takes two weeks. It costs 24 euros.",
    "renovar": "La renovación del permiso de conducir tarda dos semanas. Cuesta 24 euros.",
    "padron": "El padrón municipal se solicita en la oficina de atención ciudadana.",
    "viejo": "El permiso de obras se solicita en la oficina técnica.",
    "ajeno": "El permiso de otro ayuntamiento no es para nadie de aquí.",
}


def document(name: str) -> KnowledgeDocument:
    return KnowledgeDocument(
        id=name, title=f"Guía {name}", content=TEXTS[name], source="Sede", category="tramites",
        scope="public", kind="faq" if name == "padron" else "rule", version="1",
        tenant_id="another" if name == "ajeno" else "*", confidence=0.9,
        updated_at=datetime.now(UTC) - timedelta(days=4_000 if name == "viejo" else 1),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Library:
    """An index of its own with the texts above, each with a vector of one direction."""

    knowledge: AzureSearchKnowledge
    index: str

    async def pack(self, text: str, vector: int | None = None, **asked: Any) -> ContextPack:
        query = KnowledgeQuery(
            text=text, index=self.index, tenant_id=ANA.tenant_id, roles=ANA.roles,
            vector=None if vector is None else direction(vector),
            intent=SearchIntent.model_validate(asked),
        )  # fmt: skip
        return await self.knowledge.search(query)

    async def found(self, text: str, vector: int | None = None, **asked: Any) -> list[str]:
        return [each.document_id for each in (await self.pack(text, vector, **asked)).snippets]


def direction(place: int) -> tuple[float, ...]:
    return tuple(1.0 if each == place else 0.01 * each for each in range(len(TEXTS)))


@pytest.fixture
async def library(environment: None, fresh: Callable[[], str]) -> AsyncIterator[Library]:
    settings, name = Settings(), f"searching-{fresh()}"
    async with build_credential() as credential:
        index = build_index(settings, credential, name)
        await index.create(len(TEXTS))
        profile = replace(build_search_profile(settings), dimensions=len(TEXTS))
        knowledge = AzureSearchKnowledge(settings.azure_search.endpoint, credential, profile)
        filled = [(document(name), direction(place)) for place, name in enumerate(TEXTS)]
        await knowledge.upsert(name, filled)
        yield Library(knowledge, name)
        await index.close()
        await knowledge.close()


async def test_each_mode_finds_in_its_own_way(library: Library) -> None:
    assert await library.found("padrón", mode="keyword") == ["padron"]
    assert (await library.found("padrón", mode="semantic"))[0] == "padron"
    nearest = await library.found("padrón", vector=3, mode="vector", topK=1)
    assert nearest == ["viejo"]
    both = await library.found("padrón", vector=3, mode="hybrid", topK=2)
    assert set(both) == {"padron", "viejo"}


async def test_what_is_not_for_the_caller_is_found_in_no_mode(library: Library) -> None:
    for mode in ("keyword", "semantic", "vector", "hybrid"):
        assert "ajeno" not in await library.found("permiso", vector=4, mode=mode, topK=10)
        asked: dict[str, Any] = {"mode": mode, "filter": "tenantId eq 'another' or true"}
        assert "ajeno" not in await library.found("permiso", vector=4, topK=10, **asked)


async def test_keywords_are_written_simply_or_in_lucenes_syntax(library: Library) -> None:
    asked: dict[str, Any] = {"mode": "keyword", "queryType": "full"}
    assert await library.found("contentEn:renewal AND NOT title:viejo", **asked) == ["renewing"]
    assert await library.found("padrn~1", **asked) == ["padron"]
    assert await library.found("permiso -obras", mode="keyword", topK=10) != []


async def test_words_that_are_no_lucene_query_are_searched_as_they_stand(library: Library) -> None:
    pack = await library.pack("padrón AND (", mode="keyword", queryType="full")
    assert [each.document_id for each in pack.snippets] == ["padron"]
    assert pack.warnings == ("syntax_failed",)


async def test_a_language_has_its_own_words(library: Library) -> None:
    """`renewal` and `renewing` are one word in English, `renovación` and `renovar` in Spanish."""
    english: dict[str, Any] = {"mode": "keyword", "queryLanguage": "en"}
    assert "renewing" in await library.found("renew", **english)
    assert "renewing" not in await library.found("renew", mode="keyword", queryLanguage="es")
    assert "renovar" in await library.found("renovaciones", mode="keyword")
    pack = await library.pack("how long is a licence renewal?", mode="semantic",
                              queryLanguage="en", captions="extractive")  # fmt: skip
    assert pack.snippets[0].document_id == "renewing"


async def test_captions_and_answers_come_as_evidence(library: Library) -> None:
    pack = await library.pack(
        "¿Cuánto tarda la renovación del permiso de conducir?", mode="semantic",
        answers="extractive", answersCount=2, answersThreshold=0, captions="extractive",
    )  # fmt: skip
    caption = pack.snippets[0].caption
    assert caption is not None
    assert "renovación" in caption.text
    assert "<em>" in (caption.highlights or "")
    answer = pack.answers[0]
    assert (answer.document_id, answer.index) == ("renovar", library.index)
    assert "dos semanas" in answer.text
    assert 0 <= answer.score <= 1
    plain = await library.pack("permiso", mode="semantic")
    assert plain.answers == ()
    assert plain.snippets[0].caption is None


async def test_answers_cost_no_request_of_their_own(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    send = AioHttpTransport.send

    async def counted(transport: AioHttpTransport, request: Any, **options: Any) -> object:
        asked.append(request.url)
        return await send(transport, request, **options)

    monkeypatch.setattr(AioHttpTransport, "send", counted)
    await library.pack("permiso", mode="semantic", answers="extractive")
    assert len([url for url in asked if library.index in url]) == 1


async def test_words_found_are_marked_under_the_names_a_caller_knows(library: Library) -> None:
    pack = await library.pack("licence", mode="keyword", queryLanguage="en", highlight=["content"])
    (snippet,) = pack.snippets
    assert snippet.highlights == {
        "content": (
            "The renewal of a driving <em>licence</em> takes two weeks. It costs 24 euros.",
        )
    }


async def test_a_page_follows_another(library: Library) -> None:
    whole = await library.found("permiso guía", mode="keyword", topK=4)
    first = await library.found("permiso guía", mode="keyword", topK=2)
    second = await library.found("permiso guía", mode="keyword", topK=2, skip=2)
    assert len(whole) == 4
    assert first + second == whole


async def test_a_filter_takes_away_in_every_mode(library: Library) -> None:
    for mode in ("keyword", "semantic", "vector", "hybrid"):
        asked: dict[str, Any] = {
            "mode": mode,
            "filter": "kind eq 'faq' and updatedAt gt 2020-01-01T00:00:00Z",
        }
        assert await library.found("guía", vector=0, topK=10, **asked) == ["padron"]
    matched = await library.found("guía", mode="keyword", filter="search.ismatch('obras')")
    assert matched == ["viejo"]


async def test_what_is_selected_besides_comes_with_the_snippet(library: Library) -> None:
    pack = await library.pack("padrón", mode="keyword", select=["title", "category", "updatedAt"])
    (snippet,) = pack.snippets
    assert snippet.selected is not None
    assert snippet.selected["category"] == "tramites"
    assert set(snippet.selected) == {"category", "updatedAt"}
    assert snippet.content


async def test_scores_of_the_service_come_with_the_normalised_one(library: Library) -> None:
    def told(snippet: Snippet) -> tuple[bool, bool]:
        return snippet.search_score is not None, snippet.reranker_score is not None

    assert {told(each) for each in (await library.pack("permiso", mode="keyword")).snippets} == {
        (True, False)
    }
    assert {told(each) for each in (await library.pack("permiso", mode="semantic")).snippets} == {
        (True, True)
    }


async def test_what_is_recent_rises_by_its_scoring_profile(library: Library) -> None:
    text = "permiso solicita oficina técnica obras conducir"
    plain = await library.found(text, mode="keyword")
    assert plain[0] == "viejo"
    scores = {}
    for profile in (None, "recent"):
        pack = await library.pack(text, mode="keyword", scoringProfile=profile)
        scores[profile] = {each.document_id: each.search_score or 0 for each in pack.snippets}
    assert scores["recent"]["renovar"] > scores[None]["renovar"]
    assert scores["recent"]["viejo"] == pytest.approx(scores[None]["viejo"])


async def test_a_busy_service_is_asked_again(library: Library) -> None:
    async with refusing(library, times=1):
        assert await library.found("padrón", mode="keyword") == ["padron"]


async def test_an_index_that_stays_busy_says_so(library: Library) -> None:
    async with refusing(library, times=3):
        with pytest.raises(SearchError) as caught:
            await library.found("padrón", mode="keyword")
        assert caught.value.code == "SEARCH_RATE_LIMIT"
    assert await library.found("padrón", mode="keyword") == ["padron"], "it was asked three times"


@asynccontextmanager
async def refusing(library: Library, times: int) -> AsyncIterator[None]:
    """The next searches of this index, which no other test uses, are too many for the service."""
    fault = {"status": 429, "count": times, "path": f"{library.index}')/docs/search"}
    endpoint = Settings().azure_search.endpoint
    async with AioHttpTransport() as transport:
        request = HttpRequest("POST", f"{endpoint}/_emulator/faults", json=fault)
        response = await transport.send(request)
        assert response.status_code == 201, await response.read()
        yield
