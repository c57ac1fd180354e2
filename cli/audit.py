"""`./eira audit`: hands over to cli.auditing, with the settings of what runs here."""

import argparse
import subprocess
import sys
from collections.abc import Mapping

from .app_environment import app_environment


def run(options: argparse.Namespace) -> int:
    """Gives that program's own exit code."""
    asks_for_help = not options.handed_over or {"-h", "--help"} & set(options.handed_over)
    environment: Mapping[str, str] | None = None if asks_for_help else app_environment()
    command = [sys.executable, "-m", "cli.auditing", *options.handed_over]
    return subprocess.run(command, env=environment, check=False).returncode
