"""staticwebapp.config.json: routes, headers, the fallback of a single-page application.

Source: https://learn.microsoft.com/azure/static-web-apps/configuration
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emulator.services.configuration import ConfigurationError, as_object, read_object

FILE = "staticwebapp.config.json"

_NOT_HERE = ("auth", "forwardingGateway", "networking", "trailingSlash")
_NOT_HERE_IN_A_ROUTE = ("allowedRoles",)
_EXTENSIONS = re.compile(r"\\\.\\\{([^}]*)\\\}\Z")


@dataclass(frozen=True, slots=True)
class Route:
    """The first whose path and method fit counts; `status` 0 leaves it as it is."""

    pattern: re.Pattern[str]
    methods: frozenset[str]
    rewrite: str | None
    redirect: str | None
    status: int
    headers: Mapping[str, str]

    def fits(self, method: str, path: str) -> bool:
        return (not self.methods or method in self.methods) and bool(self.pattern.fullmatch(path))


@dataclass(frozen=True, slots=True)
class Override:
    """What is answered in place of an error."""

    rewrite: str | None
    redirect: str | None
    status: int | None


@dataclass(frozen=True, slots=True)
class Rules:
    """`fallback` is what is answered where there is no file, unless `excluded` fits the path."""

    routes: Sequence[Route]
    fallback: str | None
    excluded: Sequence[re.Pattern[str]]
    headers: Mapping[str, str]
    types: Mapping[str, str]
    overrides: Mapping[int, Override]

    def route(self, method: str, path: str) -> Route | None:
        return next((one for one in self.routes if one.fits(method, path)), None)

    def fallback_for(self, path: str) -> str | None:
        excluded = any(pattern.fullmatch(path) for pattern in self.excluded)
        return None if excluded else self.fallback


def read_rules(folder: Path) -> Rules:
    """Of the file in the folder of the site; a site may have none. Raises `ConfigurationError`."""
    path = folder / FILE
    document = read_object(path) if path.exists() else {}
    _refuse(document, _NOT_HERE, str(path))
    fallback = _object(document, "navigationFallback", path)
    overrides = _object(document, "responseOverrides", path)
    return Rules(
        routes=[_route(one, path) for one in _list(document, "routes", path)],
        fallback=_optional(fallback, "rewrite"),
        excluded=[pattern_of(str(one)) for one in _list(fallback, "exclude", path)],
        headers=_texts(document, "globalHeaders", path),
        types=_texts(document, "mimeTypes", path),
        overrides={int(status): _override(one, path) for status, one in overrides.items()},
    )


def pattern_of(route: str) -> re.Pattern[str]:
    """`/a` is itself, `/a/*` everything below, `/a/*.{js,css}` the files there of these kinds."""
    escaped = re.escape(route)
    if (kinds := _EXTENSIONS.search(escaped)) is not None:
        names = "|".join(part.strip() for part in kinds[1].split(","))
        escaped = f"{escaped[: kinds.start()]}\\.(?:{names})"
    return re.compile(escaped.replace(r"\*", ".*"))


def _route(value: object, path: Path) -> Route:
    entry = as_object(value, f'{path}: each of "routes"')
    where = f"{path}: the route {entry.get('route')!r}"
    _refuse(entry, _NOT_HERE_IN_A_ROUTE, where)
    if not isinstance(entry.get("route"), str):
        raise ConfigurationError(f'{path}: each of "routes" needs a "route".')
    return Route(
        pattern=pattern_of(str(entry["route"])),
        methods=frozenset(str(one).upper() for one in _list(entry, "methods", path)),
        rewrite=_optional(entry, "rewrite"),
        redirect=_optional(entry, "redirect"),
        status=_status(entry, where) or 0,
        headers=_texts(entry, "headers", path),
    )


def _override(value: object, path: Path) -> Override:
    entry = as_object(value, f'{path}: each of "responseOverrides"')
    return Override(
        rewrite=_optional(entry, "rewrite"),
        redirect=_optional(entry, "redirect"),
        status=_status(entry, f'{path}: "responseOverrides"'),
    )


def _refuse(entry: Mapping[str, object], names: Sequence[str], where: str) -> None:
    for name in names:
        if name in entry:
            raise ConfigurationError(f'{where}: "{name}" is not there in this service.')


def _status(entry: Mapping[str, object], where: str) -> int | None:
    value = entry.get("statusCode")
    if value is None or (isinstance(value, int) and 100 <= value < 600):
        return value
    raise ConfigurationError(f'{where}: "statusCode" is {value!r}.')


def _optional(entry: Mapping[str, object], name: str) -> str | None:
    value = entry.get(name)
    return None if value is None else str(value)


def _object(document: Mapping[str, object], name: str, path: Path) -> Mapping[str, object]:
    return as_object(document.get(name, {}), f'{path}: "{name}"')


def _texts(document: Mapping[str, object], name: str, path: Path) -> Mapping[str, str]:
    return {key: str(value) for key, value in _object(document, name, path).items()}


def _list(document: Mapping[str, object], name: str, path: Path) -> list[object]:
    value = document.get(name, [])
    if not isinstance(value, list):
        raise ConfigurationError(f'{path}: "{name}" must be a JSON list in brackets.')
    return value
