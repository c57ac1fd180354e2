"""Reading a file of a folder, whatever its format, as Markdown with its title."""

from collections.abc import Callable, Mapping
from pathlib import Path

from cli.knowledge.formats.docx import read_docx
from cli.knowledge.formats.html import read_html
from cli.knowledge.formats.markdown import read_markdown
from cli.knowledge.formats.pdf import read_pdf
from cli.knowledge.formats.text import Text, UnreadableError

READERS: Mapping[str, Callable[[Path], Text]] = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".pdf": read_pdf,
    ".docx": read_docx,
}


def read_text(path: Path) -> Text:
    """The file's text; raises UnreadableError with the reason, also when it says nothing."""
    try:
        text = READERS[path.suffix.lower()](path)
    except OSError as error:
        raise UnreadableError(error.strerror or type(error).__name__) from error
    except RecursionError as error:
        raise UnreadableError("its parts are nested too deep") from error
    if not text.markdown.strip():
        raise UnreadableError("there is no text in it")
    return text
