"""PDF: the text of its pages, under the headings of its outline."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pypdf import PdfReader
from pypdf.generic import Destination

from cli.knowledge.formats.text import Text, UnreadableError

# What programs put there by themselves: the name of a file, or of the program and a file.
_NO_TITLE = re.compile(
    r"(?:Microsoft (?:Word|PowerPoint|Excel) - .*|.*\.(?:docx?|odt|pptx?|xlsx?|indd|pdf|rtf|html?)"
    r"|untitled)",
    re.IGNORECASE,
)


def read_pdf(path: Path) -> Text:
    """A heading of the outline stands where its page begins; a scan has no text."""
    reader = PdfReader(path)
    # One that is only kept from being changed opens without a password.
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnreadableError("it is encrypted with a password")
    headings = _headings(reader)
    pages = [page.extract_text().strip() for page in reader.pages]
    if not any(pages):
        raise UnreadableError("there is no text in it; a scan has to be recognised first")
    title = str((reader.metadata.title if reader.metadata else None) or "").strip()
    parts = (part for number, page in enumerate(pages) for part in (headings.get(number), page))
    return Text(
        "" if _NO_TITLE.fullmatch(title) else title, "\n\n".join(part for part in parts if part)
    )


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
