"""What a tool's arguments are: read from its JSON schema, completed by the rules."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from ..requests import JsonObject
from .folding import fold
from .rules import Argument, Choice, RuleBook
from .schema import resolve

type Kind = Literal["date", "choice", "email", "code", "number", "boolean", "text", "other"]

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")


@dataclass(frozen=True, slots=True)
class ArgumentSpec:
    """One argument. `labels` and the words of `choices` are expressions over folded text."""

    name: str
    kind: Kind
    required: bool
    rule: Argument
    labels: Sequence[str]
    choices: Mapping[str, Choice]
    pattern: str | None = None
    default: JsonValue = None
    named: bool = False
    """Whether it means a record, which has a name besides its code."""

    @property
    def takes_words(self) -> bool:
        return self.kind == "text" or self.named


def specs_of(schema: JsonObject, book: RuleBook) -> Sequence[ArgumentSpec]:
    """The arguments of a tool, in the schema's order."""
    properties = schema.get("properties")
    required = schema.get("required")
    needed = set(map(str, required)) if isinstance(required, list) else set()
    if not isinstance(properties, dict):
        return ()
    return [
        _spec(name, _plain(inner, schema), name in needed, book)
        for name, inner in properties.items()
        if isinstance(inner, dict)
    ]


def specs_by_name(names: Sequence[str], book: RuleBook) -> Sequence[ArgumentSpec]:
    """Arguments of which only the names are known; the rules must say the rest."""
    kinds = {name: book.arguments.get(name, Argument()) for name in names}
    return [
        ArgumentSpec(
            name=name,
            kind=rule.kind,
            required=True,
            rule=rule,
            labels=[*rule.labels, _words(name)],
            choices={value: _choice(value, {}, rule) for value in rule.choices},
        )
        for name, rule in kinds.items()
    ]


def _plain(schema: JsonObject, root: JsonObject) -> JsonObject:
    """The schema without references and without the alternative `null`."""
    schema = resolve(schema, root)
    branches = schema.get("anyOf")
    if not isinstance(branches, list):
        return schema
    real = [
        inner
        for branch in branches
        if isinstance(branch, dict) and (inner := resolve(branch, root)).get("type") != "null"
    ]
    return {**schema, **real[0]} if real else schema


def _spec(name: str, schema: JsonObject, required: bool, book: RuleBook) -> ArgumentSpec:
    rule = book.arguments.get(name, Argument())
    values = [str(v) for v in _list(schema.get("enum")) if isinstance(v, str)]
    pattern = schema.get("pattern")
    return ArgumentSpec(
        name=name,
        kind=_kind(schema, values),
        required=required,
        rule=rule,
        labels=[*rule.labels, *_labels(name, schema)],
        choices={value: _choice(value, schema, rule) for value in values},
        pattern=str(pattern).strip("^$") if pattern else None,
        default=schema.get("default"),
        named="x-entity" in schema,
    )


def _kind(schema: JsonObject, values: Sequence[str]) -> Kind:
    if values:
        return "choice"
    declared = schema.get("type")
    types = declared if isinstance(declared, list) else [declared]
    if "string" in types:
        form = schema.get("format")
        if form in ("date", "email"):
            return "date" if form == "date" else "email"
        return "code" if schema.get("pattern") else "text"
    if "integer" in types or "number" in types:
        return "number"
    return "boolean" if "boolean" in types else "other"


def _labels(name: str, schema: JsonObject) -> Sequence[str]:
    labels = schema.get("x-label")
    shown = [str(text) for text in labels.values()] if isinstance(labels, dict) else []
    if title := schema.get("title"):
        shown.append(str(title))
    return [*(re.escape(fold(text)) for text in shown), _words(name)]


def _choice(value: str, schema: JsonObject, rule: Argument) -> Choice:
    known = rule.choices.get(value, Choice())
    choices = schema.get("x-choices")
    shown = choices.get(value) if isinstance(choices, dict) else None
    labels = {code: str(text) for code, text in shown.items()} if isinstance(shown, dict) else {}
    words = [re.escape(fold(text)) for text in (*labels.values(), value, value.replace("_", " "))]
    return Choice(
        words=[*known.words, *known.alone, *words],
        alone=known.alone,
        label={**known.label, **labels},
    )


def _words(name: str) -> str:
    """`dueDate` as a person would write it: `due date`."""
    return re.escape(fold(_CAMEL.sub(" ", name))).replace(r"\ ", r"\s+")


def _list(value: JsonValue) -> Sequence[JsonValue]:
    return value if isinstance(value, list) else ()
