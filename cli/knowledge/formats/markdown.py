"""Markdown: with front matter or without."""

import re
from pathlib import Path

import yaml

from cli.knowledge.formats.text import Text, UnreadableError, decoded

_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(?P<fields>.*?)^---[ \t]*$\r?\n?", re.DOTALL | re.M)
_TITLE = re.compile(r"^#[ \t]+(?P<title>.+?)[ \t#]*$", re.M)


def read_markdown(path: Path) -> Text:
    """The title is that of the front matter, or the first heading of the first level."""
    text = decoded(path)
    title = ""
    if found := _FRONT_MATTER.match(text):
        title = _title_of(found["fields"])
        text = text[found.end() :]
    heading = _TITLE.search(text)
    return Text(title or (heading["title"] if heading else ""), text.strip())


def _title_of(fields: str) -> str:
    try:
        said = yaml.safe_load(fields)
    except yaml.YAMLError as error:
        raise UnreadableError("its front matter is not YAML") from error
    title = said.get("title") if isinstance(said, dict) else None
    return str(title) if title else ""
