"""Markdown: with front matter or without."""

import re
from pathlib import Path

import yaml

from cli.knowledge.chunking import FENCE
from cli.knowledge.formats.text import Text, UnreadableError, decoded

# Behind a rule there is a blank line, or words; behind the beginning of front matter a field.
_FRONT_MATTER = re.compile(
    r"---[ \t]*\n(?P<fields>[ \t]*(?:#.*\n\s*)*[\w-]+[ \t]*:(?:\s.*?)?\n)---[ \t]*(?:\n|\Z)",
    re.DOTALL,
)
_TITLE = re.compile(r"#[ \t]+(?P<title>.+?)[ \t#]*")


def read_markdown(path: Path) -> Text:
    """The title is that of the front matter, or the first heading of the first level."""
    text = decoded(path)
    title = ""
    if found := _FRONT_MATTER.match(text):
        title = _title_of(found["fields"])
        text = text[found.end() :]
    return Text(title or _first_heading(text), text.strip())


def _title_of(fields: str) -> str:
    """Read from the nodes: a date that there is not spoils no title."""
    try:
        node = yaml.compose(fields, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise UnreadableError("its front matter is not YAML") from error
    if not isinstance(node, yaml.MappingNode):
        return ""
    said = (value for key, value in node.value if key.value == "title")
    return next((each.value for each in said if isinstance(each, yaml.ScalarNode)), "")


def _first_heading(text: str) -> str:
    """A line of code that begins with # is none."""
    fenced = False
    for line in text.splitlines():
        fenced ^= FENCE.match(line) is not None
        if not fenced and (found := _TITLE.fullmatch(line)):
            return found["title"]
    return ""
