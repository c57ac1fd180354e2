"""`./eira bench`: hands over to the package bench."""

import argparse
import subprocess
import sys


def run(options: argparse.Namespace) -> int:
    """Gives bench's own exit code."""
    command = [sys.executable, "-m", "bench", *options.handed_over]
    return subprocess.run(command, check=False).returncode
