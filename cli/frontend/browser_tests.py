"""`python -m cli.frontend.browser_tests [FILE ...]`: a browser against a platform of its own."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cli.errors import CommandError
from cli.platform import EndedError, Platform, PlatformOptions, running_platform
from cli.running import DATA
from cli.settings_file import read_settings

from .building import bring_up_to_date, say_on_stderr
from .chromium import chromium
from .node import FOLDER, environment, node

TESTS = FOLDER / "e2e"
OUTPUT = DATA / "browser-tests"
# These end the app's processes, which tests beside them would notice.
ALONE = ".alone.test.ts"
TEST_SECONDS = 300


def main(names: Sequence[str]) -> int:
    """Exit codes: 0; 1 when a test failed, or something that they need could not be had."""
    try:
        return _run(_chosen(names))
    except CommandError as error:
        say_on_stderr(f"Browser tests: {error.message}")
    except EndedError:
        say_on_stderr("Browser tests: the local cloud ended; its reason is above.")
    return 1


def _chosen(names: Sequence[str]) -> Sequence[Path]:
    files = [Path(name) for name in names] or sorted(TESTS.glob("**/*.test.ts"))
    for file in files:
        if not file.is_file():
            raise CommandError(f"there is no file {file}.")
    return files


def _run(files: Sequence[Path]) -> int:
    program = chromium(say_on_stderr)
    bring_up_to_date(say_on_stderr)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    log = (OUTPUT / "platform.log").resolve()
    log.unlink(missing_ok=True)
    together = [file for file in files if not file.name.endswith(ALONE)]
    alone = [file for file in files if file.name.endswith(ALONE)]
    settings = {**read_settings(Path()), **os.environ}
    with tempfile.TemporaryDirectory(prefix="eira-browser-tests-") as folder:
        options = PlatformOptions(data=Path(folder), free_ports=True, log=log)
        say_on_stderr(f"Browser tests: starting a platform of their own (its log is {log})")
        with running_platform(options, settings) as platform:
            told = {**environment(), "EIRA_E2E": _told(platform, program)}
            return _node_test(together, 2, told) | _node_test(alone, 1, told)


def _told(platform: Platform, program: Path) -> str:
    """What frontend/e2e/support/platform.ts reads."""
    running = platform.running
    return json.dumps(
        {
            "page": running.page,
            "app": running.app,
            "identity": running.http["identity"],
            "services": running.services,
            "http": running.http,
            "caFile": str(running.ca_file),
            "chromium": str(program),
            "output": str(OUTPUT.resolve()),
            "root": str(Path.cwd()),
        }
    )


def _node_test(files: Sequence[Path], at_once: int, told: dict[str, str]) -> int:
    if not files:
        return 0
    command = [str(node()), "--test", f"--test-concurrency={at_once}"]
    command += ["--test-reporter=spec", f"--test-timeout={TEST_SECONDS * 1000}"]
    ended = subprocess.run(
        [*command, *map(str, files)], env=told, stdin=subprocess.DEVNULL, check=False
    )
    return 0 if ended.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
