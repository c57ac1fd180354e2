"""What is read from a file."""

from dataclasses import dataclass
from pathlib import Path

UTF_8 = "utf-8"


class UnreadableError(Exception):
    """A file that cannot be loaded; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Text:
    """`title` is empty when the file does not say it; headings of `markdown` begin with `#`."""

    title: str
    markdown: str


def decoded(path: Path, encoding: str = UTF_8) -> str:
    """Raises UnreadableError for a file that is not in its encoding."""
    try:
        return path.read_text("utf-8-sig" if encoding.casefold() == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        raise UnreadableError(f"it is not {encoding.upper()} (byte {error.start})") from error
    except LookupError as error:
        raise UnreadableError(f"there is no encoding {encoding}") from error
