"""An index of Cerebro through its life, against the local search service and by the command."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from azure.search.documents.indexes.models import SearchIndex

from cli.knowledge.cerebro import EXIT_FAILED, EXIT_WRONG, main
from cli.knowledge.loading import BATCH
from shared.bootstrap import build_credential, build_index, build_knowledge
from shared.contracts.evidence import KnowledgeDocument
from shared.errors import ConfigurationError, SearchError
from shared.search.cerebro import AzureSearchKnowledge
from shared.search.index import cerebro_index
from shared.search.indexing import PAGE, AzureSearchIndex, all_rows
from shared.search.lifecycle import SETTLES, Lifecycle, Moved
from shared.settings import Settings, get_settings
from tests.e2e.cloud import ROOT, Services
from tests.fakes.samples import AT

DIMENSIONS = 4


@asynccontextmanager
async def opened(name: str) -> AsyncIterator[tuple[AzureSearchKnowledge, AzureSearchIndex]]:
    async with build_credential() as credential:
        knowledge = build_knowledge(Settings(), credential)
        index = build_index(Settings(), credential, name)
        yield knowledge, index
        await index.close()
        await knowledge.close()


def document(name: str, minute: int = 0, digest: str | None = None) -> KnowledgeDocument:
    return KnowledgeDocument(
        id=name, title=name, content="Sobre tasas.", source="s", category="c", scope="public",
        kind="rule", version="1", tenant_id="t1", updated_at=AT + timedelta(minutes=minute),
        confidence=1.0, allowed_roles=("employee",), content_hash=digest,
    )  # fmt: skip


def shelved(*documents: KnowledgeDocument) -> list[tuple[KnowledgeDocument, list[float]]]:
    return [(each, [1.0] * DIMENSIONS) for each in documents]


async def embed(texts: Sequence[str]) -> list[list[float]]:
    return [[1.0, 0.5, 0.25, float(len(text))] for text in texts]


async def no_wait(seconds: float) -> None:
    assert seconds == SETTLES


async def ids(knowledge: AzureSearchKnowledge, name: str) -> set[str]:
    rows = all_rows(knowledge.client(name), "id ne null", ())
    return {row["id"] async for row in rows}


def without_english(name: str, semantic_configuration: str, dimensions: int) -> SearchIndex:
    """As an app defined it that knew no English, nor what counts more."""
    index = cerebro_index(name, "other", dimensions)
    index.scoring_profiles = []
    index.fields = [field for field in index.fields if not field.name.endswith("En")]
    assert index.semantic_search is not None
    assert index.semantic_search.configurations is not None
    del index.semantic_search.configurations[1:]
    return index


async def test_an_index_is_created_behind_an_alias_and_found_by_its_name(
    environment: None, fresh: Callable[[], str]
) -> None:
    name = f"life-{fresh()}"
    async with opened(name) as (knowledge, index):
        lifecycle = Lifecycle(knowledge, name)
        assert await lifecycle.held() == []
        await index.create(DIMENSIONS)
        await index.create(DIMENSIONS)
        await index.upsert(shelved(document("a")))
        (held,) = await lifecycle.held()
        assert (held.name, held.current, held.documents) == (f"{name}-v1", True, 1)
        assert held.bytes > 0
        assert held.vector_bytes > 0
        assert await lifecycle.drop() == [f"{name}-v1"]
        assert await lifecycle.held() == []


async def test_a_reindex_moves_the_name_with_everything_also_what_comes_meanwhile(
    environment: None, fresh: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"life-{fresh()}"
    async with opened(name) as (knowledge, index):
        lifecycle = Lifecycle(knowledge, name)
        with monkeypatch.context() as before:
            before.setattr("shared.search.indexing.cerebro_index", without_english)
            await index.create(DIMENSIONS)
        old = [document(f"d{n}", digest="x") for n in range(BATCH + 1)]
        await knowledge.client(name).merge_or_upload_documents([
            {**each.wire(), "allowedRoles": ["employee"]} for each in old
        ])  # fmt: skip

        async def written_meanwhile(seconds: float) -> None:
            late = document("late", minute=5).wire()
            to_old = knowledge.client(f"{name}-v1")
            await to_old.merge_or_upload_documents([{**late, "allowedRoles": ["employee"]}])
            await index.upsert(shelved(document("d1", minute=9, digest="newer")))
            await index.delete(["d2"])

        moved = await lifecycle.reindex(DIMENSIONS, embed, written_meanwhile)
        assert moved == Moved(f"{name}-v1", f"{name}-v2", BATCH + 2)
        assert await ids(knowledge, name) == {each.id for each in old} - {"d2"} | {"late"}
        assert await index.hashes(["d0", "d1"]) == {"d0": "x", "d1": "newer"}
        english = await knowledge.client(name).search("tasas", search_fields=["contentEn"])
        assert len([row async for row in english]) == BATCH + 1
        copied = await knowledge.client(name).get_document("d0")
        assert (copied["tenantId"], copied["allowedRoles"]) == ("t1", ["employee"])
        assert [each.current for each in await lifecycle.held()] == [False, True]
        assert await lifecycle.drop_others() == [f"{name}-v1"]
        assert [each.name for each in await lifecycle.held()] == [f"{name}-v2"]


async def test_searches_find_the_old_index_until_the_new_one_is_whole_and_a_broken_run_goes_on(
    environment: None, fresh: Callable[[], str]
) -> None:
    name = f"life-{fresh()}"
    calls = 0

    async def breaks(texts: Sequence[str]) -> list[list[float]]:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise SearchError("broken off")
        return await embed(texts)

    async with opened(name) as (knowledge, index):
        lifecycle = Lifecycle(knowledge, name)
        await index.create(DIMENSIONS)
        await index.upsert(shelved(*(document(f"d{n}") for n in range(2 * BATCH))))
        with pytest.raises(SearchError, match="broken off"):
            await lifecycle.reindex(DIMENSIONS, breaks, no_wait)
        assert len(await ids(knowledge, name)) == 2 * BATCH
        assert [(each.current, each.documents) for each in await lifecycle.held()] == [
            (True, 2 * BATCH),
            (False, BATCH),
        ]
        await index.delete(["d0", "d63"])
        told: list[tuple[int, int]] = []
        moved = await lifecycle.reindex(DIMENSIONS, embed, no_wait, lambda *far: told.append(far))
        assert BATCH - 2 <= moved.copied <= BATCH
        assert told == [(moved.copied, moved.copied)]
        assert await ids(knowledge, name) == {f"d{n}" for n in range(1, 2 * BATCH - 1)}


async def test_what_a_run_of_another_model_left_is_made_anew(
    environment: None, fresh: Callable[[], str]
) -> None:
    name = f"life-{fresh()}"

    async def three(texts: Sequence[str]) -> list[list[float]]:
        return [[1.0, 2.0, 3.0] for _ in texts]

    async def breaks(texts: Sequence[str]) -> list[list[float]]:
        raise SearchError("broken off")

    async with opened(name) as (knowledge, index):
        lifecycle = Lifecycle(knowledge, name)
        await index.create(DIMENSIONS)
        await index.upsert(shelved(document("a")))
        with pytest.raises(SearchError, match="broken off"):
            await lifecycle.reindex(DIMENSIONS, breaks, no_wait)
        moved = await lifecycle.reindex(3, three, no_wait)
        assert moved.copied == 1
        assert await ids(knowledge, name) == {"a"}


async def test_an_index_from_before_there_were_aliases_is_used_but_not_moved(
    environment: None, fresh: Callable[[], str]
) -> None:
    name = f"life-{fresh()}"
    async with opened(name) as (knowledge, index):
        lifecycle = Lifecycle(knowledge, name)
        with pytest.raises(ConfigurationError, match="there is no index"):
            await lifecycle.reindex(DIMENSIONS, embed, no_wait)
        async with knowledge.administration() as client:
            await client.create_index(cerebro_index(name, "cerebro-semantic", DIMENSIONS))
        await index.create(DIMENSIONS)
        assert [(each.name, each.current) for each in await lifecycle.held()] == [(name, True)]
        with pytest.raises(ConfigurationError, match=rf"drop --index {name} --yes"):
            await lifecycle.reindex(DIMENSIONS, embed, no_wait)
        assert await lifecycle.drop() == [name]


async def test_every_document_is_listed_once_however_many_are_of_one_moment(
    environment: None, fresh: Callable[[], str]
) -> None:
    name = f"life-{fresh()}"
    async with opened(name) as (knowledge, index):
        await index.create(DIMENSIONS)
        for first in range(0, 2 * PAGE + 200, 1000):
            many = [document(f"d{n}", minute=n // (2 * PAGE)) for n in range(first, first + 1000)]
            await knowledge.upsert(name, [(each, None) for each in many])
        rows = [row["id"] async for row in all_rows(knowledge.client(name), "id ne null", ())]
        assert len(rows) == len(set(rows)) == 3 * PAGE


@pytest.fixture
def told(environment: None) -> Iterator[None]:
    """The settings of the local services, read anew."""
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


async def state(name: str) -> dict[str, str]:
    async with opened(name) as (knowledge, index):
        return await index.hashes(sorted(await ids(knowledge, name)))


def test_a_load_that_is_killed_goes_on_and_ends_as_one_that_was_not(
    services: Services,
    told: None,
    fresh: Callable[[], str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    killed, whole = f"life-{fresh()}-killed", f"life-{fresh()}-whole"
    folder = tmp_path / "handbook"
    folder.mkdir()
    for number in range(3 * BATCH):
        (folder / f"{number}.md").write_text(f"# Norma {number}\n\nTexto {number}.", "utf-8")
    (folder / "bad.pdf").write_text("no", "utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "cli.knowledge.cerebro", "load", str(folder), "--index", killed],
        cwd=ROOT,
        env={**os.environ, **services.environment},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stderr is not None
        said = [next(process.stderr), next(process.stderr)]
        process.kill()
    assert said[0].startswith("bad.pdf: it is no PDF that can be read")
    assert said[1] == f"{BATCH} of {3 * BATCH} chunks written\n"
    written: dict[str, int] = {}
    for name in (killed, whole):
        assert main(["load", str(folder), "--index", name]) == EXIT_FAILED
        out = capsys.readouterr().out
        assert out.startswith(f"handbook: {3 * BATCH} of {3 * BATCH + 1} files")
        written[name] = int(out.split(" chunks, ")[1].split()[0])
    assert written[killed] <= 2 * BATCH < written[whole] == 3 * BATCH
    loaded = asyncio.run(state(killed))
    assert len(loaded) == 3 * BATCH
    assert loaded == asyncio.run(state(whole))


def test_the_command_creates_shows_moves_and_drops(
    told: None, fresh: Callable[[], str], capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"life-{fresh()}"

    def said(*arguments: str, code: int = 0) -> str:
        assert main([*arguments, "--index", name]) == code
        return "".join(capsys.readouterr())

    assert "There is no index" in said("status", code=EXIT_FAILED)
    assert "there is no index" in said("reindex", code=EXIT_WRONG)
    assert said("create").startswith(f"{name}-v1, where searches go: 0 documents")
    assert "Nothing was deleted" in said("drop", code=EXIT_WRONG)
    assert said("drop", "--others", "--yes") == "Deleted: nothing, as there was nothing\n"
    assert said("drop", "--yes") == f"Deleted: {name}-v1\n"
    assert "There is no index" in said("status", code=EXIT_FAILED)
