"""Files that somebody damaged: each is read, or says why not; none raises anything else."""

import random
from pathlib import Path

import pytest

from cli.knowledge.formats import read_text
from cli.knowledge.formats.text import UnreadableError

from .files import write_docx, write_pdf

FILES = 60
FLIPPED = 12


def damaged(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(FLIPPED):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed[: chance.choice([len(changed), len(changed) // 2])])


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_a_damaged_file_raises_its_reason_only(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    match kind:
        case "docx":
            write_docx(path)
        case _:
            write_pdf(path, "Uno", "Dos", title="Tasas", outline="Recargo")
    content, chance = path.read_bytes(), random.Random(7)
    reasons: list[str] = []
    for _ in range(FILES):
        path.write_bytes(damaged(content, chance))
        try:
            read_text(path)
        except UnreadableError as error:
            reasons.append(str(error))
    assert reasons
    assert not [each for each in reasons if str(tmp_path) in each]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", "---\na: " + "[" * 5_000 + "\n---\nx"),
        ("a.html", "<div>" * 5_000 + "x"),
    ],
)
def test_what_is_nested_too_deep_says_so(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(UnreadableError, match="nested too deep"):
        read_text(tmp_path / name)


@pytest.mark.parametrize("name", ["a.md", "a.html", "a.pdf", "a.docx"])
def test_an_empty_file_is_called_empty(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(UnreadableError, match="it is empty"):
        read_text(tmp_path / name)


def test_what_is_no_word_document_does_not_say_that_it_was_not_found(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_text("no")
    with pytest.raises(UnreadableError) as raised:
        read_text(tmp_path / "a.docx")
    assert "not found" not in str(raised.value)
    assert "saved as .docx" in str(raised.value)
