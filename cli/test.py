"""`./eira test`: every check of the code and the front end, then all tests."""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

PYTEST_WORKERS = "2"


@dataclass(frozen=True, slots=True)
class Check:
    """One program that must end with 0; `module` is what `python -m` runs."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()


CHECKS = (
    Check("lint", "ruff", ("check", ".")),
    Check("format", "ruff", ("format", "--check", "--quiet", ".")),
    Check("types", "mypy", (".",)),
    Check("secrets", "cli.checks.secrets"),
    Check("dependencies", "cli.checks.dependencies"),
)
FRONT_END = (
    Check("packages of the front end", "cli.frontend.checks", ("packages",)),
    Check("lint of the front end", "cli.frontend.checks", ("lint",)),
    Check("types of the front end", "cli.frontend.checks", ("types",)),
    Check("unit tests of the front end", "cli.frontend.checks", ("unit",)),
    Check("build of the front end", "cli.frontend.checks", ("build",)),
)
BROWSER = "browser tests"


@dataclass(frozen=True, slots=True)
class Planned:
    """What runs; without `pytest`, its arguments, it does not."""

    checks: tuple[Check, ...]
    pytest: tuple[str, ...] | None


def run(options: argparse.Namespace) -> int:
    """Runs all checks and the tests even when one fails; pytest comes last, as its summary ends
    the output when all is well.
    """
    plan = planned(options)
    failed = [check.name for check in plan.checks if not _passes(check)]
    status = 0 if plan.pytest is None else _pytest(plan.pytest)
    if failed:
        besides = "" if plan.pytest is None else " besides the tests"
        print(f"✗ failed{besides}: {', '.join(failed)} (its messages are above)")
    return status or (1 if failed else 0)


def planned(options: argparse.Namespace) -> Planned:
    """Who chooses tests waits for no browser."""
    chosen: list[str] = options.pytest_arguments
    browser = Check(BROWSER, "cli.frontend.browser_tests", tuple(options.browser or ()))
    if options.browser is not None:
        return Planned((browser,), None)
    if options.frontend:
        return Planned((*FRONT_END, browser), None)
    return Planned(CHECKS if chosen else (*CHECKS, *FRONT_END, browser), tuple(chosen))


def _pytest(chosen: Sequence[str]) -> int:
    command = [sys.executable, "-m", "pytest", *_parallel(chosen), *chosen]
    return subprocess.run(command, check=False).returncode


def _parallel(chosen: Sequence[str]) -> list[str]:
    takes_over = any(argument.startswith(("-n", "--pdb")) for argument in chosen)
    return [] if takes_over else ["-n", PYTEST_WORKERS]


def _passes(check: Check) -> bool:
    print(f"• {check.name}: {check.module} {' '.join(check.arguments)}", flush=True)
    begin = time.monotonic()
    command = [sys.executable, "-m", check.module, *check.arguments]
    status = subprocess.run(command, check=False).returncode
    mark = "✓" if status == 0 else "✗"
    print(f"{mark} {check.name} ({time.monotonic() - begin:.1f} s)", flush=True)
    return status == 0
