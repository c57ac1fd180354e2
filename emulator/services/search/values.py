"""Document values: checked against the field's EDM type, and as filters and orders compare them."""

import json
import math
import re
from datetime import UTC, datetime

from emulator.services.search.definitions import Field
from emulator.services.search.errors import SearchError, invalid
from emulator.services.search.json_types import Json, JsonObject

INTEGER_BITS = {
    "Edm.SByte": (-(2**7), 2**7 - 1),
    "Edm.Byte": (0, 2**8 - 1),
    "Edm.Int16": (-(2**15), 2**15 - 1),
    "Edm.Int32": (-(2**31), 2**31 - 1),
    "Edm.Int64": (-(2**63), 2**63 - 1),
}
SPECIAL_NUMBERS = {"NaN": math.nan, "INF": math.inf, "-INF": -math.inf}
HAS_ZONE = re.compile(r".*T.*(?:Z|[+-]\d\d:?\d\d)", re.IGNORECASE)

type Point = tuple[float, float]
type Scalar = str | bool | int | float | datetime | Point
type Comparable = Scalar | tuple[Comparable, ...] | dict[str, Comparable] | None


def checked(field: Field, value: Json) -> Json:
    """The value as it is stored; raises SearchError (400) when it does not fit the field."""
    if field.collection:
        if value is None:
            return []
        if not isinstance(value, list):
            raise _mismatch(field, value)
        return [_checked_single(field, item) for item in value]
    return None if value is None else _checked_single(field, value)


def complete(fields: tuple[Field, ...], document: JsonObject) -> JsonObject:
    """The document with every field of the definition: null or an empty list where absent."""
    return {
        field.name: document.get(field.name, [] if field.collection else None)
        for field in fields
        if not field.is_vector
    }


def comparable(field: Field, value: Json) -> Comparable:
    """The stored value as Python compares it: dates as datetimes, lists as tuples."""
    if isinstance(value, list) and field.collection:
        return tuple(_comparable_single(field, item) for item in value)
    return () if field.collection else _comparable_single(field, value)


def parse_instant(text: str) -> datetime:
    """An Edm.DateTimeOffset in UTC; raises ValueError without a time zone."""
    if not HAS_ZONE.fullmatch(text):
        raise ValueError(text)
    # Azure accepts seven digits of a second, Python six.
    return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text)).astimezone(UTC)


def _checked_single(field: Field, value: Json) -> Json:
    match field.type:
        case "Edm.ComplexType":
            return _checked_complex(field, value)
        case "Edm.String":
            fits = isinstance(value, str)
        case "Edm.Boolean":
            fits = isinstance(value, bool)
        case "Edm.DateTimeOffset":
            return _checked_instant(field, value)
        case "Edm.GeographyPoint":
            fits = _point(value) is not None
        case "Edm.Double" | "Edm.Single" | "Edm.Half":
            fits = _is_number(value) or value in SPECIAL_NUMBERS
            value = float(value) if fits and isinstance(value, int) else value
        case _:
            low, high = INTEGER_BITS[field.type]
            fits = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    if not fits:
        raise _mismatch(field, value)
    return value


def _checked_complex(field: Field, value: Json) -> Json:
    if not isinstance(value, dict):
        raise _mismatch(field, value)
    children = {child.name: child for child in field.fields}
    for name in value:
        if name not in children:
            raise unknown_document_property(f"{field.path}/{name}")
    return complete(
        field.fields, {name: checked(children[name], item) for name, item in value.items()}
    )


def _checked_instant(field: Field, value: Json) -> Json:
    try:
        moment = parse_instant(value if isinstance(value, str) else "")
    except ValueError:
        raise _mismatch(field, value) from None
    return moment.isoformat().replace("+00:00", "Z")


def unknown_document_property(name: str) -> SearchError:
    """A 400 for a document with a property that no field has."""
    return invalid(
        f"The request is invalid. Details: The property '{name}' does not exist on type "
        "'search.documentFields'. Make sure to only use property names that are defined by the "
        "index."
    )


def _mismatch(field: Field, value: Json) -> SearchError:
    shown = json.dumps(value, ensure_ascii=False)[:80]
    return invalid(
        f"The request is invalid. Details: Cannot convert the value {shown} of field "
        f"'{field.path}' to the expected type '{field.edm}'."
    )


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _point(value: Json) -> Point | None:
    if isinstance(value, dict) and value.get("type") == "Point":
        coordinates = value.get("coordinates")
        if isinstance(coordinates, list) and len(coordinates) >= 2:
            longitude, latitude = coordinates[0], coordinates[1]
            if isinstance(longitude, int | float) and isinstance(latitude, int | float):
                return float(longitude), float(latitude)
    return None


def _comparable_single(field: Field, value: Json) -> Comparable:
    if isinstance(value, dict):
        if field.type == "Edm.GeographyPoint":
            return _point(value)
        return {child.name: comparable(child, value.get(child.name)) for child in field.fields}
    if isinstance(value, str):
        if field.type == "Edm.DateTimeOffset":
            return parse_instant(value)
        return value if field.type == "Edm.String" else SPECIAL_NUMBERS[value]
    return None if isinstance(value, list) else value
