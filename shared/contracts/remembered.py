"""Events of the ERP as Cerebro keeps them: in words for people, for those who may read of them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from shared.contracts.audit import Entity
from shared.contracts.calendar import written_day
from shared.contracts.evidence import NO_ROLE
from shared.contracts.identity import Language
from shared.contracts.tools import JsonSchema, Pack
from shared.contracts.wording import WORDING, say

LANGUAGE: Language = "es"
"""Events are kept in one language, that of the index's analyser; answers may be in another."""
NAMING_FIELDS = ("title", "name", "fullName")
"""Where a record says what people call it."""
_SYSTEM_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def named(entity: Entity, record: Mapping[str, object], language: Language) -> str:
    """la tarea T-7 «Revisar el contrato»."""
    key, name = f"entity_{entity.type}", name_of(record)
    what = say(key, language) if key in WORDING else entity.type
    return f"{what} {entity.id}" + (f" «{name}»" if name else "")


def name_of(record: Mapping[str, object]) -> str | None:
    """What people call the record."""
    found = (record.get(field) for field in NAMING_FIELDS)
    return next((value for value in found if isinstance(value, str)), None)


def facts_of(entity_type: str, record: Mapping[str, object], pack: Pack) -> Iterator[str]:
    """The record's fields that a contract about such records has a name for; of records that no
    contract is about, all. Without ids of systems."""
    schemas: dict[str, JsonSchema] = {}
    for tool in pack.tools.values():
        if tool.entity_type == entity_type:
            for name, schema in tool.arguments["properties"].items():
                schemas.setdefault(name, schema)
    for name, schema in (schemas or {name: {} for name in record}).items():
        if name == "id":
            # It is in the record's name.
            continue
        value, label = record.get(name), schema.get("x-label", {LANGUAGE: name}).get(LANGUAGE)
        if label and isinstance(value, str | int | float) and not _SYSTEM_ID.search(str(value)):
            yield f"{label}: {_written(value, schema)}"


def readers_of(
    types: Iterable[str], pack: Pack, role_rights: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """The roles that may read of records of all these types: those that hold the rights of the
    tools that read them. A type that no tool reads is open to everybody, which is ()."""
    wanted = set(types)
    tools = [each for each in pack.tools.values() if not each.effect]
    rights = {each.right for each in tools if each.entity_type in wanted}
    if not rights:
        return ()
    roles = tuple(sorted(role for role, held in role_rights.items() if rights <= set(held)))
    return roles or (NO_ROLE,)


def _written(value: str | float, schema: JsonSchema) -> str:
    if schema.get("format") == "date" and isinstance(value, str):
        try:
            return written_day(date.fromisoformat(value), LANGUAGE)
        except ValueError:
            return value
    return str(schema.get("x-choices", {}).get(value, {}).get(LANGUAGE, value))
