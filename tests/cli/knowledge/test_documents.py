"""Front matter: read whole, and refused by the line that is wrong."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.knowledge.chunks import chunks_in, hash_of, read_library
from cli.knowledge.documents import read_document
from shared.contracts.evidence import KnowledgeDocument

GOOD = """\
---
id: tasas
title: 'Tasas: lo que cuestan'
language: es
category: tasas
scope: public
kind: rule
version: '2026.11'
source: Ordenanza
url: https://docs.eira.example/es/tasas
confidence: 0.9
allowedRoles: [employee]
updatedAt: '2026-10-05'
---
Renovar cuesta 92,40 euros.
"""


def written(folder: Path, text: str, name: str = "tasas.md") -> Path:
    path = folder / "2026.11" / "knowledge" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_a_document_is_its_front_matter_and_its_text(tmp_path: Path) -> None:
    document, problems = read_document(written(tmp_path, GOOD), "k/tasas.md", "2026.11")
    assert problems == []
    assert document is not None
    assert document.about.title == "Tasas: lo que cuestan"
    assert document.text == "Renovar cuesta 92,40 euros."


def test_a_line_of_dashes_within_the_text_stays_there(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD + "\n---\nFin.\n")
    document, _ = read_document(path, "k/tasas.md", "2026.11")
    assert document is not None
    assert document.text.endswith("---\nFin.")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("---\nid", "id", "1: the document has no front matter"),
        ("---\nRenovar", "Renovar", "1: the front matter has no end"),
        ("title: '", "title: ", "3: this is not YAML"),
        ("'2026-10-05'", "2026-02-30", "2: this is not YAML: day"),
        ("title: '", "title: '\x07", "2: this is not YAML: unacceptable character"),
        ("allowedRoles: [", "allowedRoles: " + "[" * 5_000, "2: this is not YAML: maximum"),
        ("kind: rule", "kind: rules", "7: kind: Input should be 'contract'"),
        ("kind: rule\n", "", "1: kind is missing"),
        ("source:", "sources:", "9: sources is not known here"),
        ("0.9", "9", "11: confidence: Input should be less"),
        ("[employee]", "employee", "12: allowedRoles: Input should be a valid tuple"),
        ("'2026-10-05'", "ayer", "13: updatedAt: Input should be a valid date"),
        ("id: tasas", "id: tasa", "2: id is 'tasa' in a file called 'tasas'"),
        ("id: tasas", "id: Tasas", "2: id: String should match pattern"),
        ("version: '2026.11'", "version: '2026.10'", "8: version is '2026.10' in the pack"),
        ("Renovar cuesta 92,40 euros.\n", "", "14: the document says nothing"),
    ],
)
def test_what_is_wrong_is_named_by_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in GOOD
    path = written(tmp_path, GOOD.replace(old, new, 1))
    document, problems = read_document(path, "k/tasas.md", "2026.11")
    assert document is None
    assert any(str(problem).startswith(f"k/tasas.md:{says}") for problem in problems), problems


def test_a_document_in_another_encoding_is_a_problem_of_its_own(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    path.write_bytes(GOOD.encode("utf-16"))
    document, (problem,) = read_document(path, "k/tasas.md", "2026.11")
    assert document is None
    assert str(problem).startswith("k/tasas.md:1: this is not UTF-8 (byte 0)")


def test_two_documents_do_not_share_a_url(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    written(tmp_path, GOOD.replace("id: tasas", "id: zzz"), "zzz.md")
    library = read_library(tmp_path / "2026.11", "p")
    assert [str(each) for each in library.problems] == [
        "p/knowledge/zzz.md:1: the url is that of tasas.md, too; "
        "answers would cite one of them only"
    ]


def test_chunks_keep_what_the_document_says_about_itself(tmp_path: Path) -> None:
    body = "\n".join(f"La tasa {n} se paga en la sede electrónica antes del día 5." for n in
                     range(40))  # fmt: skip
    written(tmp_path, GOOD + f"\n{body}\n\n## Plazo\n\n{body}\n")
    chunks = list(chunks_in(read_library(tmp_path / "2026.11", "p").documents, "small"))
    assert len(chunks) >= 3
    last = next(chunk for chunk in chunks if chunk.id == "tasas_2026-11_plazo")
    assert last.title == "Tasas: lo que cuestan · Plazo"
    assert last.url == "https://docs.eira.example/es/tasas#plazo"
    assert (last.source, last.category, last.scope) == ("Ordenanza", "tasas", "public")
    assert (last.kind, last.version, last.confidence) == ("rule", "2026.11", 0.9)
    assert (last.allowed_roles, last.tenant_id) == (("employee",), "*")
    assert all(re.fullmatch(r"[A-Za-z0-9_=-]+", chunk.id) for chunk in chunks)
    others = list(chunks_in(read_library(tmp_path / "2026.11", "p").documents, "large"))
    assert [chunk.id for chunk in others] == [chunk.id for chunk in chunks]
    assert all(a.content_hash != b.content_hash for a, b in zip(chunks, others, strict=True))


def test_what_only_events_say_is_no_part_of_a_documents_hash() -> None:
    """Or an app that tells more of events would embed all documents anew."""
    chunk = KnowledgeDocument(
        id="a", title="a", content="c", source="s", category="c", scope="public", kind="rule",
        version="1", tenant_id="*", updated_at=datetime(2026, 11, 22, tzinfo=UTC), confidence=1.0,
    )  # fmt: skip
    event = chunk.model_copy(update={"entities": ("task:T-1",), "conversation_id": "c1"})
    assert hash_of(event, "model") == hash_of(chunk, "model")
    other = chunk.model_copy(update={"content": "d"})
    assert hash_of(other, "model") != hash_of(chunk, "model")
