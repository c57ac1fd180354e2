"""`./eira lock`: writes requirements*.txt anew from requirements*.in, with hashes."""

import argparse
import importlib.util
import subprocess
import sys

from .errors import CommandError

UV = "uv==0.13.9"
LOCKS = {
    f"requirements{of}.in": f"requirements{of}.txt" for of in ("", "-anthropic", "-google", "-dev")
}
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
    """Locks each file; they agree with the first because they name it as an input or constraint."""
    if importlib.util.find_spec("uv") is None:
        _run([sys.executable, "-m", "pip", "install", "--disable-pip-version-check", UV])
    for source, target in LOCKS.items():
        _run([sys.executable, "-m", "uv", "pip", "compile", *OPTIONS, source, "-o", target, "-q"])
        print(f"{target} is up to date with {source}.")
    return 0


def _run(command: list[str]) -> None:
    status = subprocess.run(command, check=False).returncode
    if status != 0:
        raise CommandError(f"this failed (its message is above): {' '.join(command[1:])}")
