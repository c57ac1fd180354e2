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
    "warmupTrigger",
)
# The host reads types without regard to case.
_SUPPORTED = {kind.lower(): kind for kind in (*_TRIGGERS, "http", "durableClient")}

RETRIED_TRIGGERS = frozenset({"timerTrigger", "eventGridTrigger"})
"""Whose failed runs are repeated as a retry policy says."""

_log = logging.getLogger("host")


class Catalogue:
    """All enabled functions by trigger type; immutable once made.

    `refused` names the functions that do not run here, with the types of binding this host lacks;
    `idle` are those and the ones that a setting disables.
    """

    def __init__(
        self,
        functions: Iterable[FunctionInfo] = (),
        idle: Iterable[FunctionInfo] = (),
        refused: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.idle = {function.name: function for function in idle}
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
    idle: list[FunctionInfo] = []
    refused: dict[str, Sequence[str]] = {}
    for indexed in found:
        info = _function(indexed)
        if info is None:
            _log.error("Function %s has no trigger and will not run", indexed.name)
            continue
        lacking = [kind for kind in map(_type, info.bindings) if kind.lower() not in _SUPPORTED]
        if _is_disabled(info.name, environment):
            _log.info("Function %s is disabled by a setting", info.name)
            idle.append(info)
        elif lacking:
            refused[info.name] = lacking
            idle.append(info)
        else:
            functions.append(info)
    return Catalogue(functions, idle, refused)


def refusals(catalogue: Catalogue) -> Iterator[str]:
    """One line for each function that does not run here: why, and what to do."""
    runs = ", ".join(kind.removesuffix("Trigger") for kind in _TRIGGERS[:3])
    for name, kinds in sorted(catalogue.refused.items()):
        yield (
            f"Function {name} does not run here: {' and '.join(kinds)} is not supported "
            f"(this host has {runs} and Durable). Run it with `func start` or in Azure; "
            f"AzureWebJobs.{name}.Disabled=true in local.settings.json ends this message"
        )


def unused_retries(catalogue: Catalogue) -> Iterator[str]:
    """One line for each function with a retry policy that has no effect on its trigger."""
    for info in catalogue:
        if info.retry is not None and trigger_type(info) not in RETRIED_TRIGGERS:
            yield (
                f"The retry policy of function {info.name} has no effect on its "
                f"{trigger_type(info)}: Azure supports none there; remove @app.retry"
            )


def _function(indexed: IndexedFunction) -> FunctionInfo | None:
    bindings: tuple[Mapping[str, object], ...]
    bindings = tuple(json.loads(text) for text in indexed.bindings)
    triggers = [one for one in bindings if _type(one).lower().endswith("trigger")]
    if not triggers:
        return None
    kind = _type(triggers[0])
    return FunctionInfo(
        indexed.name,
        {**triggers[0], "type": _SUPPORTED.get(kind.lower(), kind)},
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
