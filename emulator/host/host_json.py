"""What of host.json has an effect here, and what is said about the rest.

Source: "host.json reference for Azure Functions 2.x and later".
"""

from collections.abc import Iterator, Mapping

# What has an effect, and what is true here anyway; None takes in everything below.
_KNOWN: Mapping[str, object] = {
    "$schema": None,
    "version": None,
    "functionTimeout": None,
    "retry": None,
    # Says where the real host gets its extensions from; ours are built in.
    "extensionBundle": None,
    "logging": {"logLevel": {"default": None}},
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
            "HubName": None,
            "defaultVersion": None,
            "maxConcurrentActivityFunctions": None,
            "maxConcurrentOrchestratorFunctions": None,
        },
    },
}


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
