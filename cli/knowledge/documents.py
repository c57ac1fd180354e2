"""The documents of a pack: front matter that is checked line by line, then Markdown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError

from shared.contracts.base import Contract
from shared.contracts.evidence import DocumentKind
from shared.contracts.identity import Language
from shared.packs.problems import Problem

FENCE = re.compile(r"^---[ \t]*\n", re.MULTILINE)


class FrontMatter(Contract):
    """What a document says about itself. `allowed_roles` empty: everybody may read it."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str = Field(min_length=1)
    language: Language
    category: str
    scope: Literal["public", "internal"]
    kind: DocumentKind
    version: str
    source: str
    url: str | None = None
    confidence: float = Field(ge=0, le=1)
    allowed_roles: tuple[str, ...] = ()
    updated_at: date


@dataclass(frozen=True, slots=True)
class Document:
    """One file of `knowledge/`; `text` is Markdown."""

    about: FrontMatter
    text: str


def read_document(path: Path, shown: str, version: str) -> tuple[Document | None, list[Problem]]:
    """The document, or all that is wrong with it. `shown` is what problems call the file."""
    try:
        content = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        what = f"this is not UTF-8 (byte {error.start})"
        return None, [Problem(shown, 1, what, "save it as UTF-8")]
    fences = list(FENCE.finditer(content))[:2]
    if not fences or fences[0].start() != 0:
        what = "the document has no front matter"
        return None, [Problem(shown, 1, what, "begin it with ---, its fields, and --- again")]
    if len(fences) < 2:
        what = "the front matter has no end"
        return None, [Problem(shown, 1, what, "write --- on a line of its own behind it")]
    opening, closing = fences
    about, problems = _front_matter(content[opening.end() : closing.start()], shown)
    text = content[closing.end() :].strip()
    if not text:
        last = content.count("\n")
        problems.append(Problem(shown, last, "the document says nothing", "write its text"))
    if about is not None:
        lines = _lines(content[opening.end() : closing.start()])
        problems += _at_odds(about, path.stem, version, shown, lines)
    return (Document(about, text) if about and not problems else None), problems


def _front_matter(text: str, shown: str) -> tuple[FrontMatter | None, list[Problem]]:
    try:
        fields = yaml.safe_load(text)
        lines = _lines(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 2 if mark else 1
        return None, [Problem(shown, line, f"this is not YAML: {error.problem}", "correct it")]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # A date that there is not, control characters, brackets without end: they have no mark.
        what = f"this is not YAML: {' '.join(str(error).split())}"
        return None, [Problem(shown, 2, what, "correct it")]
    if not isinstance(fields, dict):
        return None, [Problem(shown, 2, "the front matter has no fields", "write `name: value`")]
    try:
        return FrontMatter.model_validate(fields, extra="forbid"), []
    except ValidationError as error:
        return None, [
            _invalid(str(each["loc"][0]), each["type"], each["msg"], shown, lines)
            for each in error.errors()
        ]


def _invalid(name: str, kind: str, message: str, shown: str, lines: Mapping[str, int]) -> Problem:
    line = lines.get(name, 1)
    match kind:
        case "missing":
            return Problem(shown, line, f"{name} is missing", "add it to the front matter")
        case "extra_forbidden":
            return Problem(shown, line, f"{name} is not known here", "correct its spelling")
        case _:
            return Problem(shown, line, f"{name}: {message}", "correct the value")


def _at_odds(
    about: FrontMatter, stem: str, version: str, shown: str, lines: Mapping[str, int]
) -> list[Problem]:
    """Where the front matter contradicts the file's place."""
    problems: list[Problem] = []
    if about.id != stem:
        what = f"id is {about.id!r} in a file called {stem!r}"
        problems.append(Problem(shown, lines.get("id", 1), what, "give both the same name"))
    if about.version != version:
        what = f"version is {about.version!r} in the pack {version!r}"
        problems.append(Problem(shown, lines.get("version", 1), what, f"write '{version}'"))
    return problems


def _lines(text: str) -> dict[str, int]:
    """The line of each field in the file; the first line of the front matter is the second."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(key.value): key.start_mark.line + 2 for key, _ in node.value}
