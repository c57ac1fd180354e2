"""An index of Cerebro made anew: nothing that was written is lost, whatever happens meanwhile."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
from azure.search.documents.indexes.aio import SearchIndexClient
from azure.search.documents.indexes.models import SearchIndex
from azure.search.documents.models import IndexDocumentsBatch

from cli.knowledge.cerebro import EXIT_FAILED, EXIT_WRONG, main
from cli.knowledge.loading import BATCH
from shared.contracts.evidence import KnowledgeDocument
from shared.contracts.search import EMBEDDING_FAILED
from shared.errors import ConfigurationError, SearchError
from shared.ports import EventQuery, KnowledgeQuery
from shared.search.index import cerebro_index
from shared.search.lifecycle import Lifecycle, Moved
from tests.contract.cerebro_indexes import (
    DIMENSIONS,
    document,
    embed,
    event,
    ids,
    no_wait,
    opened,
    shelved,
)
from tests.e2e.cloud import ROOT, Services
from tests.e2e.waiting import until


def without_english(name: str, semantic_configuration: str, dimensions: int) -> SearchIndex:
    """As an app defined it that knew no English, nor what counts more."""
    index = cerebro_index(name, "other", dimensions)
    index.scoring_profiles = []
    index.fields = [field for field in index.fields if not field.name.endswith("En")]
    assert index.semantic_search is not None
    assert index.semantic_search.configurations is not None
    del index.semantic_search.configurations[1:]
    return index


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


async def test_what_is_written_changed_and_deleted_while_it_copies_is_as_it_was_left(
    environment: None, fresh: Callable[[], str]
) -> None:
    name = f"life-{fresh()}"
    calls = 0

    async with opened(name) as (knowledge, index):

        async def embed_slowly(texts: Sequence[str]) -> list[list[float]]:
            nonlocal calls
            calls += 1
            if calls == 2:
                # The first batch is copied, and the documents that there were are known.
                await index.upsert(shelved(event("event", minute=1)))
                await index.upsert(shelved(document("d0", minute=2)))
                await index.delete(["d1"])
            return await embed(texts)

        lifecycle = Lifecycle(knowledge, name)
        await index.create(DIMENSIONS)
        old = [document(f"d{n}") for n in range(2 * BATCH)]
        await index.upsert(shelved(*old))
        await lifecycle.reindex(DIMENSIONS, embed_slowly, no_wait)
        assert await ids(knowledge, name) == {each.id for each in old} - {"d1"} | {"event"}
        changed = await knowledge.client(name).get_document("d0")
        assert changed["updatedAt"] == document("d0", minute=2).wire()["updatedAt"]
        query = EventQuery(name, "t1", ("employee",), "c1", ("task:T-1",))
        assert [each.document_id for each in await knowledge.events(query)] == ["event"]


async def test_what_comes_into_the_old_index_behind_the_move_is_followed_until_it_is_quiet(
    environment: None, fresh: Callable[[], str]
) -> None:
    name = f"life-{fresh()}"
    waits = 0

    async with opened(name) as (knowledge, index):

        async def others_see_the_old_one(seconds: float) -> None:
            nonlocal waits
            waits += 1
            if waits > 3:
                return
            await knowledge.upsert(f"{name}-v1", [(event(f"event{waits}", minute=waits), None)])
            if waits == 1:
                batch = IndexDocumentsBatch()
                batch.add_delete_actions([{"id": "gone"}, {"id": "gone-and-back"}])
                await knowledge.write(f"{name}-v1", batch)
                await index.upsert(shelved(document("gone-and-back", minute=3)))
                # A file of an older checkout.
                await knowledge.upsert(f"{name}-v1", [(document("back", minute=1), None)])

        lifecycle = Lifecycle(knowledge, name)
        await index.create(DIMENSIONS)
        await index.upsert(
            shelved(*(document(each, minute=2) for each in ("a", "back", "gone", "gone-and-back")))
        )
        moved = await lifecycle.reindex(DIMENSIONS, embed, others_see_the_old_one)
        assert (waits, moved.copied) == (4, 4 + 3 + 2)
        wanted = {"a", "back", "gone-and-back", "event1", "event2", "event3"}
        assert await ids(knowledge, name) == wanted
        back = await knowledge.client(name).get_document("back")
        assert back["updatedAt"] == document("back", minute=1).wire()["updatedAt"]


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


async def test_an_app_that_still_has_the_model_of_before_finds_by_words(
    environment: None, fresh: Callable[[], str]
) -> None:
    name = f"life-{fresh()}"

    async def three(texts: Sequence[str]) -> list[list[float]]:
        return [[1.0, 2.0, 3.0] for _ in texts]

    async with opened(name) as (knowledge, index):
        await index.create(DIMENSIONS)
        await index.upsert(shelved(document("a")))
        await Lifecycle(knowledge, name).reindex(3, three, no_wait)
        query = KnowledgeQuery("tasas", name, "t1", ("employee",), vector=(1.0,) * DIMENSIONS)
        pack = await knowledge.search(query)
        assert [each.document_id for each in pack.snippets] == ["a"]
        assert pack.warnings == (EMBEDDING_FAILED,)


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


async def test_what_a_run_of_an_older_version_left_is_made_anew(
    environment: None, fresh: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"life-{fresh()}"

    async with opened(name) as (knowledge, index):
        await index.create(DIMENSIONS)
        await index.upsert(shelved(document("a")))
        with monkeypatch.context() as before:
            before.setattr("shared.search.indexing.cerebro_index", without_english)
            async with knowledge.administration() as client:
                await client.create_index(without_english(f"{name}-v2", "other", DIMENSIONS))
        stale = {**document("a").wire(), "allowedRoles": ["employee"]}
        await knowledge.client(f"{name}-v2").merge_or_upload_documents([stale])
        moved = await Lifecycle(knowledge, name).reindex(DIMENSIONS, embed, no_wait)
        assert moved.copied == 1
        english = await knowledge.client(name).search("tasas", search_fields=["contentEn"])
        assert [row["id"] async for row in english] == ["a"]


async def test_a_load_that_has_seen_the_old_index_does_not_move_the_name_back(
    environment: None, fresh: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"life-{fresh()}"

    async def as_it_was(client: SearchIndexClient, alias: str) -> str:
        return f"{alias}-v1"

    async with opened(name) as (knowledge, index):
        lifecycle = Lifecycle(knowledge, name)
        await index.create(DIMENSIONS)
        await lifecycle.reindex(DIMENSIONS, embed, no_wait)
        with monkeypatch.context() as late:
            late.setattr("shared.search.indexing.target_of", as_it_was)
            await index.create(DIMENSIONS)
        assert [each.current for each in await lifecycle.held()] == [False, True]


# --- killed ---------------------------------------------------------------------------------------

NEVER_SETTLES = """\
import sys
from cli.knowledge.cerebro import main
from shared.search import lifecycle
lifecycle.SETTLES = 3_600.0
main(sys.argv[1:])
"""
"""The command, which stays behind the move of the alias until it is killed."""


@contextmanager
def reindexing(name: str, services: Services) -> Iterator["subprocess.Popen[str]"]:
    """In a process of its own, which is killed where the block is left."""
    with subprocess.Popen(
        [sys.executable, "-c", NEVER_SETTLES, "reindex", "--index", name],
        cwd=ROOT,
        env={**os.environ, **services.environment},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


async def write(name: str, *documents: KnowledgeDocument) -> None:
    async with opened(name) as (knowledge, _):
        await knowledge.upsert(name, [(each, None) for each in documents])


async def remove(name: str, gone: str) -> None:
    async with opened(name) as (_, index):
        await index.delete([gone])


async def found(name: str) -> set[str]:
    async with opened(name) as (knowledge, _):
        return await ids(knowledge, name)


async def moved(name: str) -> None:
    """Return once searches go to the second index."""

    async def is_moved() -> bool:
        return [each.current for each in await lifecycle.held()] == [False, True]

    async with opened(name) as (knowledge, _):
        lifecycle = Lifecycle(knowledge, name)
        await until(is_moved)


def test_a_reindex_that_is_killed_while_it_copies_goes_on_and_lacks_nothing(
    services: Services, told: None, fresh: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"life-{fresh()}"
    assert main(["create", "--index", name]) == 0
    old = [event(f"e{n}") for n in range(4 * BATCH)]
    asyncio.run(write(name, *old))
    with reindexing(name, services) as process:
        assert process.stderr is not None
        assert next(process.stderr) == f"{BATCH} of {4 * BATCH} documents written\n"
    asyncio.run(write(name, event("between", minute=1)))
    monkeypatch.setattr("shared.search.lifecycle.SETTLES", 0.0)
    assert main(["reindex", "--index", name]) == 0
    assert asyncio.run(found(name)) == {each.id for each in old} | {"between"}
    assert asyncio.run(found(f"{name}-v2")) == {each.id for each in old} | {"between"}


def test_a_reindex_that_is_killed_behind_the_move_is_ended_before_anything_is_deleted(
    services: Services,
    told: None,
    fresh: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = f"life-{fresh()}"
    assert main(["create", "--index", name]) == 0
    from_file = document("from-a-file", digest="x")
    asyncio.run(write(name, event("before"), event("changed"), from_file))
    with reindexing(name, services):
        asyncio.run(moved(name))
    asyncio.run(write(f"{name}-v1", event("late", minute=1), event("changed", minute=1)))
    asyncio.run(write(name, event("new", minute=2)))
    asyncio.run(remove(name, "from-a-file"))
    capsys.readouterr()
    assert main(["status", "--index", name]) == EXIT_FAILED
    assert f"may be in {name}-v1 only" in capsys.readouterr().err
    assert main(["drop", "--others", "--yes", "--index", name]) == EXIT_WRONG
    assert f"reindex --index {name} goes on with it" in capsys.readouterr().err

    monkeypatch.setattr("shared.search.lifecycle.SETTLES", 0.0)
    assert main(["reindex", "--index", name]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{name} is {name}-v2 now: 2 documents copied from {name}-v1,")
    assert asyncio.run(found(name)) == {"before", "changed", "late", "new"}
    assert main(["status", "--index", name]) == 0
    assert main(["drop", "--others", "--yes", "--index", name]) == 0
    assert capsys.readouterr().out.endswith(f"Deleted: {name}-v1\n")
