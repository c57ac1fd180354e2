"""`./eira urls`: where everything is, as JSON."""

import argparse
import json
import sys

from .running import find_running


def run(options: argparse.Namespace) -> int:
    """Prints the URLs by name, the services once more on their own, and the CA file; the page
    once it is there."""
    running = find_running()
    page = running.page if running.page_answers() else None
    if page is None and running.page is not None:
        print("The page is not there yet: `./eira up` says when.", file=sys.stderr)
    document = {
        "app": running.app,
        **({} if page is None else {"page": page}),
        **running.services,
        "services": running.services,
        "caFile": str(running.ca_file),
    }
    print(json.dumps(document, indent=2))
    return 0
