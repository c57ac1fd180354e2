"""`./eira hook`: what azd runs between its steps; it may be run again."""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .deployment.azd import deployment_values, known_values
from .deployment.host_file import put_back, write_packed
from .smoke import smoke_of

CREATE = ("cli.knowledge.cerebro", "create")
LOAD = ("cli.knowledge.load",)
EXIT_FAILED = 1
"""Of these programs: a service did not do its part. Roles hold minutes after they are given."""
GIVES_UP_SECONDS = 600.0
PAUSE_SECONDS = 20.0
AGAIN = "./eira hook postprovision"


def run(options: argparse.Namespace) -> int:
    """0; 1 when a service or the app failed, 2 when a setting is wrong."""
    match options.hook:
        case "prepackage":
            # `azd up` packs before it provisions: the first time there is no deployment yet.
            write_packed(known_values())
        case "postpackage":
            put_back()
        case "postprovision":
            return Filling(deployment_values()).run()
        case _:
            return _tried(deployment_values())
    return 0


def _run_module(words: tuple[str, ...], environment: Mapping[str, str]) -> int:
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, env=dict(environment), check=False).returncode


@dataclass(frozen=True, slots=True)
class Filling:
    """Cerebro's index, and the packs' knowledge in it, with the deployment's settings in `values`.
    `module` runs one of our programs and gives its exit code."""

    values: Mapping[str, str]
    module: Callable[[tuple[str, ...], Mapping[str, str]], int] = _run_module
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep

    def run(self) -> int:
        """The exit code. Doing it again changes nothing."""
        if self.values.get("PRIVATE_NETWORK", "").casefold() == "true":
            # From outside of it, nobody reaches the search service.
            _say(f"Cerebro is in a private network: run {AGAIN} from inside of it.")
            return 0
        return self._until_done(CREATE) or self._until_done(LOAD)

    def _until_done(self, words: tuple[str, ...]) -> int:
        deadline = self.clock() + GIVES_UP_SECONDS
        while (status := self.module(words, self.values)) == EXIT_FAILED:
            if self.clock() > deadline:
                break
            _say(f"Roles hold some minutes after they are given: again in {PAUSE_SECONDS:.0f} s …")
            self.wait(PAUSE_SECONDS)
        if status:
            _say(
                "Cerebro is not filled, for the reason above (./eira doctor --azd tells more). "
                f"What was provisioned stays; then: {AGAIN}, and azd deploy."
            )
        return status


def _tried(values: dict[str, str]) -> int:
    status = smoke_of(values)
    if status:
        _say(
            "The app is deployed, and the smoke test failed as said above "
            "(./eira doctor --azd tells more); then: ./eira smoke --azd"
        )
    return status


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
