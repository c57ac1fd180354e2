"""`./eira urls`: where everything is, as JSON."""

import argparse
import json

from .running import find_running


def run(options: argparse.Namespace) -> int:
    """Prints the URLs by name, the services once more on their own, and the CA file."""
    running = find_running()
    document = {
        "app": running.app,
        **({} if running.page is None else {"page": running.page}),
        **running.services,
        "services": running.services,
        "caFile": str(running.ca_file),
    }
    print(json.dumps(document, indent=2))
    return 0
