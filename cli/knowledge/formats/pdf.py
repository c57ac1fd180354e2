"""PDF: the text of its pages, under the headings of its outline."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import Destination

from cli.knowledge.formats.text import Text, UnreadableError


def read_pdf(path: Path) -> Text:
    """A heading of the outline stands where its page begins; a scan has no text."""
    try:
        reader = PdfReader(path)
        if reader.is_encrypted:
            raise UnreadableError("it is encrypted")
        headings = _headings(reader)
        pages = [page.extract_text().strip() for page in reader.pages]
        title = reader.metadata.title if reader.metadata else None
    # What is broken within a file shows where pypdf expects another kind of object.
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise UnreadableError(f"it is no PDF that can be read ({error})") from error
    if not any(pages):
        raise UnreadableError("there is no text in it; a scan has to be recognised first")
    parts = (part for number, page in enumerate(pages) for part in (headings.get(number), page))
    return Text((title or "").strip(), "\n\n".join(part for part in parts if part))


def _headings(reader: PdfReader) -> Mapping[int, str]:
    """By page."""
    found: dict[int, list[str]] = {}
    for destination, level in _flat(reader.outline, 2):
        page = reader.get_destination_page_number(destination)
        if page is not None and destination.title:
            found.setdefault(page, []).append(f"{'#' * min(level, 6)} {destination.title}")
    return {page: "\n\n".join(titles) for page, titles in found.items()}


def _flat(outline: object, level: int) -> Iterator[tuple[Destination, int]]:
    match outline:
        case Destination():
            yield outline, level
        case list():
            for each in outline:
                yield from _flat(each, level + isinstance(each, list))
        case _:
            return
