"""What host.json may say about the Durable Functions extension."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

_PER_CPU = 10


@dataclass(frozen=True, slots=True)
class DurableSettings:
    """The part of `extensions.durableTask` that means something on one machine."""

    hub_name: str = "TestHubName"
    max_concurrent_activities: int = _PER_CPU
    max_concurrent_orchestrators: int = _PER_CPU
    default_version: str | None = None

    @classmethod
    def from_host_json(
        cls, document: Mapping[str, object], app_settings: Mapping[str, str]
    ) -> "DurableSettings":
        """Read host.json; what is absent takes the extension's default. Raises ValueError.

        `%NAME%` as a hub's name stands for an app setting.
        """
        section = _section(_section(document, "extensions"), "durableTask")
        default = _PER_CPU * (os.cpu_count() or 1)
        version = section.get("defaultVersion")
        return cls(
            hub_name=_hub_name(section, app_settings),
            max_concurrent_activities=_count(section, "maxConcurrentActivityFunctions", default),
            max_concurrent_orchestrators=_count(
                section, "maxConcurrentOrchestratorFunctions", default
            ),
            default_version=version if isinstance(version, str) else None,
        )


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
