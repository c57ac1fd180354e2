"""Reading a file of a folder, whatever its format, as Markdown with its title."""

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from docx.opc.exceptions import OpcError
from pypdf.errors import PyPdfError

from cli.knowledge.formats.docx import read_docx
from cli.knowledge.formats.html import read_html
from cli.knowledge.formats.markdown import read_markdown
from cli.knowledge.formats.pdf import read_pdf
from cli.knowledge.formats.text import Text, UnreadableError


@dataclass(frozen=True, slots=True)
class Format:
    """`name` is what a reason calls a file of it, with its article."""

    name: str
    read: Callable[[Path], Text]


_MARKDOWN = Format("Markdown", read_markdown)
_HTML = Format("HTML", read_html)
FORMATS: Mapping[str, Format] = {
    ".md": _MARKDOWN,
    ".markdown": _MARKDOWN,
    ".html": _HTML,
    ".htm": _HTML,
    ".pdf": Format("PDF", read_pdf),
    ".docx": Format("Word document", read_docx),
}
BROKEN = (
    *(OpcError, BadZipFile, PyPdfError, zlib.error, struct.error),
    # What is broken within a file shows where a parser expects something else; broken XML is a
    # SyntaxError to lxml, and what a parser does not know a NotImplementedError.
    *(ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, RuntimeError),
    *(SyntaxError, TypeError, ValueError),
)
"""What the parsers raise of bytes that somebody damaged."""
LONGEST_REASON = 160


def read_text(path: Path) -> Text:
    """The file's text; raises UnreadableError with the reason, also when it says nothing."""
    kind = FORMATS[path.suffix.lower()]
    try:
        if not path.stat().st_size:
            raise UnreadableError("it is empty")
        text = kind.read(path)
    except OSError as error:
        raise UnreadableError(error.strerror or type(error).__name__) from error
    except RecursionError as error:
        raise UnreadableError("its parts are nested too deep") from error
    except BROKEN as error:
        said = " ".join(str(error).replace(str(path), path.name).split())[:LONGEST_REASON]
        reason = f"it is no {kind.name} that can be read ({said or type(error).__name__})"
        raise UnreadableError(reason) from error
    if not text.markdown.strip():
        raise UnreadableError("there is no text in it")
    return Text(_sound(text.title), _sound(text.markdown))


def _sound(text: str) -> str:
    """Without halves of letters, which a PDF may hold and no service takes."""
    return text.encode(errors="replace").decode()
