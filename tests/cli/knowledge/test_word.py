"""Word documents: all that a reader sees of one is read, in its order and once."""

from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from cli.knowledge.formats import read_text

NAMES = nsdecls("w")
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
P = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"


def read(document: Document, folder: Path) -> str:
    path = folder / "a.docx"
    document.save(str(path))
    return read_text(path).markdown


def body(*parts: str) -> Document:
    """A document of XML that python-docx cannot write."""
    document = docx.Document()
    for part in parts:
        # Before the section's properties, which end the body.
        document.element.body[-1].addprevious(parse_xml(part.replace(">", f" {NAMES}>", 1)))
    return document


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (f"<w:sdt><w:sdtContent>{P.format('En un control.')}</w:sdtContent></w:sdt>",
         "En un control."),
        ("<w:p><w:sdt><w:sdtContent><w:r><w:t>Ana</w:t></w:r></w:sdtContent></w:sdt>"
         "<w:r><w:tab/><w:t>firma</w:t></w:r></w:p>", "Ana\tfirma"),
        ("<w:p><w:r><w:t>Son </w:t></w:r><w:ins><w:r><w:t>22</w:t></w:r></w:ins>"
         "<w:del><w:r><w:delText>21</w:delText></w:r></w:del><w:r><w:t> días</w:t></w:r></w:p>",
         "Son 22 días"),
        ("<w:p><w:moveFrom><w:r><w:t>Fuera</w:t></w:r></w:moveFrom>"
         "<w:moveTo><w:r><w:t>Dentro</w:t></w:r></w:moveTo></w:p>", "Dentro"),
        (f"<w:p><w:r><w:t>Antes</w:t></w:r><w:r><w:pict><w:txbxContent>{P.format('Cuadro')}"
         "</w:txbxContent></w:pict></w:r></w:p>", "Antes\n\nCuadro"),
        (f"<w:p><w:r><mc:AlternateContent xmlns:mc='{MC}'><mc:Choice Requires='wps'>"
         f"<w:txbxContent>{P.format('Una vez')}</w:txbxContent></mc:Choice><mc:Fallback>"
         f"<w:txbxContent>{P.format('Una vez')}</w:txbxContent></mc:Fallback>"
         "</mc:AlternateContent></w:r></w:p>", "Una vez"),
        ("<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>"
         f"{P.format('Haga clic aquí')}</w:sdtContent></w:sdt>", ""),
    ],
    ids=["control", "control in a line", "tracked", "moved", "box", "drawn twice", "not filled"],
)  # fmt: skip
def test_text_that_is_wrapped_is_read(tmp_path: Path, part: str, said: str) -> None:
    document = body(P.format("Uno"), part, P.format("Dos"))
    assert read(document, tmp_path) == "\n\n".join(each for each in ("Uno", said, "Dos") if each)


def test_cells_that_are_merged_are_said_once(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(3, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "Horario"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "Norte"
    table.cell(1, 1).text, table.cell(2, 1).text = "lunes", "martes"
    assert read(document, tmp_path) == "Horario\nNorte | lunes\nmartes"


def test_a_table_in_a_cell_stands_where_it_is(tmp_path: Path) -> None:
    document = docx.Document()
    cell = document.add_table(1, 2).cell(0, 0)
    cell.text = "Antes"
    inner = cell.add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "a", "b"
    cell.add_paragraph("Detrás")
    assert read(document, tmp_path).startswith("Antes a b Detrás |")


def test_a_document_without_properties_has_its_heading_for_a_title(tmp_path: Path) -> None:
    document = docx.Document()
    document.core_properties.title = "Word Document"
    document.add_heading("Tasas", 1)
    document.save(str(tmp_path / "a.docx"))
    assert read_text(tmp_path / "a.docx").title == "Tasas"
