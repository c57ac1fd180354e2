"""What is read from a file."""

from dataclasses import dataclass
from pathlib import Path


class UnreadableError(Exception):
    """A file that cannot be loaded; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Text:
    """`title` is empty when the file does not say it; headings of `markdown` begin with `#`."""

    title: str
    markdown: str


def decoded(path: Path) -> str:
    """Raises UnreadableError for a file that is not UTF-8."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"it is not UTF-8 (byte {error.start})") from error
