"""An index as whoever fills it sees it, and what a conversation of one version finds in it."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from azure.search.documents.indexes.models import SearchIndex

from cli.knowledge.loading import Index
from shared.bootstrap import build_credential, build_index, build_knowledge
from shared.contracts.evidence import KnowledgeDocument
from shared.errors import ConfigurationError, SearchError
from shared.ports import Dependencies, EventQuery, KnowledgeQuery
from shared.search.index import cerebro_index
from shared.search.indexing import OF_A_FOLDER, Placed
from shared.settings import Settings
from tests.e2e.cloud import ROOT, Services
from tests.fakes.index import FakeIndex
from tests.fakes.samples import AT
from tests.fakes.world import ANA

DIMENSIONS = 4


@dataclass(frozen=True, slots=True)
class Shelf:
    """An index that nobody else uses."""

    index: Index
    name: str


@pytest.fixture(params=["fake", "real"])
async def shelf(request: pytest.FixtureRequest, fresh: Callable[[], str]) -> AsyncIterator[Shelf]:
    name = f"index-{fresh()}"
    if request.param == "fake":
        yield Shelf(FakeIndex(), name)
        return
    request.getfixturevalue("environment")
    async with opened(name) as index:
        yield Shelf(index, name)


@asynccontextmanager
async def opened(name: str) -> AsyncIterator[Index]:
    async with build_credential() as credential:
        index = build_index(Settings(), credential, name)
        yield index
        await index.close()


def chunk(name: str, version: str = "2026.11", digest: str | None = "a") -> KnowledgeDocument:
    return KnowledgeDocument(
        id=name, title=name, content="Sobre tasas.", source="s", category="c", scope="public",
        kind="rule", version=version, tenant_id="*", updated_at=AT, confidence=1.0,
        content_hash=digest,
    )  # fmt: skip


def shelved(*chunks: KnowledgeDocument) -> list[tuple[KnowledgeDocument, list[float]]]:
    return [(each, [1.0] * DIMENSIONS) for each in chunks]


async def test_what_was_loaded_is_known_by_its_hash(shelf: Shelf) -> None:
    index = shelf.index
    await index.create(DIMENSIONS)
    assert await index.hashes(["a", "b"]) == {}
    await index.upsert(shelved(chunk("a"), chunk("b", digest="b")))
    assert await index.hashes(["a", "b", "c"]) == {"a": "a", "b": "b"}
    await index.create(DIMENSIONS)
    await index.upsert(shelved(chunk("a", digest="z")))
    assert await index.hashes(["a"]) == {"a": "z"}


async def test_strays_are_neither_wanted_nor_of_a_version_that_is_kept(shelf: Shelf) -> None:
    index = shelf.index
    await index.create(DIMENSIONS)
    await index.upsert(shelved(chunk("a"), chunk("b"), chunk("c", "2026.10"), chunk("d", "1")))
    assert await index.strays(["a"], ["2026.10"]) == {"b": "2026.11", "d": "1"}
    assert await index.strays(["a", "b", "d"], ["2026.10"]) == {}
    assert set(await index.strays([], [])) == {"a", "b", "c", "d"}
    await index.delete(["b", "d"])
    assert await index.hashes(["a", "b", "c", "d"]) == {"a": "a", "c": "a"}


async def test_what_somebody_else_put_there_is_no_stray(shelf: Shelf) -> None:
    index = shelf.index
    await index.create(DIMENSIONS)
    await index.upsert(shelved(chunk("theirs", digest=None)))
    assert await index.strays([], []) == {}
    assert await index.hashes(["theirs"]) == {}


async def test_what_came_from_folders_is_known_by_the_name_they_were_loaded_by(
    environment: None, fresh: Callable[[], str]
) -> None:
    async with build_credential() as credential:
        index = build_index(Settings(), credential, f"index-{fresh()}")
        await index.create(DIMENSIONS)
        theirs = {"collection": "handbook", "root": "/srv/handbook"}
        await index.upsert(
            shelved(
                chunk("a", OF_A_FOLDER).model_copy(update={**theirs, "tenant_id": "t1"}),
                chunk("b", OF_A_FOLDER).model_copy(update={"collection": "handbook"}),
                # Loaded before there was the field.
                chunk("c", OF_A_FOLDER).model_copy(update={"source": "handbook"}),
                chunk("d", OF_A_FOLDER).model_copy(update={**theirs, "collection": "other"}),
                chunk("e").model_copy(update={"source": "handbook"}),
            )
        )
        assert await index.of_collection("handbook") == {
            "a": Placed("t1", "/srv/handbook"),
            "b": Placed("*", None),
            "c": Placed("*", None),
        }
        await index.close()


async def test_an_index_that_is_not_there_holds_nothing_to_ask_for(
    environment: None, fresh: Callable[[], str]
) -> None:
    async with opened(f"none-{fresh()}") as index:
        with pytest.raises(SearchError):
            await index.hashes(["a"])


async def test_an_index_from_before_there_were_hashes_gets_the_field(
    environment: None, fresh: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(f"index-{fresh()}") as index:
        with monkeypatch.context() as before:
            before.setattr("shared.search.indexing.cerebro_index", without_hashes)
            await index.create(DIMENSIONS)
        with pytest.raises(SearchError):
            await index.hashes(["a"])
        await index.create(DIMENSIONS)
        await index.upsert(shelved(chunk("a")))
        assert await index.hashes(["a"]) == {"a": "a"}


async def test_an_index_from_before_events_said_what_they_are_about_says_what_to_do(
    environment: None,
    fresh: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = f"index-{fresh()}"
    query = EventQuery(name, ANA.tenant_id, ANA.roles, "c1", ("task:T-1",))
    event = chunk("e", digest=None).model_copy(
        update={"kind": "event", "entities": ("task:T-1",), "conversation_id": "c2"}
    )
    async with opened(name) as index, build_credential() as credential:
        with monkeypatch.context() as before:
            before.setattr("shared.search.indexing.cerebro_index", without_entities)
            await index.create(DIMENSIONS)
        knowledge = build_knowledge(Settings(), credential)
        with pytest.raises(SearchError, match=r"no field .* packs load"):
            await knowledge.events(query)
        with pytest.raises(SearchError, match=r"no field .* packs load"):
            await index.upsert(shelved(event))
        await index.create(DIMENSIONS)
        await index.upsert(shelved(event))
        (found,) = await knowledge.events(query)
        assert found.entities == ("task:T-1",)
        await knowledge.close()


def without_entities(name: str, semantic_configuration: str, dimensions: int) -> SearchIndex:
    index = cerebro_index(name, semantic_configuration, dimensions)
    new = ("entities", "conversationId")
    index.fields = [field for field in index.fields if field.name not in new]
    return index


def without_hashes(name: str, semantic_configuration: str, dimensions: int) -> SearchIndex:
    index = cerebro_index(name, semantic_configuration, dimensions)
    index.fields = [field for field in index.fields if field.name != "contentHash"]
    return index


async def test_vectors_of_another_length_are_refused(
    environment: None, fresh: Callable[[], str]
) -> None:
    async with opened(f"index-{fresh()}") as index:
        await index.create(DIMENSIONS)
        with pytest.raises(ConfigurationError, match=r"4 dimensions .* gives 5"):
            await index.create(5)


async def test_a_conversation_finds_no_shared_knowledge_of_another_version(
    deps: Dependencies, fresh: Callable[[], str]
) -> None:
    word = f"zz{fresh()}"
    old, new = (
        chunk(f"{word}-{version}", version).model_copy(
            update={"content": f"El trámite {word} existe."}
        )
        for version in ("1", "2")
    )
    mine = old.model_copy(update={"id": f"{word}-mine", "tenant_id": ANA.tenant_id})
    await deps.knowledge.upsert("cerebro", [(each, None) for each in (old, new, mine)])

    async def found(*others: str) -> set[str]:
        query = KnowledgeQuery(
            text=word, index="cerebro", tenant_id=ANA.tenant_id, roles=ANA.roles,
            other_versions=others,
        )  # fmt: skip
        snippets = (await deps.knowledge.search(query)).snippets
        return {each.document_id for each in snippets if word in each.document_id}

    assert await found() == {old.id, new.id, mine.id}
    assert await found("1", "0") == {new.id, mine.id}


async def test_what_is_forgotten_is_gone_and_what_never_was_is_no_matter(
    deps: Dependencies, fresh: Callable[[], str]
) -> None:
    name = f"zz{fresh()}"
    gone, stays = chunk(f"{name}-a"), chunk(f"{name}-b")
    await deps.knowledge.upsert("cerebro", [(each, None) for each in (gone, stays)])
    for _ in range(2):
        await deps.knowledge.forget("cerebro", [gone.id, f"{name}-never"])
    assert await deps.knowledge.stored("cerebro", gone.id) is None
    assert await deps.knowledge.stored("cerebro", stays.id) is not None


def test_the_command_that_loads_is_idempotent(services: Services, fresh: Callable[[], str]) -> None:
    command = [sys.executable, "-m", "cli.knowledge.load", "--index", f"index-{fresh()}"]

    def load() -> str:
        environment = {**os.environ, **services.environment}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True,
                              check=True)  # fmt: skip
        return done.stdout

    first, second = load(), load()
    assert "0 removed" in first
    assert " 0 added or changed, 0 removed" in second
    assert first.split(",")[0] == second.split(",")[0]
