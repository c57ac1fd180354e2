"""The rules as data: what the YAML files of a rules folder may say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from ...configuration import ConfigurationError
from .patterns import PatternError, compiled, expanded
from .scenarios import Scenario


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


type Patterns = Sequence[str]
"""Regular expressions over folded text (lower case, no accents); `{name}` inserts a macro."""

type PerLanguage[T] = Mapping[str, T]


class Task(_Section):
    """Requests whose schema has a name that `schema_name` matches are answered by `kind`."""

    schema_name: str
    kind: Literal["triage", "plan"]


class Routes(_Section):
    """What the triage's labels are called in the app."""

    small_talk: str
    need_context: str
    act: str
    unknown: str


class Command(_Section):
    """A way to order something. `tool` names the tool; an expression may have the groups

    `count` (how many are announced), `plural` (several are), `keep` (from here on the words belong
    to what is ordered, as in "remind me to CALL…"), and `within` (it belongs to what the order
    before makes, as in "a project WITH two tasks").
    """

    tool: str
    patterns: Patterns
    question: bool = False
    """Whether a question is an order of this kind ("which tasks are open?")."""
    refers: bool = False
    """Whether it is about something that was spoken of ("make it urgent"): if a question is open,
    about what that asks for."""


class Questions(_Section):
    """`opening` begins a question; `polite` begins an order that only looks like one."""

    opening: Patterns
    polite: Patterns
    anywhere: Patterns


class SmallTalk(_Section):
    """One kind of chat; a reply may hold `{user}`. `drops`: it gives up what was asked for."""

    kind: str
    patterns: Patterns
    drops: bool = False
    replies: PerLanguage[Sequence[str]]


class Triage(_Section):
    """What the triage decides by, beside commands and questions."""

    filler: Patterns
    need_context: Patterns
    not_now: Patterns
    injection: Patterns
    domain: PerLanguage[Sequence[str]]
    reasons: PerLanguage[Mapping[str, str]]


class Choice(_Section):
    """A value of a closed list: `words` count beside its label, `alone` anywhere."""

    words: Patterns = ()
    alone: Patterns = ()
    label: PerLanguage[str] = Field(default_factory=dict)


class Argument(_Section):
    """How an argument of that name is said.

    `labels` stand before a value, with or without a colon; `before` are connectors that lead to
    a typed value and are cut away with it; `cues` lead to a free text, `name_cues` only when a
    capitalised name follows, `apart_cues` only when that name is set apart by punctuation.
    `session` expressions mean the person who writes. `leftover` takes a name that nothing else
    claims; the highest number comes first.
    """

    kind: Literal["date", "choice", "email", "text"] = "text"
    value: Literal["name", "phrase", "sentence"] = "phrase"
    main: bool = False
    leftover: int = 0
    labels: Patterns = ()
    before: Patterns = ()
    cues: Patterns = ()
    name_cues: Patterns = ()
    apart_cues: Patterns = ()
    session: Patterns = ()
    choices: Mapping[str, Choice] = Field(default_factory=dict)


class Slots(_Section):
    """The words between the values.

    `lead` may stand before a label and `glue` between it and its value; `leading` and `trailing`
    are trimmed off free texts; `fillers` are cut out wherever they stand; `boundaries` end a
    free text; `corrections` make the later of two values count; `answer_lead` begins an answer;
    `complement` before a date makes it part of a name ("the meeting OF Monday").
    """

    lead: Patterns
    glue: Patterns
    leading: Patterns
    trailing: Patterns
    fillers: Patterns
    boundaries: Patterns
    corrections: Patterns
    complement: Patterns
    items: Patterns
    action: Patterns
    answer_lead: Patterns
    counts: Mapping[str, int]


class Replies(_Section):
    """Sentences that the answers are made of, per language."""

    created: PerLanguage[Mapping[str, str]]
    found: PerLanguage[Mapping[str, str]]
    failed: PerLanguage[str]
    skipped: PerLanguage[str]
    unknown: PerLanguage[str]
    generic: PerLanguage[str]
    nothing_found: PerLanguage[str]
    not_documented: PerLanguage[str]
    not_looked_up: PerLanguage[str]
    other_language: PerLanguage[Mapping[str, str]]
    not_understood: PerLanguage[str]
    clarify: PerLanguage[Mapping[str, str]]
    names: PerLanguage[Mapping[str, str]]


