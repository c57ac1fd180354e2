"""An index of Cerebro through its life, against the local search service and by the command."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.knowledge.cerebro import EXIT_FAILED, EXIT_WRONG, main
from cli.knowledge.loading import BATCH
from shared.search.indexing import PAGE, all_rows
from shared.search.lifecycle import Lifecycle
from tests.contract.cerebro_indexes import DIMENSIONS, document, ids, opened, shelved
from tests.e2e.cloud import ROOT, Services


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


def test_a_load_asks_before_it_removes_and_says_what_it_left_out(
    told: None, fresh: Callable[[], str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, folder = f"life-{fresh()}", tmp_path / "handbook"
    folder.mkdir()
    (folder / "a.md").write_text("# Norma\n\nTexto.", "utf-8")
    (folder / "b.md").symlink_to(folder / "a.md")

    def said(*arguments: str, code: int = 0) -> str:
        assert main(["load", str(folder), "--index", name, *arguments]) == code
        return "".join(capsys.readouterr())

    first = said()
    assert "b.md: a link, which is not followed" in first
    assert "handbook: 1 of 1 files, 1 chunks, 1 added or changed, 0 removed; 1 links" in first
    assert f"No search of the app asks {name}" in first
    assert "not among Auth__Tenants" in said("--tenant", "nobody", code=EXIT_WRONG)
    (folder / "a.md").unlink()
    assert "Nothing was written; say --yes" in said(code=EXIT_WRONG)
    assert "0 of 0 files, 0 chunks, 0 added or changed, 1 removed" in said("--yes")
