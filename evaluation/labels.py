"""The labelled dialogues: what somebody says, and what has to come of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.contracts.evidence import DocumentKind
from shared.contracts.identity import Language
from shared.contracts.plan import Route

FOLDER = Path(__file__).parent / "dialogues"

type Kind = Literal[
    "routes",
    "plans",
    "arguments",
    "missing",
    "refusals",
    "dates",
    "names",
    "changes",
    "several",
    "references",
    "injections",
]
KINDS: tuple[Kind, ...] = get_args(Kind.__value__)


class LabelError(Exception):
    """A dialogue file is wrong; the message says where."""


class Label(BaseModel):
    """Base of what stands in the files. A key nobody knows is a spelling mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ExpectedCall(Label):
    """One tool call. A value is written as it must be, or as `{one_of: […]}`, or as
    `{holds: […], lacks: […]}` (words that must, or must not, be in a text). Arguments that are not
    named must not be there, save defaults of the contract and those in `optional`."""

    tool: str
    args: Mapping[str, object] = {}
    optional: tuple[str, ...] = ()


class Expected(Label):
    """What is not said is not checked. `continues` and `drops` are of the question that is open.
    `calls: []` says that no tool is called; `missing` are the fields that are asked for; `offers`,
    texts that the question or its choices hold; `never`, texts that no argument may hold."""

    route: Route | tuple[Route, ...] | None = None
    language: Language | None = None
    continues: bool | None = None
    drops: bool | None = None
    flow: str | None = None
    calls: tuple[ExpectedCall, ...] | None = None
    missing: tuple[str, ...] | None = None
    offers: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


class LabelledTurn(Label):
    """`reply` is what the assistant is remembered to have answered; without it, its question.
    `records` are ids of the ERP that its tools are remembered to have returned."""

    say: str
    reply: str = ""
    records: tuple[str, ...] = ()
    expect: Expected = Expected()


class Planted(Label):
    """A document that Cerebro finds for every message of the dialogue, before all others.

    With `about` it is an event of this conversation, or one about a record of it (`type:id`)."""

    title: str
    content: str
    source: str = "Base documental"
    kind: DocumentKind = "rule"
    about: tuple[str, ...] = ()


class Dialogue(Label):
    """`now` is when all of it is said."""

    id: str
    language: Language
    now: datetime = datetime.fromisoformat("2026-11-22T10:00:00+01:00")
    time_zone: str = "Europe/Madrid"
    documents: tuple[Planted, ...] = ()
    turns: tuple[LabelledTurn, ...]


class DialogueFile(Label):
    kind: Kind
    dialogues: tuple[Dialogue, ...]


def read_labels(folder: Path = FOLDER) -> dict[Kind, tuple[Dialogue, ...]]:
    """Every file's dialogues by kind. Raises LabelError naming file and line."""
    found: dict[Kind, tuple[Dialogue, ...]] = {}
    seen: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        file = _read(path)
        found[file.kind] = (*found.get(file.kind, ()), *file.dialogues)
        for dialogue in file.dialogues:
            if other := seen.get(dialogue.id):
                raise LabelError(f"{path.name}: the id {dialogue.id} is in {other} already")
            seen[dialogue.id] = path.name
    if not found:
        raise LabelError(f"{folder}: there is no dialogue file")
    return found


def _read(path: Path) -> DialogueFile:
    text = path.read_text("utf-8")
    try:
        node = yaml.compose(text, Loader=_Loader)
        # The loader is a safe one.
        return DialogueFile.model_validate(yaml.load(text, Loader=_Loader))  # noqa: S506
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise LabelError(f"{path.name}:{line}: {error.problem}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise LabelError(
            f"{path.name}:{_line(node, first['loc'])}: {where}: {first['msg']}"
        ) from error


def _line(node: yaml.Node | None, place: Sequence[str | int]) -> int:
    """The line of the value, or of what is nearest to it."""
    line = node.start_mark.line if node else 0
    for part in place:
        if isinstance(node, yaml.MappingNode):
            inner = [(key, value) for key, value in node.value if key.value == part]
            if not inner:
                break
            line, node = inner[0][0].start_mark.line, inner[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line
    return line + 1


class _Loader(yaml.SafeLoader):
    """Of plain JSON values: a date stays the text it is in a tool's arguments."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
