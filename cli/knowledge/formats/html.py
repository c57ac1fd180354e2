"""HTML: what a page says, without its navigation."""

import re
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup
from bs4.dammit import EncodingDetector
from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from cli.knowledge.formats.text import UTF_8, Text, decoded

# Not `form`: many a portal has its whole page in one.
NOT_SAID = (
    *("script", "style", "noscript", "template", "nav", "header", "footer", "aside"),
    *("button", "select", "textarea"),
)
BLOCKS = frozenset(
    "address article blockquote body dd div dl dt fieldset figcaption figure form header hr main ol"
    " p section table ul".split()
)
_HEADING = re.compile(r"h[1-6]")


def read_html(path: Path) -> Text:
    """The page's `main` if it has one; the title is `title`, or the first heading."""
    said = EncodingDetector.find_declared_encoding(path.read_bytes(), is_html=True)
    page = BeautifulSoup(decoded(path, said or UTF_8), "html.parser")
    heading = page.find("h1")
    title = _line(page.title or heading)
    for each in page.find_all(NOT_SAID):
        if not _is_of_a_part(each):
            each.decompose()
    root = page.find("main") or page.body or page
    blocks = "".join(_said(root)).split("\n\n")
    return Text(title, "\n\n".join(block.strip() for block in blocks if block.strip()))


def _is_of_a_part(tag: Tag) -> bool:
    """The header of an article holds its heading, that of a page its banner."""
    return tag.name == "header" and tag.find_parent(["article", "main", "section"]) is not None


def _said(element: PageElement) -> Iterator[str]:
    match element:
        case PreformattedString():
            return  # a comment or a declaration
        case NavigableString():
            yield re.sub(r"\s+", " ", element)
        case Tag(name="br"):
            yield "\n"
        case Tag(name="pre"):
            yield f"\n\n```\n{element.get_text().strip()}\n```\n\n"
        case Tag(name="tr"):
            cells = element.find_all(["th", "td"], recursive=False)
            yield f"\n{' | '.join(map(_line, cells))}"
        case Tag(name="li"):
            yield "\n- "
            yield from _children(element)
        case Tag(name=name) if _HEADING.fullmatch(name):
            yield f"\n\n{'#' * int(name[1])} {_line(element)}\n\n"
        case Tag(name=name) if name in BLOCKS:
            yield "\n\n"
            yield from _children(element)
            yield "\n\n"
        case Tag() if element.name != "title":
            yield from _children(element)


def _children(tag: Tag) -> Iterator[str]:
    for child in tag.children:
        yield from _said(child)


def _line(tag: Tag | None) -> str:
    return " ".join(tag.get_text(" ").split()) if tag else ""
