"""The rules that OpenAI's strict mode puts on a JSON schema."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache

from pydantic import JsonValue

from .errors import RequestError


def check_strict(schema: Mapping[str, JsonValue], name: str) -> None:
    """Refuses what the real service refuses, so that a schema that works here works there too.

    In strict mode every object says `additionalProperties: false` and requires all of its
    properties (https://platform.openai.com/docs/guides/structured-outputs, "Supported schemas").
    """
    problem = _problem(json.dumps(schema))
    if problem is not None:
        raise RequestError(
            f"Invalid schema for response_format '{name}': {problem}",
            param="response_format",
            code="invalid_json_schema",
        )


# An app sends the same few schemas again and again.
@lru_cache(maxsize=64)
def _problem(document: str) -> str | None:
    schema: dict[str, JsonValue] = json.loads(document)
    if schema.get("type") != "object":
        return "In context=(), schema must have type 'object' at its root."
    for context, node in _nodes(schema, ()):
        properties = node.get("properties")
        if not isinstance(properties, dict):
            continue
        place = ", ".join(f"'{part}'" for part in context)
        if node.get("additionalProperties") is not False:
            return (
                f"In context=({place}), 'additionalProperties' is required to be supplied and to"
                " be false."
            )
        required = node.get("required")
        listed = set(map(str, required)) if isinstance(required, list) else set()
        if missing := sorted(set(properties) - listed):
            return (
                f"In context=({place}), 'required' is required to be supplied and to be an array"
                f" including every key in properties. Missing '{missing[0]}'."
            )
    return None


def _nodes(
    value: JsonValue, context: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], dict[str, JsonValue]]]:
    if isinstance(value, dict):
        if value.get("type") == "object" or "object" in _types(value):
            yield context, value
        for key, inner in value.items():
            if key not in ("enum", "const", "default", "examples", "required"):
                yield from _nodes(inner, (*context, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _nodes(inner, (*context, str(index)))


def _types(node: Mapping[str, JsonValue]) -> list[JsonValue]:
    declared = node.get("type")
    return declared if isinstance(declared, list) else [declared]
