"""`./eira token`: a bearer token and nothing else on standard output."""

import argparse

from .identity import fetch_token
from .running import find_running


def run(options: argparse.Namespace) -> int:
    """Prints the token of `options.user`."""
    print(fetch_token(find_running(), options.user))
    return 0
