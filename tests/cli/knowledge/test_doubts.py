"""A load that would do what hardly anybody wants is not begun without having been confirmed."""

from dataclasses import replace
from pathlib import Path

import pytest

from cli.knowledge.doubts import DoubtfulError
from cli.knowledge.filling import fill
from cli.knowledge.folders import Labels, read_folder
from cli.knowledge.loading import Loaded
from tests.fakes.index import FakeIndex
from tests.fakes.services import FakeModel

FILES = 4


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return written(tmp_path / "team-a" / "docs", "A")


def written(folder: Path, said: str) -> Path:
    folder.mkdir(parents=True)
    for number in range(FILES):
        (folder / f"{number}.md").write_text(f"Norma {number} de {said}.")
    return folder


def renamed(folder: Path, to: Path) -> Path:
    return folder.rename(to)


def remove(folder: Path, files: int) -> None:
    for number in range(files):
        (folder / f"{number}.md").unlink()


async def load(
    folder: Path, index: FakeIndex, labels: Labels | None = None, *, sure: bool = False
) -> Loaded:
    """As `./eira cerebro load FOLDER` does, or with labels of one's own."""
    labels = labels or Labels(folder.name, root=str(folder))
    read = read_folder(folder, labels, "small")
    return await fill(read, labels, index, FakeModel(), sure=sure)


async def doubts(folder: Path, index: FakeIndex, labels: Labels | None = None) -> tuple[str, ...]:
    before = dict(index.held)
    with pytest.raises(DoubtfulError) as raised:
        await load(folder, index, labels)
    assert index.held == before
    return raised.value.doubts


async def test_another_folder_of_the_same_name_deletes_nothing(docs: Path, tmp_path: Path) -> None:
    index, other = FakeIndex(), written(tmp_path / "team-b" / "docs", "B")
    await load(docs, index)
    (said,) = await doubts(other, index)
    assert str(docs) in said
    assert "--source NAME" in said
    named = Labels("team-b")
    assert await load(other, index, named) == Loaded(FILES, FILES, 0)
    assert len(index.held) == 2 * FILES


async def test_a_folder_that_moved_is_loaded_when_that_is_confirmed(
    docs: Path, tmp_path: Path
) -> None:
    index = FakeIndex()
    await load(docs, index)
    moved = renamed(docs, tmp_path / "docs")
    await doubts(moved, index)
    assert await load(moved, index, sure=True) == Loaded(FILES, FILES, 0)
    assert await load(moved, index) == Loaded(FILES, 0, 0)


async def test_a_folder_that_has_a_name_may_be_anywhere(docs: Path, tmp_path: Path) -> None:
    index, named = FakeIndex(), Labels("handbook")
    await load(docs, index, named)
    moved = renamed(docs, tmp_path / "elsewhere")
    assert await load(moved, index, named) == Loaded(FILES, 0, 0)
    (said,) = await doubts(moved, index, replace(named, root=str(moved)))
    assert "--source handbook" in said


async def test_a_folder_that_is_empty_removes_nothing_unless_confirmed(docs: Path) -> None:
    index = FakeIndex()
    await load(docs, index)
    remove(docs, FILES)
    (said,) = await doubts(docs, index)
    assert f"{FILES} of its {FILES} documents would be removed" in said
    assert await load(docs, index, sure=True) == Loaded(0, 0, FILES)


async def test_half_of_the_documents_may_go_without_a_question(docs: Path) -> None:
    index = FakeIndex()
    await load(docs, index)
    remove(docs, FILES // 2)
    assert await load(docs, index) == Loaded(FILES // 2, 0, FILES // 2)


async def test_another_tenant_gets_the_documents_and_whoever_had_them_does_not_keep_them(
    docs: Path,
) -> None:
    index = FakeIndex()
    await load(docs, index)
    mine = Labels(docs.name, root=str(docs), tenant_id="t1")
    (said,) = await doubts(docs, index, mine)
    assert "there for everybody" in said
    assert "moved to the tenant t1" in said
    assert await load(docs, index, mine, sure=True) == Loaded(FILES, FILES, FILES)
    assert {each.tenant_id for each in index.held.values()} == {"t1"}
