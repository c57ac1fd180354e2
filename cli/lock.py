"""`./eira lock`: writes requirements*.txt anew from requirements*.in, with hashes."""

import argparse
import importlib.util
import subprocess
import sys

from .errors import CommandError

UV = "uv==0.13.9"
DEVELOPERS = "requirements-dev"
"""Holds what all others hold, so they get the versions that the tests have run with."""
OTHERS = ("requirements", "requirements-anthropic", "requirements-google")
OPTIONS = [
    "--python-version=3.13",
    "--universal",
    "--generate-hashes",
    "--no-annotate",
    "--no-header",
    # Where packages were fetched from here is nobody's business elsewhere.
    "--no-emit-index-url",
    "--no-emit-find-links",
]


def run(options: argparse.Namespace) -> int:
    """Locks the developers' file, then the others by its versions."""
    if importlib.util.find_spec("uv") is None:
        _run([sys.executable, "-m", "pip", "install", "--disable-pip-version-check", UV])
    _lock(DEVELOPERS)
    for other in OTHERS:
        _lock(other, f"--constraint={DEVELOPERS}.txt")
    return 0


def _lock(name: str, *options: str) -> None:
    source, target = f"{name}.in", f"{name}.txt"
    compiling = [sys.executable, "-m", "uv", "pip", "compile", *OPTIONS, *options]
    _run([*compiling, source, "-o", target, "-q"])
    print(f"{target} is up to date with {source}.")


def _run(command: list[str]) -> None:
    status = subprocess.run(command, check=False).returncode
    if status != 0:
        raise CommandError(f"this failed (its message is above): {' '.join(command[1:])}")
