"""Checking values against the JSON Schemas (2020-12) of tool contracts and of MCP servers."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from shared.contracts.identity import Language
from shared.contracts.tools import Arguments, JsonSchema
from shared.contracts.wording import say

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

SAID_OF: dict[str, tuple[str, str]] = {
    "minLength": ("string_too_short", "min_length"),
    "maxLength": ("string_too_long", "max_length"),
    "maxItems": ("too_long", "max_length"),
    "minimum": ("greater_than_equal", "ge"),
    "maximum": ("less_than_equal", "le"),
    "enum": ("literal_error", "expected"),
}
"""What breaks a rule of a schema, by key of the wording and the name of the rule's value there."""

LONGEST_PROBLEM = 300


def is_valid(value: object, schema: JsonSchema) -> bool:
    """Formats included: a date that no calendar has is not valid."""
    return bool(_validator(schema).is_valid(value))


def problems_of(args: Arguments, schema: JsonSchema, language: Language) -> tuple[str, ...]:
    """What is wrong, each with its place (`/document/url`); nothing of what was given is in it."""
    if not _is_text(args):
        # Half a pair of surrogates: no service would read it.
        return (f"/: {say('field_invalid', language)}",)
    found = sorted(_validator(schema).iter_errors(args), key=lambda each: [*map(str, each.path)])
    return tuple(dict.fromkeys(told for error in found for told in _told(error, language)))


def first_problem(value: object, schema: JsonSchema) -> str | None:
    """What is wrong with a value and where, for who wrote it; at most `LONGEST_PROBLEM` characters.

    The schema may be anybody's: it is not followed to where its references lead.
    """
    from jsonschema import Draft202012Validator, FormatChecker, SchemaError
    from jsonschema.exceptions import best_match
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    try:
        Draft202012Validator.check_schema(schema)
        validator = Draft202012Validator(
            schema, format_checker=FormatChecker(), registry=Registry()
        )
        error = best_match(validator.iter_errors(value))
    except (SchemaError, Unresolvable, RecursionError, OverflowError):
        # The last: a number that the schema divides is too large for that.
        return "the schema cannot be used"
    return None if error is None else f"{error.json_path}: {error.message}"[:LONGEST_PROBLEM]


def _validator(schema: JsonSchema) -> "Draft202012Validator":
    # Imported at the first use, like the SDKs: it takes a tenth of a second.
    from jsonschema import Draft202012Validator, FormatChecker

    return Draft202012Validator(schema, format_checker=FormatChecker())


def _told(error: "ValidationError", language: Language) -> Iterator[str]:
    place = "".join(f"/{part}" for part in error.absolute_path)
    given = error.instance if isinstance(error.instance, dict) else {}
    limit = error.validator_value
    match error.validator:
        case "required" if isinstance(limit, list):
            told = say("field_missing", language)
            yield from (f"{place}/{name}: {told}" for name in limit if name not in given)
        case "additionalProperties" if isinstance(error.schema, Mapping):
            known = error.schema.get("properties", {})
            told = say("field_extra_forbidden", language)
            yield from (f"{place}/{name}: {told}" for name in given if name not in known)
        case rule if rule in SAID_OF:
            key, name = SAID_OF[rule]
            value = ", ".join(map(str, limit)) if isinstance(limit, list) else limit
            yield f"{place}: {say(f'field_{key}', language, **{name: value})}"
        case _:
            yield f"{place}: {say('field_invalid', language)}"


def _is_text(value: object) -> bool:
    match value:
        case str():
            return value.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in value)
        case dict():
            return all(_is_text(each) for pair in value.items() for each in pair)
        case list() | tuple():
            return all(map(_is_text, value))
        case _:
            return True
