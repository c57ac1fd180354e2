"""`./eira eval`: hands over to the package evaluation, with the settings of what runs here."""

import argparse
import subprocess
import sys
from collections.abc import Mapping

from .app_environment import app_environment


def run(options: argparse.Namespace) -> int:
    """Gives evaluation's own exit code."""
    asks_for_help = {"-h", "--help"} & set(options.handed_over)
    environment: Mapping[str, str] | None = None if asks_for_help else app_environment()
    command = [sys.executable, "-m", "evaluation", *options.handed_over]
    return subprocess.run(command, env=environment, check=False).returncode
