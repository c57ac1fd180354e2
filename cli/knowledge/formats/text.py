"""What is read from a file."""

import codecs
from dataclasses import dataclass
from pathlib import Path

from bs4.dammit import EncodingDetector

UTF_8 = "utf-8"
AS_BROWSERS_DO = {"iso8859-1": "cp1252", "ascii": "cp1252"}
"""Pages that name the first mean the second (encoding.spec.whatwg.org, "Names and labels")."""


class UnreadableError(Exception):
    """A file that cannot be loaded; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Text:
    """`title` is empty when the file does not say it; headings of `markdown` begin with `#`."""

    title: str
    markdown: str


def decoded(path: Path, encoding: str = UTF_8) -> str:
    """In the encoding that the file's first bytes mark (UTF-8, UTF-16, UTF-32), else in the one
    given. Raises UnreadableError for a file that is not in it."""
    content, marked = EncodingDetector.strip_byte_order_mark(path.read_bytes())
    named = marked or encoding
    try:
        known = codecs.lookup(named).name
        text = content.decode(AS_BROWSERS_DO.get(known, known))
    except UnicodeDecodeError as error:
        raise UnreadableError(f"it is not {named.upper()} (byte {error.start})") from error
    except LookupError as error:
        raise UnreadableError(f"there is no encoding {named}") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")
