"""`./eira test`: every check of the code, then all tests."""

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass

PYTEST_WORKERS = "2"


@dataclass(frozen=True, slots=True)
class Check:
    """One program that must end with 0; `module` is what `python -m` runs."""

    name: str
    module: str
    arguments: tuple[str, ...]


CHECKS = (
    Check("lint", "ruff", ("check", ".")),
    Check("format", "ruff", ("format", "--check", "--quiet", ".")),
    Check("types", "mypy", (".",)),
    Check("secrets", "cli.checks.secrets", ()),
    Check("dependencies", "cli.checks.dependencies", ()),
)


def run(options: argparse.Namespace) -> int:
    """Runs all checks and the tests even when one fails; pytest comes last, as its summary ends
    the output when all is well.
    """
    failed = [check.name for check in CHECKS if not _passes(check)]
    chosen: list[str] = options.pytest_arguments
    command = [sys.executable, "-m", "pytest", *_parallel(chosen), *chosen]
    status = subprocess.run(command, check=False).returncode
    if failed:
        print(f"✗ failed besides the tests: {', '.join(failed)} (its messages are above)")
    return status or (1 if failed else 0)


def _parallel(chosen: list[str]) -> list[str]:
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
