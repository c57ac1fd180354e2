"""The rules that strict mode puts on a JSON schema, as Azure OpenAI holds them."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache

from pydantic import JsonValue

from .engine.schema import resolve
from .errors import RequestError

type Schema = Mapping[str, JsonValue]
type Context = tuple[str, ...]

MAX_PROPERTIES = 100
MAX_LEVELS = 5

UNSUPPORTED = frozenset(
    (
        "minLength maxLength pattern format minimum maximum exclusiveMinimum exclusiveMaximum"
        " multipleOf patternProperties unevaluatedProperties propertyNames minProperties"
        " maxProperties unevaluatedItems contains minContains maxContains minItems maxItems"
        " uniqueItems allOf oneOf not dependentRequired dependentSchemas if then else default"
    ).split()
)

# Keywords that hold a schema, several in order, or several by name.
_ONE, _LISTS, _MAPS = ("items",), ("anyOf",), ("properties", "$defs", "definitions")


def check_strict(schema: Schema, name: str) -> None:
    """Refuses what the real service refuses, so that a schema that works here works there too.

    Every object says `additionalProperties: false` and requires all of its properties; there are
    at most 100 properties and five levels, and some keywords are not known
    (https://learn.microsoft.com/azure/ai-services/openai/how-to/structured-outputs). Raises
    RequestError in the service's words.
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
    nodes = list(_nodes(schema, ()))
    for context, node in nodes:
        if problem := _unsupported(node) or _open_object(node):
            place = ", ".join(f"'{part}'" for part in context)
            return f"In context=({place}), {problem}"
    levels = _levels(schema, schema, frozenset())
    if levels > MAX_LEVELS:
        return f"{levels} levels of nesting exceeds limit of {MAX_LEVELS}."
    count = sum(len(_mapping(node.get("properties"))) for _, node in nodes)
    if count > MAX_PROPERTIES:
        return f"{count} parameters exceeds limit of {MAX_PROPERTIES}."
    return None


def _unsupported(node: Schema) -> str | None:
    return next((f"'{key}' is not permitted." for key in node if key in UNSUPPORTED), None)


def _open_object(node: Schema) -> str | None:
    declared = node.get("type")
    if "object" not in (declared if isinstance(declared, list) else [declared]):
        return None
    properties = node.get("properties")
    if not isinstance(properties, dict):
        return None
    if node.get("additionalProperties") is not False:
        return "'additionalProperties' is required to be supplied and to be false."
    required = node.get("required")
    listed = set(map(str, required)) if isinstance(required, list) else set()
    if missing := sorted(set(properties) - listed):
        return (
            "'required' is required to be supplied and to be an array including every key in"
            f" properties. Missing '{missing[0]}'."
        )
    return None


def _levels(schema: Schema, root: Schema, seen: frozenset[str]) -> int:
    """How many objects and arrays stand in one another; alternatives and references are none.

    A schema that holds itself is followed once.
    """
    reference = schema.get("$ref")
    if isinstance(reference, str):
        if reference in seen:
            return 0
        schema, seen = resolve(schema, root), seen | {reference}
    inside = [
        _levels(inner, root, seen)
        for place, inner in _children(schema)
        if place[0] not in ("$defs", "definitions")
    ]
    container = "properties" in schema or "items" in schema
    return max(inside, default=0) + container


def _nodes(schema: Schema, context: Context) -> Iterator[tuple[Context, Schema]]:
    """Every schema in the document, the root first, with the way to it."""
    yield context, schema
    for place, inner in _children(schema):
        yield from _nodes(inner, (*context, *place))


def _children(schema: Schema) -> Iterator[tuple[Context, Schema]]:
    """The schemas directly in this one. Names of properties are no keywords."""
    for key in _ONE:
        if isinstance(inner := schema.get(key), dict):
            yield (key,), inner
    for key in _LISTS:
        options = schema.get(key)
        for index, inner in enumerate(options if isinstance(options, list) else ()):
            yield (key, str(index)), _mapping(inner)
    for key in _MAPS:
        for name, inner in _mapping(schema.get(key)).items():
            yield (key, name), _mapping(inner)


def _mapping(value: JsonValue) -> Schema:
    return value if isinstance(value, dict) else {}
