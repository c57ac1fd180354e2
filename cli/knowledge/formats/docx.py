"""Word documents: headings, paragraphs, lists and tables."""

import re
from collections.abc import Iterator
from pathlib import Path
from zipfile import is_zipfile

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.table import CT_Row, CT_Tbl, CT_Tc
from docx.oxml.text.paragraph import CT_P
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.text.paragraph import Paragraph

from cli.knowledge.formats.text import Text, UnreadableError

_HEADING = re.compile(r"Heading (?P<level>[1-6])")
_NO_TITLE = "Word Document"
"""What python-docx calls a document without properties."""
_BOX = qn("w:txbxContent")
_SIGNS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""A text box once more, for a Word that knows none."""
_ASIDE = frozenset((*map(qn, ("w:pPr", "w:rPr", "w:del", "w:moveFrom")), _FALLBACK))
"""Besides it, properties (with tab stops) and what a tracked change took away."""


def read_docx(path: Path) -> Text:
    """The title is the document's own, or its first heading."""
    if not is_zipfile(path):
        raise UnreadableError(
            "it is no Word document that can be read: one with a password, or of an older Word "
            "(.doc), has to be saved as .docx"
        )
    document = docx.Document(str(path))
    blocks = [block for block in _blocks(document.element.body, document) if block.strip()]
    first = next((block for block in blocks if block.startswith("#")), "")
    title = document.core_properties.title.strip()
    return Text(
        title if title and title != _NO_TITLE else first.lstrip("# "),
        re.sub(r"(?m)(^- .*)\n\n(?=- )", r"\1\n", "\n\n".join(blocks)),
    )


def _blocks(parent: BaseOxmlElement, document: Document) -> Iterator[str]:
    """python-docx lists the paragraphs and tables that stand in `parent` itself; those within
    content controls, tracked insertions and text boxes are found here."""
    for element in _nearest(parent, CT_P, CT_Tbl):
        if isinstance(element, CT_Tbl):
            yield _table(element)
        elif isinstance(element, CT_P):
            yield _paragraph(element, document)
            for box in _boxes(element):
                yield from _blocks(box, document)


def _nearest(parent: BaseOxmlElement, *kinds: type[BaseOxmlElement]) -> Iterator[BaseOxmlElement]:
    """The elements of these kinds below `parent`, in order, and nothing below them."""
    for child in _children(parent):
        if isinstance(child, kinds):
            yield child
        else:
            yield from _nearest(child, *kinds)


def _children(parent: BaseOxmlElement) -> Iterator[BaseOxmlElement]:
    """Those that say something: a content control that nobody filled shows what to write there."""
    if (
        parent.tag == qn("w:sdt")
        and parent.find(f"{qn('w:sdtPr')}/{qn('w:showingPlcHdr')}") is not None
    ):
        return
    yield from (child for child in parent if isinstance(child.tag, str) and child.tag not in _ASIDE)


def _boxes(parent: BaseOxmlElement) -> Iterator[BaseOxmlElement]:
    for child in _children(parent):
        if child.tag == _BOX:
            yield child
        else:
            yield from _boxes(child)


def _table(table: CT_Tbl) -> str:
    """One line for each row; a cell that goes over several columns or rows is said once."""
    rows = (
        [_plain(cell) for cell in _nearest(row, CT_Tc) if isinstance(cell, CT_Tc) and _begins(cell)]
        for row in _nearest(table, CT_Row)
    )
    return "\n".join(" | ".join(cells) for cells in rows)


def _begins(cell: CT_Tc) -> bool:
    return cell.vMerge != "continue"


def _plain(cell: BaseOxmlElement) -> str:
    """On one line, with the text boxes and the tables that stand in it."""
    parts: list[str] = []
    for paragraph in _nearest(cell, CT_P):
        parts += ["".join(_words(paragraph)), *map(_plain, _boxes(paragraph))]
    return " ".join(" ".join(parts).split())


def _paragraph(element: CT_P, document: Document) -> str:
    text = "".join(_words(element)).strip()
    style = Paragraph(element, document).style
    name = (style.name if style else None) or ""
    if not text:
        return ""
    if found := _HEADING.fullmatch(name):
        return f"{'#' * int(found['level'])} {' '.join(text.split())}"
    if name == "Title":
        return f"# {' '.join(text.split())}"
    return f"- {text}" if name.startswith("List") else text


def _words(element: BaseOxmlElement) -> Iterator[str]:
    for child in _children(element):
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif child.tag != _BOX:
            yield from _words(child)
