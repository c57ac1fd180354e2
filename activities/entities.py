"""The ERP's records that tools returned, by type, id and name: what later messages may refer to."""

from collections.abc import Iterator, Mapping, Sequence

from shared.contracts.conversations import Mentioned, TurnEffect
from shared.contracts.runs import ToolOutcome
from shared.contracts.tools import JsonSchema, ToolContract

MOST_OF_A_LIST = 10


def entities_of(
    outcomes: Sequence[ToolOutcome], tools: Mapping[str, ToolContract]
) -> tuple[Mentioned, ...]:
    """Each once, in the order of the results; of a long list only its beginning."""
    found = [each for outcome in outcomes for each in _entities(outcome, tools[outcome.tool])]
    return tuple({(each.type, each.id): each for each in found}.values())


def effects_of(
    outcomes: Sequence[ToolOutcome], tools: Mapping[str, ToolContract]
) -> tuple[TurnEffect, ...]:
    """What calls that were to change something came to, with the record that each has made."""
    return tuple(
        TurnEffect(
            call_id=each.call_id,
            tool=each.tool,
            status=each.status,
            error=each.error,
            effect_id=each.effect_id,
            record=next(_entities(each, tools[each.tool]), None),
        )
        for each in outcomes
    )


def _entities(outcome: ToolOutcome, contract: ToolContract) -> Iterator[Mentioned]:
    if contract.kind != "rest" or outcome.status != "ok" or outcome.result is None:
        return
    items = outcome.result.get("items")
    listed = isinstance(items, list)
    schema = contract.result.get("properties", {})
    fields = name_fields(schema.get("items", {}).get("items", {}) if listed else contract.result)
    for record in items[:MOST_OF_A_LIST] if isinstance(items, list) else [outcome.result]:
        if isinstance(record, Mapping) and record.get("id") is not None:
            field = next((field for field in fields if record.get(field)), None)
            known = Mentioned(type=contract.entity_type, id=str(record["id"]))
            named = {"name": str(record[field]), "name_field": field} if field else {}
            yield known.model_copy(update=named)


def name_fields(schema: JsonSchema) -> Sequence[str]:
    """Contracts name what every record has in the order in which people tell it: id, then name."""
    required: Sequence[str] = schema.get("required", ())
    return [field for field in required if field != "id"][:1]
