"""Checks bodies and query parameters, and says what is wrong field by field."""

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import date

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from .kinds import Filter, Json, Kind
from .problems import FieldError, Wording, invalid

_FORMATS = FormatChecker(("date", "email"))

MAX_LIMIT = 100


def check_new(kind: Kind, body: Json) -> Json:
    """The record's own fields with the defaults filled in; raises `Problem` 422."""
    _check(kind, kind.fields, body)
    return {**kind.defaults, **body}


def check_changed(kind: Kind, fields: Json) -> Json:
    """The fields of a record after a change, state included; raises `Problem` 422."""
    _check(kind, kind.stored_fields(), fields)
    return fields


def check_limit(text: str | None) -> int:
    """How many records a page holds: 20 unless asked otherwise, at most 100."""
    if text is None:
        return 20
    if not text.isdecimal() or not 1 <= int(text) <= MAX_LIMIT:
        wording = Wording(
            f"«limit» es un número de 1 a {MAX_LIMIT}.",
            f"“limit” is a number from 1 to {MAX_LIMIT}.",
        )
        raise invalid([FieldError("/limit", wording)])
    return int(text)


def check_filter(wanted: Filter, value: str) -> str:
    if wanted.choices and value not in wanted.choices:
        raise invalid([FieldError(f"/{wanted.name}", _one_of(wanted.name, wanted.choices))])
    return value


def _check(kind: Kind, fields: Mapping[str, Json], body: Json) -> None:
    validator = Draft202012Validator({"properties": fields}, format_checker=_FORMATS)
    errors = [*_missing(kind, body), *_unknown(fields, body)]
    errors += [_of_field(found) for found in validator.iter_errors(body)]
    if not errors:
        errors = list(_reversed_period(kind, body))
    if errors:
        raise invalid(sorted(errors, key=lambda error: error.pointer))


def _missing(kind: Kind, body: Json) -> Iterator[FieldError]:
    for name in kind.required:
        if name not in body:
            yield FieldError(f"/{name}", Wording(f"Falta «{name}».", f"“{name}” is missing."))


def _unknown(known: Container[str], body: Json) -> Iterator[FieldError]:
    for name in body:
        if name not in known:
            wording = Wording(f"«{name}» no es un campo conocido.", f"“{name}” is no known field.")
            yield FieldError(f"/{name}", wording)


def _reversed_period(kind: Kind, body: Json) -> Iterator[FieldError]:
    if kind.period is None:
        return
    first, last = kind.period
    if last in body and date.fromisoformat(str(body[last])) < date.fromisoformat(str(body[first])):
        wording = Wording(
            f"«{last}» no puede ser anterior a «{first}».", f"“{last}” must not precede “{first}”."
        )
        yield FieldError(f"/{last}", wording)


def _of_field(error: ValidationError) -> FieldError:
    name = str(error.path[0])
    return FieldError(f"/{name}", _of_value(name, error))


def _of_value(name: str, error: ValidationError) -> Wording:
    wanted: object = error.validator_value
    match error.validator:
        case "enum":
            return _one_of(name, wanted if isinstance(wanted, list) else [wanted])
        case "format" if wanted == "date":
            return Wording(
                f"«{name}» es una fecha en la forma aaaa-mm-dd.",
                f"“{name}” is a date such as 2026-11-27.",
            )
        case "maxLength":
            return Wording(
                f"«{name}» tiene como mucho {wanted} caracteres.",
                f"“{name}” has at most {wanted} characters.",
            )
        case "minLength":
            return Wording(f"«{name}» no puede estar vacío.", f"“{name}” must not be empty.")
        case "type":
            return Wording(f"«{name}» debe ser un texto.", f"“{name}” must be a text.")
        case _:
            return Wording(f"«{name}» no tiene una forma válida.", f"“{name}” is not well-formed.")


def _one_of(name: str, choices: Sequence[object]) -> Wording:
    joined = ", ".join(str(choice) for choice in choices)
    return Wording(f"«{name}» es uno de: {joined}.", f"“{name}” is one of: {joined}.")
