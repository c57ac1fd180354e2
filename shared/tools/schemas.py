"""Checking values against the JSON Schemas (2020-12) of tool contracts."""

from shared.contracts.tools import JsonSchema


def is_valid(value: object, schema: JsonSchema) -> bool:
    """Formats included: a date that no calendar has is not valid."""
    # Imported at the first use, like the SDKs: it takes a tenth of a second.
    from jsonschema import Draft202012Validator, FormatChecker

    return bool(Draft202012Validator(schema, format_checker=FormatChecker()).is_valid(value))
