"""`./eira simulate`: hands over to the package bench.capacity."""

import argparse
import subprocess
import sys


def run(options: argparse.Namespace) -> int:
    """Gives its own exit code."""
    command = [sys.executable, "-m", "bench.capacity", *options.handed_over]
    return subprocess.run(command, check=False).returncode
