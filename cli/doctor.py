"""`./eira doctor`: what is wrong with a deployment or this machine, and how to mend it."""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from .app_environment import TELLING, app_environment, own_environment
from .deployment.azd import URL, deployment_values
from .deployment.findings import as_json, exit_code, in_lines, verdict
from .deployment.probes import machine
from .errors import CommandError
from .running import DATA, Running, find_running

EXIT_WRONG = 2


def run(options: argparse.Namespace) -> int:
    """0; 1 when anything is an error; 2 when it is not said what to examine."""
    if options.azd is not None:
        values = deployment_values(options.azd or None)
        return _examine(values, _words(options, options.app or values[URL]))
    if options.settings is not None:
        return _examine(
            {**own_environment(), **read_app_settings(options.settings)},
            _words(options, options.app),
        )
    if (running := _running()) is not None:
        grid = running.services.get("eventgrid")
        more = ["--local", "--machine", *(["--grid", grid] if grid else [])]
        return _examine(app_environment(), [*_words(options, options.app or running.app), *more])
    values = own_environment()
    if TELLING in map(str.casefold, values):
        return _examine(values, _words(options, options.app))
    return _machine_alone(options.json)


def _running() -> Running | None:
    try:
        return find_running(DATA)
    except CommandError:
        return None


def _words(options: argparse.Namespace, app: str | None) -> list[str]:
    where = [] if app is None else ["--app", app.rstrip("/")]
    patience = [] if options.seconds is None else ["--seconds", str(options.seconds)]
    return [*where, *patience, *(["--json"] if options.json else [])]


def _examine(environment: Mapping[str, str], words: list[str]) -> int:
    """In a process of its own: SDKs read some settings when they are imported."""
    command = [sys.executable, "-m", "cli.deployment.doctor", *words]
    return subprocess.run(command, env=dict(environment), check=False).returncode


def _machine_alone(as_document: bool) -> int:
    found = machine.look()
    if as_document:
        print(as_json(found))
    else:
        print("\n".join([*(line for each in found for line in in_lines(each)), verdict(found)]))
    return exit_code(found)


def read_app_settings(file: Path) -> dict[str, str]:
    """Of `az functionapp config appsettings list`, or a file like local.settings.json. Raises
    CommandError."""
    try:
        document = cast(object, json.loads(file.read_text("utf-8-sig")))
    except OSError as error:
        why = f"{file} cannot be read: {error.strerror}"
        raise CommandError(why, exit_code=EXIT_WRONG) from None
    except ValueError as error:
        # A decoder's message quotes nothing of the text.
        raise CommandError(f"{file} is not JSON: {error}", exit_code=EXIT_WRONG) from None
    match document:
        case {"Values": dict(values)}:
            return {str(name): str(value) for name, value in values.items()}
        case [dict(), *_] as listed:
            named = [each for each in listed if isinstance(each, dict)]
            return {str(each.get("name")): str(each.get("value") or "") for each in named}
        case dict(values):
            return {str(name): str(value) for name, value in values.items()}
    raise CommandError(
        f"{file} holds no app settings: save what `az functionapp config appsettings list` prints",
        exit_code=EXIT_WRONG,
    )
