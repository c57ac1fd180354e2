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
