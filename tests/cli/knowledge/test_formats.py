"""Every format becomes Markdown with its structure; what cannot be read says why."""

from pathlib import Path

import pytest
from pypdf import PdfWriter

from cli.knowledge.formats import read_text
from cli.knowledge.formats.text import Text, UnreadableError

from .files import PAGE, write_docx, write_locked_pdf, write_pdf


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_page_loses_its_navigation_and_keeps_its_structure(tmp_path: Path) -> None:
    text = read_text(written(tmp_path, "a.HTML", PAGE))
    assert text.title == "Horario"
    assert text.markdown == (
        "# Horario & citas\n\nSe abre a las nueve.\n\n- lunes\n- martes\n\n"
        "Sede | Hora\nNorte | 9:00\n\n```\na = 1\nb = 2\n```"
    )


def test_a_page_is_read_in_the_encoding_that_it_names(tmp_path: Path) -> None:
    page = "<head><meta charset='iso-8859-1'></head><body>El año.</body>".encode("iso-8859-1")
    assert read_text(written(tmp_path, "a.html", page)).markdown == "El año."
    marked = "\ufeff<head><meta charset='UTF-8'></head><body>El año.</body>"
    assert read_text(written(tmp_path, "a.html", marked)).markdown == "El año."


def test_a_page_that_names_latin_1_means_what_browsers_read(tmp_path: Path) -> None:
    page = "<meta charset='iso-8859-1'><p>“20 €”</p>".encode("cp1252")
    assert read_text(written(tmp_path, "a.html", page)).markdown == "“20 €”"


def test_the_header_of_an_article_is_said_and_that_of_the_page_is_not(tmp_path: Path) -> None:
    page = (
        "<body><header><p>Portal</p></header><article><header><h1>Tasas</h1><nav>Inicio</nav>"
        "</header><p>Se pagan.</p></article></body>"
    )
    text = read_text(written(tmp_path, "a.html", page))
    assert text == Text("Tasas", "# Tasas\n\nSe pagan.")


def test_a_page_that_is_one_form_says_what_stands_in_it(tmp_path: Path) -> None:
    page = (
        "<body><form><p>Se abre a las nueve.</p><select><option>Sede</option></select>"
        "<button>Enviar</button></form></body>"
    )
    assert read_text(written(tmp_path, "a.html", page)).markdown == "Se abre a las nueve."


def test_a_word_document_keeps_headings_lists_and_tables(tmp_path: Path) -> None:
    text = read_text(write_docx(tmp_path / "a.docx"))
    assert text == Text(
        "Vacaciones",
        "# Vacaciones\n\n## Plazo\n\nSe piden en mayo.\n\n- solicitud\n- firma\n\nDías | 22",
    )


def test_a_pdf_has_the_headings_of_its_outline(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", "Uno", "Dos", title="Tasas", outline="Recargo")
    assert read_text(path) == Text("Tasas", "Uno\n\n## Recargo\n\nDos")


@pytest.mark.parametrize(
    ("content", "title", "markdown"),
    [
        ("---\ntitle: Tasas\nowner: x\n---\n# Otra\nDos.", "Tasas", "# Otra\nDos."),
        ("Intro\n\n# Tasas #\n\nDos.", "Tasas", "Intro\n\n# Tasas #\n\nDos."),
        ("Sin título.", "", "Sin título."),
        ("\ufeff# Marca", "Marca", "# Marca"),
        ("# Año".encode("utf-16"), "Año", "# Año"),
        ("a\r\n\r\n# Tasas\r\nb", "Tasas", "a\n\n# Tasas\nb"),
        ("---\ntitle: Tasas\ndate: 2026-02-30\n---\nDos.", "Tasas", "Dos."),
        ("---\n# nota\ntitle: Tasas\n---\nDos.", "Tasas", "Dos."),
        ("---\n\nplazo: dos\n\n---\nx", "", "---\n\nplazo: dos\n\n---\nx"),
        ("---\nEl plazo: *dos* [\n---\nx", "", "---\nEl plazo: *dos* [\n---\nx"),
        ("---\nDos.\n\n---\nx", "", "---\nDos.\n\n---\nx"),
        ("```\n# install\n```\n\n# Tasas", "Tasas", "```\n# install\n```\n\n# Tasas"),
    ],
)
def test_markdown_says_its_title_or_not(
    tmp_path: Path, content: str | bytes, title: str, markdown: str
) -> None:
    assert read_text(written(tmp_path, "a.md", content)) == Text(title, markdown)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.md", b"a\xff", "it is not UTF-8 (byte 1)"),
        ("a.md", "---\na: [\n---\nx", "its front matter is not YAML"),
        ("a.md", " \n", "there is no text in it"),
        ("a.html", "<html><nav>x</nav></html>", "there is no text in it"),
        ("a.html", b"<body>El a\xf1o.</body>", "it is not UTF-8 (byte 10)"),
        ("a.html", "<meta charset='latin-99'><p>a</p>", "there is no encoding latin-99"),
        ("a.html", "<div>" * 5_000, "its parts are nested too deep"),
        ("a.pdf", "no", "it is no PDF that can be read"),
        ("a.pdf", b"%PDF-1.7\n1 0 obj\n<<>>\n%%EOF", "it is no PDF that can be read"),
        ("a.docx", "no", "it is no Word document that can be read"),
        ("a.docx", b"PK\x05\x06" + bytes(18), "it is no Word document that can be read"),
    ],
)
def test_what_cannot_be_read_says_why(
    tmp_path: Path, name: str, content: str | bytes, reason: str
) -> None:
    path = written(tmp_path, name, content)
    with pytest.raises(UnreadableError) as raised:
        read_text(path)
    assert str(raised.value).startswith(reason)


@pytest.mark.parametrize("title", ["Microsoft Word - v3_final.docx", "v3_final.DOC", "Untitled"])
def test_a_title_that_a_program_gave_is_none(tmp_path: Path, title: str) -> None:
    assert read_text(write_pdf(tmp_path / "a.pdf", "Uno", title=title)).title == ""


def test_a_pdf_that_opens_without_a_password_is_read(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", "Uno", title="Tasas")
    writer = PdfWriter(clone_from=path)
    writer.encrypt(user_password="", owner_password="secret", algorithm="AES-256")
    writer.write(path)
    assert read_text(path) == Text("Tasas", "Uno")


def test_a_scan_and_a_locked_pdf_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="scan"):
        read_text(write_pdf(tmp_path / "scan.pdf", ""))
    with pytest.raises(UnreadableError, match="encrypted"):
        read_text(write_locked_pdf(tmp_path / "locked.pdf"))
