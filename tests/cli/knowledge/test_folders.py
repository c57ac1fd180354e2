"""A folder: what changed is written, what is gone is removed, what is bad stops nothing."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.knowledge.filling import fill
from cli.knowledge.folders import FolderRead, Labels, read_folder
from cli.knowledge.loading import BATCH, Loaded
from shared.errors import SearchError
from tests.fakes.index import FakeIndex
from tests.fakes.services import FakeModel

from .files import PAGE, write_docx, write_pdf

LABELS = Labels("handbook", roles=("employee",), url="https://docs.example/h/")


def read(folder: Path, labels: Labels = LABELS) -> FolderRead:
    return read_folder(folder, labels, "small")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "handbook"
    (made / "sub dir").mkdir(parents=True)
    (made / ".hidden").mkdir()
    (made / ".hidden" / "a.md").write_text("no")
    (made / "~$b.docx").write_text("no")
    (made / "sheet.xlsx").write_text("no")
    (made / "a.md").write_text("# Tasas\n\nSe pagan.")
    (made / "sub dir" / "b.html").write_text(PAGE)
    write_pdf(made / "c.pdf", "Uno")
    write_docx(made / "d.docx")
    return made


def test_every_known_file_of_a_folder_is_read(folder: Path) -> None:
    found = read(folder)
    assert (found.files, found.ignored, found.bad) == (4, 1, ())
    assert [each.title for each in found.chunks] == ["Tasas", "c", "Vacaciones", "Horario"]
    page = found.chunks[-1]
    assert page.url == "https://docs.example/h/sub%20dir/b.html"
    assert (page.source, page.version, page.tenant_id) == ("handbook", "folder", "*")
    assert (page.allowed_roles, page.scope) == (("employee",), "internal")


def test_the_same_file_of_another_folder_or_tenant_is_another_document(folder: Path) -> None:
    ids = {each.id for each in read(folder).chunks}
    assert ids.isdisjoint(each.id for each in read(folder, Labels("other")).chunks)
    mine = Labels("handbook", tenant_id="t1")
    assert ids.isdisjoint(each.id for each in read(folder, mine).chunks)


def test_a_file_that_was_only_touched_is_the_same(folder: Path) -> None:
    before = read(folder)
    os.utime(folder / "a.md", (1, 1))
    after = read(folder)
    assert [each.content_hash for each in before.chunks] == [
        each.content_hash for each in after.chunks
    ]
    assert before.chunks[0].updated_at != after.chunks[0].updated_at


async def test_the_second_load_writes_nothing_and_a_change_only_itself(folder: Path) -> None:
    index = FakeIndex()
    assert await fill(read(folder), LABELS, index, FakeModel()) == Loaded(4, 4, 0)
    assert await fill(read(folder), LABELS, index, FakeModel()) == Loaded(4, 0, 0)
    (folder / "a.md").write_text("# Tasas\n\nNo se pagan.")
    assert await fill(read(folder), LABELS, index, FakeModel()) == Loaded(4, 1, 0)


async def test_a_file_that_is_gone_goes_and_one_that_broke_keeps_what_it_had(
    folder: Path,
) -> None:
    index = FakeIndex()
    await fill(read(folder), LABELS, index, FakeModel())
    (folder / "a.md").unlink()
    (folder / "c.pdf").write_text("broken")
    found = read(folder)
    assert [str(each) for each in found.bad] == [f"c.pdf: {found.bad[0].reason}"]
    assert found.bad[0].reason.startswith("it is no PDF")
    assert await fill(found, LABELS, index, FakeModel()) == Loaded(2, 0, 1)
    assert sorted(each.title for each in index.held.values()) == ["Horario", "Vacaciones", "c"]


async def test_other_folders_and_packs_keep_their_documents(folder: Path) -> None:
    index = FakeIndex()
    other = Labels("other")
    await fill(read(folder, other), other, index, FakeModel())
    (folder / "a.md").unlink()
    assert await fill(read(folder), LABELS, index, FakeModel()) == Loaded(3, 3, 0)
    assert len(index.held) == 7
    assert await index.strays([], []) == {}


async def test_a_load_that_broke_off_is_finished_by_the_next(tmp_path: Path) -> None:
    for number in range(2 * BATCH + 1):
        (tmp_path / f"{number}.md").write_text(f"Documento {number}.")
    index, told = FakeIndex(), list[tuple[int, int]]()
    index.breaks_after = 1
    with pytest.raises(SearchError):
        await fill(read(tmp_path), LABELS, index, FakeModel())
    index.breaks_after = None
    done = await fill(read(tmp_path), LABELS, index, FakeModel(), lambda *far: told.append(far))
    assert done == Loaded(2 * BATCH + 1, BATCH + 1, 0)
    assert told == [(BATCH, BATCH + 1), (BATCH + 1, BATCH + 1)]
    assert {each.id for each in read(tmp_path).chunks} == set(index.held)


def test_links_are_named_and_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("Secreto.")
    (folder / "outside.md").symlink_to(tmp_path / "secret.md")
    (folder / "again.md").symlink_to(folder / "a.md")
    (folder / "sub").symlink_to(folder / "sub dir")
    found = read(folder)
    assert found.links == ("again.md", "outside.md", "sub")
    assert [each.title for each in found.chunks] == ["Tasas", "c", "Vacaciones", "Horario"]


def test_a_document_without_an_address_is_cited_by_its_file(folder: Path) -> None:
    found = read(folder, Labels("handbook"))
    assert [each.source for each in found.chunks] == [
        "handbook/a.md", "handbook/c.pdf", "handbook/d.docx", "handbook/sub dir/b.html",
    ]  # fmt: skip
    assert {each.collection for each in found.chunks} == {"handbook"}


def test_a_file_whose_name_is_not_utf_8_is_loaded(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"a\xf1o.md")).write_text("Texto.")
    found = read(tmp_path)
    assert (found.bad, [each.title for each in found.chunks]) == ((), ["a\\xf1o"])


def test_a_heading_without_end_does_not_make_an_endless_title_or_key(tmp_path: Path) -> None:
    heading = "Plazo de la licencia " * 60
    (tmp_path / "a.md").write_text(f"Uno.\n\n## {heading}\n\n" + "Son dos meses de plazo. " * 150)
    chunks = read(tmp_path).chunks
    assert len(chunks) > 1
    assert max(len(each.id) for each in chunks) < 200
    assert max(len(each.title) for each in chunks) < 220


def test_each_file_is_told_before_it_is_read(folder: Path) -> None:
    told: list[tuple[str, int, int]] = []
    read_folder(folder, LABELS, "small", lambda name, _size, *far: told.append((name, *far)))
    assert told[0] == ("a.md", 1, 4)
    assert told[-1] == ("sub dir/b.html", 4, 4)


async def test_a_folder_that_cannot_be_listed_is_named_and_loses_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = FakeIndex()
    await fill(read(folder), LABELS, index, FakeModel())
    real = os.scandir

    def scandir(path: str) -> Iterator[os.DirEntry[str]]:
        if str(path).endswith("sub dir"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr("os.scandir", scandir)
    found = read(folder)
    assert [str(each) for each in found.bad] == ["sub dir/: Permission denied"]
    assert await fill(found, LABELS, index, FakeModel()) == Loaded(3, 0, 0)
    assert len(index.held) == 4


async def test_what_the_service_refuses_is_named_and_stops_nothing_else(folder: Path) -> None:
    index = FakeIndex()
    index.refuses = "Se pagan"
    done = await fill(read(folder), LABELS, index, FakeModel())
    assert (done.total, done.written) == (4, 3)
    assert [str(each) for each in done.refused] == ["a.md: Cerebro refused it (too long)"]
    assert len(index.held) == 3
