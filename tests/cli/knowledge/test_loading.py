"""Loading: what changed is written, what is gone is removed, the second time nothing happens."""

import pytest

from cli.knowledge.loading import BATCH, Loaded, Shelf, load
from shared.contracts.evidence import KnowledgeDocument
from shared.errors import SearchError
from tests.fakes.index import FakeIndex
from tests.fakes.samples import AT
from tests.fakes.services import FakeModel


def chunk(name: str, version: str = "2026.11", digest: str = "a") -> KnowledgeDocument:
    return KnowledgeDocument(
        id=f"{name}_{version.replace('.', '-')}", title=name, content=f"Sobre {name}.", source="s",
        category="c", scope="public", kind="rule", version=version, tenant_id="*", updated_at=AT,
        confidence=1.0, content_hash=digest,
    )  # fmt: skip


def shelf(*chunks: KnowledgeDocument, others: tuple[str, ...] = ()) -> Shelf:
    return Shelf("2026.11", chunks, others)


async def test_the_second_load_does_nothing() -> None:
    index = FakeIndex()
    wanted = shelf(*(chunk(f"d{n}") for n in range(BATCH + 3)))
    told: list[str] = []
    assert await load(wanted, index, FakeModel(), told.append) == Loaded(35, 35, 0)
    assert index.batches == [BATCH, 3]
    assert told == ["32 of 35 chunks written", "35 of 35 chunks written"]
    assert await load(wanted, index, FakeModel(), told.append) == Loaded(35, 0, 0)
    assert len(told) == len(index.batches) == 2


async def test_only_what_changed_is_written() -> None:
    index = FakeIndex(chunk("a"), chunk("b"))
    changed = chunk("b", digest="new")
    assert await load(shelf(chunk("a"), changed), index, FakeModel()) == Loaded(2, 1, 0)
    assert index.held[changed.id] == changed


async def test_chunks_of_a_document_that_is_gone_are_removed() -> None:
    index = FakeIndex(chunk("a"), chunk("gone"))
    assert await load(shelf(chunk("a")), index, FakeModel()) == Loaded(1, 0, 1)
    assert set(index.held) == {chunk("a").id}


async def test_other_versions_stay_while_they_are_deployed_and_newer_ones_always() -> None:
    old, older, newer = chunk("a", "2026.10"), chunk("a", "2026.09"), chunk("a", "2026.12")
    index = FakeIndex(old, older, newer)
    done = await load(shelf(chunk("a"), others=("2026.10",)), index, FakeModel())
    assert done == Loaded(1, 1, 1)
    assert set(index.held) == {old.id, newer.id, chunk("a").id}


async def test_a_load_that_broke_off_is_finished_by_the_next() -> None:
    index = FakeIndex(chunk("gone"))
    index.breaks_after = 1
    wanted = shelf(*(chunk(f"d{n}") for n in range(BATCH + 1)))
    with pytest.raises(SearchError):
        await load(wanted, index, FakeModel())
    assert chunk("gone").id in index.held
    index.breaks_after = None
    assert await load(wanted, index, FakeModel()) == Loaded(33, 1, 1)
