"""Confirms what tools did, with the values they returned, in sentences that are data."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from pydantic import JsonValue

from ..requests import JsonObject
from .rules import RuleBook

_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_FIELD = re.compile(r"\{(\w+)\}")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTHS = {
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre"
    " diciembre",
    "en": "January February March April May June July August September October November December",
}
_MOST_LISTED = 10


def confirm(results: Sequence[JsonObject], language: str, book: RuleBook) -> str:
    """One line for each result; what failed or is not known is said as such."""
    return "\n".join(_line(result, language, book) for result in results)


def render(template: str, values: Mapping[str, JsonValue], language: str, book: RuleBook) -> str:
    """Fills `{field}`; a part in square brackets is dropped when one of its fields has no value."""

    def shown(match: re.Match[str]) -> str:
        return show(match.group(1), values.get(match.group(1)), language, book)

    def optional(match: re.Match[str]) -> str:
        fields = _FIELD.findall(match.group(1))
        whole = all(values.get(name) not in (None, "") for name in fields)
        return match.group(1) if whole else ""

    return _FIELD.sub(shown, _OPTIONAL.sub(optional, template))


def show(name: str, value: JsonValue, language: str, book: RuleBook) -> str:
    """A value as a person writes it: dates in words, closed lists in the language."""
    if value is None:
        return ""
    text = str(value)
    if _ISO_DATE.fullmatch(text):
        return _date(text, language)
    rule = book.arguments.get(name)
    if rule is not None and text in rule.choices:
        return rule.choices[text].label.get(language, text)
    return text


def _line(result: JsonObject, language: str, book: RuleBook) -> str:
    tool = str(result.get("tool", ""))
    replies = book.replies
    name = _of(replies.names, language).get(tool, tool)
    match result.get("status"):
        case "ok":
            return _succeeded(tool, name, result, language, book)
        case "failed" | "skipped" as status:
            template = replies.failed if status == "failed" else replies.skipped
            values: Mapping[str, JsonValue] = {"name": name, "error": _reason(result)}
            return render(_of(template, language), values, language, book)
        case _:
            return render(_of(replies.unknown, language), {"name": name}, language, book)


def _succeeded(tool: str, name: str, result: JsonObject, language: str, book: RuleBook) -> str:
    replies = book.replies
    outcome, args = _object(result.get("result")), _object(result.get("args"))
    items = outcome.get("items")
    if isinstance(items, list):
        return _listed(tool, name, items, outcome, language, book)
    values: dict[str, JsonValue] = {"name": name, **args, **outcome}
    template = _of(replies.created, language).get(tool)
    if template is None:
        values["details"] = ", ".join(
            f"{key}: {show(key, value, language, book)}"
            for key, value in outcome.items()
            if isinstance(value, str | int | float)
        )
        template = _of(replies.generic, language)
    return render(template, values, language, book)


def _listed(
    tool: str,
    name: str,
    items: Sequence[JsonValue],
    outcome: JsonObject,
    language: str,
    book: RuleBook,
) -> str:
    if not items:
        return render(_of(book.replies.nothing_found, language), {"name": name}, language, book)
    templates = _of(book.replies.found, language)
    total = outcome.get("total", len(items))
    head = render(templates["head"], {"total": total, "name": name}, language, book)
    line = templates.get(tool, templates["line"])
    lines = ["- " + render(line, _object(item), language, book) for item in items[:_MOST_LISTED]]
    rest = int(total) - len(lines) if isinstance(total, int | float) else 0
    more = [render(templates["more"], {"count": rest}, language, book)] if rest > 0 else []
    return "\n".join([head, *lines, *more])


def _reason(result: JsonObject) -> str | None:
    """The error's words; a problem document's `detail` says most (RFC 9457)."""
    error = result.get("error")
    if isinstance(error, dict):
        error = error.get("detail") or error.get("message") or error.get("title")
    return str(error).rstrip(". ") if error else None


def _date(text: str, language: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    month = _MONTHS.get(language, _MONTHS["es"]).split()[day.month - 1]
    if language == "en":
        return f"{day.day} {month} {day.year}"
    return f"{day.day} de {month} de {day.year}"


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _of[T](by_language: Mapping[str, T], language: str) -> T:
    return by_language[language] if language in by_language else next(iter(by_language.values()))
