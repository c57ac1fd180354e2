"""The functions of the loaded app, as the rest of the host asks for them."""

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from emulator.host.invocation import FunctionInfo
from emulator.host.messages import IndexedFunction

_TRIGGERS = (
    "httpTrigger",
    "timerTrigger",
    "eventGridTrigger",
    "orchestrationTrigger",
    "activityTrigger",
    "entityTrigger",
)
# The host reads types without regard to case.
_SUPPORTED = {kind.lower(): kind for kind in (*_TRIGGERS, "http", "durableClient")}

_log = logging.getLogger("host")


class Catalogue:
    """All enabled functions by trigger type; immutable once made.

    `refused` names the functions that do not run here, with the types of binding this host lacks.
    """

    def __init__(
        self,
        functions: Iterable[FunctionInfo] = (),
        refused: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.refused = refused or {}
        self._by_trigger: dict[str, dict[str, FunctionInfo]] = defaultdict(dict)
        self._by_name: dict[str, FunctionInfo] = {}
        for function in functions:
            self._by_trigger[trigger_type(function)][function.name] = function
            self._by_name[function.name] = function

    def with_trigger(self, kind: str) -> Mapping[str, FunctionInfo]:
        return self._by_trigger.get(kind, {})

    def find(self, name: str) -> FunctionInfo | None:
        return self._by_name.get(name)

    def __iter__(self) -> Iterator[FunctionInfo]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)


def catalogue_of(found: Iterable[IndexedFunction], environment: Mapping[str, str]) -> Catalogue:
    """Read the bindings; leaves out what `AzureWebJobs.<name>.Disabled` switches off."""
    functions: list[FunctionInfo] = []
    refused: dict[str, Sequence[str]] = {}
    for indexed in found:
        if _is_disabled(indexed.name, environment):
            _log.info("Function %s is disabled by a setting", indexed.name)
            continue
        bindings: tuple[Mapping[str, object], ...]
        bindings = tuple(json.loads(text) for text in indexed.bindings)
        lacking = [kind for kind in map(_type, bindings) if kind.lower() not in _SUPPORTED]
        triggers = [one for one in bindings if _type(one).lower().endswith("trigger")]
        if lacking:
            refused[indexed.name] = lacking
        elif not triggers:
            _log.error("Function %s has no trigger and will not run", indexed.name)
        else:
            functions.append(_function(indexed, triggers[0], bindings))
    return Catalogue(functions, refused)


def refusals(catalogue: Catalogue) -> Iterator[str]:
    """One line for each function that does not run here: why, and what to do."""
    runs = ", ".join(kind.removesuffix("Trigger") for kind in _TRIGGERS[:3])
    for name, kinds in sorted(catalogue.refused.items()):
        yield (
            f"Function {name} does not run here: {' and '.join(kinds)} is not supported "
            f"(this host has {runs} and Durable). Run it with `func start` or in Azure; "
            f"AzureWebJobs.{name}.Disabled=true in local.settings.json ends this message"
        )


def _function(
    indexed: IndexedFunction,
    trigger: Mapping[str, object],
    bindings: tuple[Mapping[str, object], ...],
) -> FunctionInfo:
    return FunctionInfo(
        indexed.name,
        {**trigger, "type": _SUPPORTED[_type(trigger).lower()]},
        bindings,
        indexed.entry_point,
        indexed.script,
        indexed.retry,
    )


def _is_disabled(name: str, environment: Mapping[str, str]) -> bool:
    settings = (f"AzureWebJobs.{name}.Disabled", f"AzureWebJobs_{name}_Disabled")
    return any(environment.get(setting, "").lower() in ("true", "1") for setting in settings)


def _type(binding: Mapping[str, object]) -> str:
    return str(binding.get("type", ""))


def trigger_type(function: FunctionInfo) -> str:
    """E.g. `httpTrigger`."""
    return str(function.trigger["type"])


def trigger_name(function: FunctionInfo) -> str:
    """The name of the parameter that takes the trigger's value."""
    return str(function.trigger["name"])
