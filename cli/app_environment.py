"""The settings a program of the app's gets: those of the local platform, if it runs here."""

import os
from collections.abc import Mapping
from pathlib import Path

from .errors import CommandError
from .running import DATA, find_running
from .settings_file import EXIT_BAD_SETTINGS, FILE, read_settings

ENVIRONMENT = DATA / "app.env"
TELLING = "azuresearch__endpoint"
"""Without this setting there is no Cerebro, and nothing that needs these settings can work."""


def app_environment() -> dict[str, str]:
    """The environment for a child process: `local.settings.json`, over it this process's own, and
    over both what the local platform says, as `./eira up` gives it to the app. Raises CommandError
    when neither names the services."""
    settings = own_environment()
    try:
        find_running()
    except CommandError:
        if TELLING not in map(str.casefold, settings):
            raise CommandError(
                f"nothing runs here, and no settings of Azure are in {FILE} or the environment; "
                "start it with `./eira up` in another terminal, or copy the sample.",
                exit_code=EXIT_BAD_SETTINGS,
            ) from None
        return settings
    return {**settings, **local_settings()}


def own_environment() -> dict[str, str]:
    """Without what the local platform says."""
    return {**read_settings(Path()), **os.environ}


def local_settings(data: Path = DATA) -> Mapping[str, str]:
    """What the local platform tells the app; {} when it has not said so."""
    environment = data / ENVIRONMENT.name
    if not environment.exists():
        return {}
    lines = environment.read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)
