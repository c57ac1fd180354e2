"""What other programs send: a field under any of its names, and null for one that is left out."""

from functools import cache
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, model_validator
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue

from shared.contracts.base import Inbound


def _describe(schema: dict[str, Any], model: type[BaseModel]) -> None:
    """All names of a field stand in the schema, and that it may be null."""
    written = schema["properties"]
    schema["properties"] = {
        name: _or_null(written[names[0]], name)
        for names in names_of(model).values()
        for name in names
    }


class Sent(Inbound):
    """Base of bodies that are put together by programs of others.

    A field may come under each of its names, but under one only: the second is one that does not
    exist. Null is the same as nothing, for who writes every field and leaves some empty.
    """

    model_config = ConfigDict(json_schema_extra=_describe)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, sent: object) -> object:
        if not isinstance(sent, dict):
            return sent
        known = {name for names in names_of(cls).values() for name in names}
        return {
            name: value for name, value in sent.items() if value is not None or name not in known
        }


@cache
def names_of(model: type[BaseModel]) -> dict[str, tuple[str, ...]]:
    """Of each field the names it may be sent under; the one that is documented comes first."""
    # Its aliases are known when it is built, and contracts are built when they are needed.
    model.model_rebuild()
    return {name: _names(name, field) for name, field in model.model_fields.items()}


def _names(name: str, field: FieldInfo) -> tuple[str, ...]:
    alias = field.validation_alias
    choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
    told = [choice for choice in choices if isinstance(choice, str)]
    return tuple(dict.fromkeys([*told, name]))


def _or_null(schema: JsonSchemaValue, name: str) -> JsonSchemaValue:
    """Null is the same as the default; what has none may not be left out."""
    null = {"type": "null"}
    beside = {key: schema[key] for key in ("default", "description") if key in schema}
    form = {key: value for key, value in schema.items() if key not in (*beside, "title")}
    if form and "default" in beside and null not in form.get("anyOf", []):
        form = {"anyOf": [form, null]}
    return form | beside | {"title": name}
