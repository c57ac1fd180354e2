"""How much of the host is measured: enough for a p95, or just a look."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """`rounds` are of 100 orchestrations at once and of 200 streams."""

    orchestrations: int
    rounds: int
    first_bytes: int
    starts: int


FULL = Effort(orchestrations=200, rounds=5, first_bytes=400, starts=7)
QUICK = Effort(orchestrations=40, rounds=2, first_bytes=100, starts=3)
