"""The functions of the loaded app, as the rest of the host asks for them."""

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from emulator.host.invocation import FunctionInfo
from emulator.host.messages import IndexedFunction

_SUPPORTED = frozenset(
    {
        "http",
        "durableClient",
        "httpTrigger",
        "timerTrigger",
        "eventGridTrigger",
        "orchestrationTrigger",
        "activityTrigger",
        "entityTrigger",
    }
)

_log = logging.getLogger("host")


class Catalogue:
    """All enabled functions by trigger type; immutable once made."""

    def __init__(self, functions: Iterable[FunctionInfo] = ()) -> None:
        self._by_trigger: dict[str, dict[str, FunctionInfo]] = defaultdict(dict)
        self._by_name: dict[str, FunctionInfo] = {}
        for function in functions:
            self._by_trigger[trigger_type(function)][function.name] = function
            self._by_name[function.name] = function

    def with_trigger(self, kind: str) -> Mapping[str, FunctionInfo]:
        return self._by_trigger.get(kind, {})

    def find(self, name: str) -> FunctionInfo | None:
        return self._by_name.get(name)

    def unsupported(self) -> Mapping[str, list[str]]:
        """Names of the functions that use a trigger or binding this host lacks, by its type."""
        found: dict[str, list[str]] = defaultdict(list)
        for function in self:
            for kind in {str(binding.get("type")) for binding in function.bindings} - _SUPPORTED:
                found[kind].append(function.name)
        return {kind: sorted(names) for kind, names in sorted(found.items())}

    def __iter__(self) -> Iterator[FunctionInfo]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)


def catalogue_of(found: Iterable[IndexedFunction], environment: Mapping[str, str]) -> Catalogue:
    """Read the bindings; leaves out what `AzureWebJobs.<name>.Disabled` switches off."""
    functions = []
    for indexed in found:
        if environment.get(f"AzureWebJobs.{indexed.name}.Disabled", "").lower() in ("true", "1"):
            _log.info("Function %s is disabled by a setting", indexed.name)
            continue
        bindings = tuple(json.loads(text) for text in indexed.bindings)
        triggers = [b for b in bindings if str(b.get("type", "")).lower().endswith("trigger")]
        if not triggers:
            _log.error("Function %s has no trigger and will not run", indexed.name)
            continue
        functions.append(FunctionInfo(indexed.name, triggers[0], bindings))
    return Catalogue(functions)


def trigger_type(function: FunctionInfo) -> str:
    """E.g. `httpTrigger`."""
    return str(function.trigger["type"])


def trigger_name(function: FunctionInfo) -> str:
    """The name of the parameter that takes the trigger's value."""
    return str(function.trigger["name"])
