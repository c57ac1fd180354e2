"""What host.json may say about the Durable Functions extension."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from emulator.host.durable.versioning import Match, Refusal, Versioning

_PER_CPU = 10


@dataclass(frozen=True, slots=True)
class DurableSettings:
    """The part of `extensions.durableTask` that means something on one machine."""

    hub_name: str = "TestHubName"
    max_concurrent_activities: int = _PER_CPU
    max_concurrent_orchestrators: int = _PER_CPU
    versioning: Versioning = field(default_factory=Versioning)

    @classmethod
    def from_host_json(
        cls, document: Mapping[str, object], app_settings: Mapping[str, str]
    ) -> "DurableSettings":
        """Read host.json; what is absent takes the extension's default. Raises ValueError.

        `%NAME%` as a hub's name stands for an app setting.
        """
        section = _section(_section(document, "extensions"), "durableTask")
        default = _PER_CPU * (os.cpu_count() or 1)
        return cls(
            hub_name=_hub_name(section, app_settings),
            max_concurrent_activities=_count(section, "maxConcurrentActivityFunctions", default),
            max_concurrent_orchestrators=_count(
                section, "maxConcurrentOrchestratorFunctions", default
            ),
            versioning=_versioning(section),
        )


def _versioning(section: Mapping[str, object]) -> Versioning:
    version = section.get("defaultVersion")
    return Versioning(
        worker=version if isinstance(version, str) else None,
        match=_choice(section, "versionMatchStrategy", Match.CURRENT_OR_OLDER),
        refusal=_choice(section, "versionFailureStrategy", Refusal.REJECT),
    )


def _choice[Choice: StrEnum](section: Mapping[str, object], name: str, default: Choice) -> Choice:
    """The names are read without regard to case, as .NET reads an enumeration."""
    value = section.get(name, default)
    choices = list(type(default))
    found = (each for each in choices if each.lower() == str(value).lower())
    if (choice := next(found, None)) is None:
        named = ", ".join(choices)
        raise ValueError(f"host.json: durableTask.{name} must be one of {named}, not {value!r}.")
    return choice


def _section(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = document.get(name, {})
    if not isinstance(value, dict):
        raise ValueError(f"host.json: '{name}' must be an object.")
    return value


def _hub_name(section: Mapping[str, object], app_settings: Mapping[str, str]) -> str:
    name = section.get("hubName") or section.get("HubName")
    if not isinstance(name, str) or not name:
        return "TestHubName"
    setting = name.strip("%")
    if name != f"%{setting}%":
        return name
    if setting not in app_settings:
        raise ValueError(
            f"host.json: durableTask.hubName is {name}, but there is no app setting '{setting}'."
        )
    return app_settings[setting]


def _count(section: Mapping[str, object], name: str, default: int) -> int:
    value = section.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"host.json: durableTask.{name} must be a whole number above 0.")
    return value
