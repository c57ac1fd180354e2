"""Checking values against the JSON Schemas (2020-12) of tool contracts and of MCP servers."""

from shared.contracts.tools import JsonSchema

LONGEST_PROBLEM = 300


def is_valid(value: object, schema: JsonSchema) -> bool:
    """Formats included: a date that no calendar has is not valid."""
    # Imported at the first use, like the SDKs: it takes a tenth of a second.
    from jsonschema import Draft202012Validator, FormatChecker

    return bool(Draft202012Validator(schema, format_checker=FormatChecker()).is_valid(value))


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
    except (SchemaError, Unresolvable, RecursionError):
        return "the schema cannot be used"
    return None if error is None else f"{error.json_path}: {error.message}"[:LONGEST_PROBLEM]
