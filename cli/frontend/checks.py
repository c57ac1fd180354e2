"""`python -m cli.frontend.checks NAME`: one check of the front end; ends with 0 when it passes."""

import subprocess
import sys
from collections.abc import Callable, Mapping

from cli.errors import CommandError

from .building import OUTPUT, bring_up_to_date, build_libraries, install, say_on_stderr
from .node import FOLDER, environment, npm_command
from .size import BUDGET_BYTES, initial_files, too_much


def main(name: str) -> int:
    try:
        return CHECKS[name]()
    except CommandError as error:
        say_on_stderr(f"Front end: {error.message}")
        return 1


def _packages() -> int:
    if not install(say_on_stderr):
        print("they are what package-lock.json says")
    return 0


def _script(name: str) -> Callable[[], int]:
    """A script of package.json."""

    def run() -> int:
        command = npm_command("run", "--silent", name)
        ended = subprocess.run(
            command, cwd=FOLDER, env=environment(), stdin=subprocess.DEVNULL, check=False
        )
        return 0 if ended.returncode == 0 else 1

    return run


def _build() -> int:
    bring_up_to_date(say_on_stderr)
    build_libraries(say_on_stderr)
    sizes = initial_files(OUTPUT)
    if (said := too_much(sizes)) is not None:
        raise CommandError(said)
    total = sum(sizes.values()) / 1000
    print(f"the first page loads {total:.1f} kB (gzip) of {BUDGET_BYTES / 1000:.0f}")
    return 0


CHECKS: Mapping[str, Callable[[], int]] = {
    "packages": _packages,
    "lint": _script("lint"),
    "types": _script("types:check"),
    "unit": _script("test"),
    "build": _build,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
