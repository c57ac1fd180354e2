"""`./eira cerebro`: hands over to cli.knowledge.cerebro, with the settings of what runs here."""

import argparse
import subprocess
import sys
from collections.abc import Mapping, Sequence

from .app_environment import app_environment, own_environment

ENDPOINT = "AzureSearch__Endpoint"


def run(options: argparse.Namespace) -> int:
    """Gives that program's own exit code."""
    asks_for_help = not options.handed_over or {"-h", "--help"} & set(options.handed_over)
    environment: Mapping[str, str] | None = None
    if not asks_for_help:
        environment = app_environment()
        print(
            where(options.handed_over, environment, own_environment()), file=sys.stderr, flush=True
        )
    command = [sys.executable, "-m", "cli.knowledge.cerebro", *options.handed_over]
    return subprocess.run(command, env=environment, check=False).returncode


def where(
    arguments: Sequence[str], environment: Mapping[str, str], settings: Mapping[str, str]
) -> str:
    """Which index of which service is worked on: what runs here goes before the settings, and an
    action may delete."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    parser.add_argument("--index")
    try:
        named = parser.parse_known_args(list(arguments))[0].index
    except argparse.ArgumentError:
        named = None  # the program itself says what is wrong
    index = named or _setting("AzureSearch__DefaultIndex", environment) or "cerebro"
    used, own = _setting(ENDPOINT, environment), _setting(ENDPOINT, settings)
    ignored = f" (as it runs here; not {own} of the settings)" if own and own != used else ""
    return f"Index {index} at {used}{ignored}"


def _setting(name: str, environment: Mapping[str, str]) -> str | None:
    """As in the app, the case of a setting's name does not matter."""
    found = (value for each, value in environment.items() if each.casefold() == name.casefold())
    # Of two spellings the last one is of the local platform.
    return next(reversed([*found]), None)
