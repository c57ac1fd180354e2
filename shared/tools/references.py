"""Arguments that are read from the result of an earlier call of the same plan (`$c0.id`)."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.contracts.plan import Provenance, Reference
from shared.contracts.tools import JsonSchema, ToolContract


def refers(reference: Reference, schema: JsonSchema, earlier: Sequence[ToolContract]) -> bool:
    """Whether there is such a call, its result has the field, and that fits the argument."""
    if reference.call >= len(earlier):
        return False
    result = earlier[reference.call].result.get("properties", {}).get(reference.field)
    return result is not None and _fits(result, schema)


def provenance_of(reference: Reference) -> Provenance:
    return Provenance(source="erp", record=f"c{reference.call}", field=reference.field)


def needs_of(args: Mapping[str, Any]) -> tuple[int, ...]:
    """The positions of the calls that these arguments refer to."""
    found = (Reference.read(value) for value in args.values())
    return tuple(sorted({each.call for each in found if each is not None}))


def _fits(result: JsonSchema, schema: JsonSchema) -> bool:
    """Every value of `result` is one of `schema`, as far as their keywords tell."""
    if "enum" in schema:
        return set(result.get("enum", [object()])) <= set(schema["enum"])
    same = ("type", "format", "pattern")
    return all(result.get(keyword) == schema[keyword] for keyword in same if keyword in schema)