class AgentCall(_Section):
    """A call of a tool; in the texts of `arguments` stand `{message}` and groups of the pattern."""

    tool: str
    arguments: Mapping[str, JsonValue] = Field(default_factory=dict)


class AgentRule(_Section):
    """When the message of a person is like `patterns`, the `calls` are made side by side, each of
    a tool that the request offers. `finds`: they look documents up, which a prompt that holds
    some does not need."""

    patterns: Patterns
    calls: Sequence[AgentCall]
    finds: bool = False


class FoundDocuments(_Section):
    """Where a tool's result holds documents: a list under that name, and the fields of each."""

    list: str
    number: str
    title: str
    text: str


class Agents(_Section):
    """How tools are used that a request offers."""

    rules: Sequence[AgentRule] = ()
    documents: FoundDocuments | None = None


class RuleBook(_Section):
    """The sections of a rules folder."""

    tags: Mapping[str, str]
    tasks: Sequence[Task]
    routes: Routes
    other_flow: str
    macros: Mapping[str, str]
    commands: Sequence[Command]
    questions: Questions
    small_talk: Sequence[SmallTalk]
    triage: Triage
    slots: Slots
    arguments: Mapping[str, Argument]
    tool_arguments: Mapping[str, Sequence[str]]
    stop_words: PerLanguage[Sequence[str]]
    glossary: Sequence[Sequence[str]]
    replies: Replies
    agents: Agents = Agents()


@dataclass(frozen=True, slots=True)
class Rules:
    """Without a book the model gives generic answers only."""

    book: RuleBook | None = None
    scenarios: Sequence[Scenario] = ()


def load_rules(folder: Path) -> Rules:
    """Joins `*.yaml` of the folder (each section in one file only) and of its `scenarios`.

    Raises `ConfigurationError` naming the file or the section that is wrong.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"{folder}: there is no such folder of rules.")
    sections: dict[str, object] = {}
    for file in sorted(folder.glob("*.yaml")):
        document = _read(file)
        if not isinstance(document, dict):
            raise ConfigurationError(f"{file}: it must hold sections, each under a name.")
        if twice := sorted(set(document) & set(sections)):
            raise ConfigurationError(f"{file}: the section {twice[0]!r} is in another file too.")
        sections |= document
    scenarios = [
        scenario
        for file in sorted((folder / "scenarios").glob("*.yaml"))
        for scenario in _list(file)
    ]
    try:
        book = RuleBook.model_validate(sections) if sections else None
        if book is not None:
            _check_patterns(book)
        return Rules(book, [Scenario.model_validate(scenario) for scenario in scenarios])
    except PatternError as error:
        raise ConfigurationError(f"{folder}: {error}") from None
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, problem["loc"]))
        raise ConfigurationError(f"{folder}: {place}: {problem['msg']}.") from None


def _check_patterns(book: RuleBook) -> None:
    """Compiles what would otherwise fail at the first request that meets it."""
    groups = [kind.patterns for kind in book.small_talk]
    groups += [command.patterns for command in book.commands]
    groups += [book.questions.opening, book.questions.polite, book.questions.anywhere]
    groups += [book.triage.filler, book.triage.need_context, book.triage.not_now]
    groups += [rule.patterns for rule in book.agents.rules]
    groups += [rule.cues for rule in book.arguments.values()]
    groups += [rule.labels for rule in book.arguments.values()]
    groups += [book.slots.leading, book.slots.trailing, book.slots.fillers, book.slots.boundaries]
    for patterns in groups:
        for pattern in patterns:
            compiled(expanded(pattern, book.macros))


def _read(file: Path) -> object:
    try:
        document: object = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{file}: it cannot be read as YAML: {error}") from None
    return document


def _list(file: Path) -> Sequence[object]:
    document = _read(file)
    if not isinstance(document, list):
        raise ConfigurationError(f"{file}: it must hold a list of scenarios.")
    return document
