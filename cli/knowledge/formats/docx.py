"""Word documents: headings, paragraphs, lists and tables."""

import re
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile

import docx
from docx.document import Document
from docx.opc.exceptions import OpcError
from docx.table import Table
from docx.text.paragraph import Paragraph

from cli.knowledge.formats.text import Text, UnreadableError

_HEADING = re.compile(r"Heading (?P<level>[1-6])")


def read_docx(path: Path) -> Text:
    """The title is the document's own, or its first heading."""
    try:
        document = docx.Document(str(path))
    # Broken XML is a SyntaxError to lxml.
    except (OpcError, BadZipFile, SyntaxError, KeyError, ValueError) as error:
        raise UnreadableError(f"it is no Word document that can be read ({error})") from error
    blocks = [block for block in _blocks(document) if block.strip()]
    first = next((block for block in blocks if block.startswith("#")), "")
    title = document.core_properties.title.strip() or first.lstrip("# ")
    return Text(title, re.sub(r"(?m)(^- .*)\n\n(?=- )", r"\1\n", "\n\n".join(blocks)))


def _blocks(document: Document) -> Iterator[str]:
    for block in document.iter_inner_content():
        match block:
            case Paragraph():
                yield _paragraph(block)
            case Table():
                rows = ([" ".join(cell.text.split()) for cell in row.cells] for row in block.rows)
                yield "\n".join(" | ".join(cells) for cells in rows)


def _paragraph(paragraph: Paragraph) -> str:
    text = paragraph.text.strip()
    style = (paragraph.style.name if paragraph.style else None) or ""
    if not text:
        return ""
    if found := _HEADING.fullmatch(style):
        return f"{'#' * int(found['level'])} {text}"
    if style == "Title":
        return f"# {text}"
    return f"- {text}" if style.startswith("List") else text
