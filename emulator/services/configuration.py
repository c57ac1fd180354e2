"""Reads the JSON files a person wrote, and says where they are wrong."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast


class ConfigurationError(Exception):
    """A file that cannot be used; the message names the file and says what to do, in one line."""


def read_json(path: Path) -> object:
    """The document in `path`; raises `ConfigurationError` when it is missing or not JSON."""
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise ConfigurationError(f"{path}: there is no such file.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: it cannot be read ({error}).") from None
    try:
        return cast(object, json.loads(text))
    except json.JSONDecodeError as error:
        raise ConfigurationError(
            f"{path}, line {error.lineno}, column {error.colno}: this is not JSON ({error.msg})."
        ) from None


def read_object(path: Path) -> Mapping[str, object]:
    """The same, for a file that must hold a JSON object."""
    return as_object(read_json(path), f"{path}: the file")


def as_object(value: object, what: str) -> Mapping[str, object]:
    """`value` as an object with string keys; `what` begins the error message."""
    if not isinstance(value, dict):
        raise ConfigurationError(f"{what} must be a JSON object in braces.")
    return cast(Mapping[str, object], value)


def services_of(path: Path) -> Mapping[str, Mapping[str, object]]:
    """The sections under "services" of the config file, by service name."""
    document = read_object(path)
    services = as_object(document.get("services"), f'{path}: "services"')
    return {
        name: as_object(section, f'{path}: "services.{name}"') for name, section in services.items()
    }
