"""host.json as it counts: what settings override, what has an effect here, and what has none.

Source: "host.json reference for Azure Functions 2.x and later", "Override host.json values".
"""

import json
from collections.abc import Iterator, Mapping

_OVERRIDE = "AzureFunctionsJobHost__"

# What has an effect, and what is true here anyway; None takes in everything below.
_KNOWN: Mapping[str, object] = {
    "$schema": None,
    "version": None,
    "functionTimeout": None,
    "retry": None,
    # Says where the real host gets its extensions from; ours are built in.
    "extensionBundle": None,
    "logging": {"logLevel": None},
    "extensions": {
        "http": {
            "routePrefix": None,
            "customHeaders": None,
            # Is for HTTPS only, also on the real host.
            "hsts": None,
            "maxConcurrentRequests": None,
            "maxOutstandingRequests": None,
        },
        "durableTask": {
            "hubName": None,
            "defaultVersion": None,
            "versionMatchStrategy": None,
            "versionFailureStrategy": None,
            "maxConcurrentActivityFunctions": None,
            "maxConcurrentOrchestratorFunctions": None,
        },
    },
}


def effective(host_json: Mapping[str, object], settings: Mapping[str, str]) -> Mapping[str, object]:
    """host.json with the app settings `AzureFunctionsJobHost__section__name` put over it.

    Names are read without regard to case, as .NET does; known ones come out as documented.
    """
    document = _canonical(host_json, _KNOWN)
    for name, value in sorted(settings.items()):
        if name.lower().startswith(_OVERRIDE.lower()):
            path = name[len(_OVERRIDE) :].replace(":", "__").split("__")
            _put(document, path, _KNOWN, value)
    return document


def _canonical(found: Mapping[str, object], known: object) -> dict[str, object]:
    document: dict[str, object] = {}
    for name, value in found.items():
        proper, below = _look_up(name, known)
        document[proper] = _canonical(value, below) if isinstance(value, Mapping) else value
    return document


def _put(document: dict[str, object], path: list[str], known: object, value: str) -> None:
    name, below = _look_up(path[0], known)
    name = next((other for other in document if other.lower() == name.lower()), name)
    if len(path) == 1:
        document[name] = _typed(value)
        return
    inside = document.get(name)
    document[name] = inside = dict(inside) if isinstance(inside, Mapping) else {}
    _put(inside, path[1:], below, value)


def _look_up(name: str, known: object) -> tuple[str, object]:
    """The documented spelling of a name, and what is known of what is below it."""
    entries = known.items() if isinstance(known, Mapping) else ()
    matching = ((other, below) for other, below in entries if other.lower() == name.lower())
    return next(matching, (name, None))


def _typed(value: str) -> object:
    """A setting is text; numbers and truth values mean what they mean in host.json."""
    try:
        read: object = json.loads(value.lower())
    except ValueError:
        return value
    return read if isinstance(read, int | float) else value


def without_effect(host_json: Mapping[str, object]) -> list[str]:
    """The sections of host.json that this host does not support, e.g. `extensions.queues`.

    What is switched off (false, or an empty object) is not said.
    """
    return sorted(_unknown("", host_json, _KNOWN))


def _unknown(path: str, found: Mapping[str, object], known: Mapping[str, object]) -> Iterator[str]:
    for name, value in found.items():
        below = known.get(name)
        if value in (False, None) or value == {} or (name in known and below is None):
            continue
        here = f"{path}.{name}" if path else name
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            yield from _unknown(here, value, below)
        else:
            yield here
