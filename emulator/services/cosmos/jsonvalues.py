"""JSON as the service reads and writes it."""

import json
from typing import Never

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None
type JsonObject = dict[str, Json]


class NotJson(ValueError):  # noqa: N818 (the sentence is the name)
    """A body that is no JSON document the service could store."""


def parse_json(body: bytes | str) -> Json:
    """Raises `NotJson`; NaN and Infinity, which Python would accept, are refused as well."""
    try:
        parsed: Json = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotJson(str(error)) from None
    return parsed


def dump_json(value: Json) -> bytes:
    """Compact UTF-8; raises `NotJson` for what UTF-8 cannot hold (a lone surrogate)."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise NotJson("The document holds half of a surrogate pair.") from None


def _refuse(constant: str) -> Never:
    raise ValueError(f"{constant} is not JSON.")
