"""How far a long piece of work is: a bar at a terminal, lines elsewhere."""

import sys
from dataclasses import dataclass

WIDTH = 30


@dataclass(frozen=True, slots=True)
class Progress:
    """Called with how many of how many `things` are done."""

    things: str

    def __call__(self, done: int, total: int) -> None:
        said = f"{done} of {total} {self.things} written"
        if not sys.stderr.isatty():
            print(said, file=sys.stderr, flush=True)
            return
        full = WIDTH * done // total
        end = "\n" if done == total else ""
        bar = f"[{'█' * full}{'·' * (WIDTH - full)}]"
        print(f"\r{bar} {said}", end=end, file=sys.stderr, flush=True)


LARGE = 2**20
"""In bytes: such a file takes seconds to read, and is named before."""
EVERY = 100
"""Elsewhere than at a terminal, so many small files are one line."""


def tell_reading(name: str, size: int, number: int, files: int) -> None:
    """Before a file is read."""
    said = f"reading {number} of {files} files"
    if size >= LARGE:
        print(f"{said}: {name} ({size / 2**20:.0f} MiB)", file=sys.stderr, flush=True)
    elif sys.stderr.isatty():
        print(f"\r{said}", end="\n" if number == files else "", file=sys.stderr, flush=True)
    elif number % EVERY == 0:
        print(said, file=sys.stderr, flush=True)
