"""Puts into a JSON Schema what people call its fields, for forms that are made of it."""

from collections.abc import Mapping
from typing import Any

from shared.contracts.flow_hints import HINTS
from shared.contracts.flow_labels import CHOICES, FIELDS, NODES, Said

type Schema = dict[str, Any]

LIMITED: Mapping[str, str] = {
    "max_tokens": "tokens",
    "max_turns": "turns",
    "timeout_ms": "timeoutMs",
    "max_internal_steps": "internalSteps",
    "retry_count": "retries",
}
"""Fields whose greatest value the settings may lower: which of `limits` of the catalog tells it."""

OFFERED: Mapping[str, str] = {
    "agent_call.mode": "modes",
    "agent_call.tools": "tools",
    "NamedTool.name": "tools",
    "ModelBlock.provider": "providers",
    "ModelBlock.deployment": "models",
    "ModelBlock.name": "models",
}
"""Fields whose values the catalog has, where others of their name are something else."""


def label(owner: str, schema: Schema) -> None:
    """`x-label` and `x-help` of each field, `x-choices` of what it may be, by language; `x-limit`
    where the settings may allow less, `x-catalog` where values come from it. `owner` is the type
    of the node."""
    if owner in NODES:
        schema["x-label"] = _said(NODES[owner])
    _label_fields(owner, schema)
    for name, definition in schema.get("$defs", {}).items():
        _label_fields(name, definition)
        _label_choices(name, definition)


def _label_fields(owner: str, schema: Schema) -> None:
    for name, field in schema.get("properties", {}).items():
        key = f"{owner}.{name}"
        field["x-label"] = _said(FIELDS.get(key) or FIELDS[name])
        field["x-help"] = _said(HINTS.get(key) or HINTS[name])
        if key in OFFERED:
            field["x-catalog"] = OFFERED[key]
        if name in LIMITED:
            field["x-limit"] = LIMITED[name]
        _label_choices(key, field)


def _label_choices(key: str, schema: Schema) -> None:
    if key in CHOICES:
        schema["x-choices"] = {value: _said(each) for value, each in CHOICES[key].items()}


def _said(both: Said) -> dict[str, str]:
    return dict(zip(("es", "en"), both, strict=True))
