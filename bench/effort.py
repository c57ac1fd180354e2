"""How much is measured: enough for a median and a p95, or just a look."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """`rounds` and `delay_rounds` by how many streams there are at once."""

    rounds: Mapping[int, int]
    instant_rounds: int
    delay_rounds: Mapping[int, int]
    throughput_turns: int
    unit_turns: int
    starts: int
    imports: int


FULL = Effort(
    rounds={1: 5, 10: 2, 50: 1},
    instant_rounds=15,
    delay_rounds={1: 3, 50: 1},
    throughput_turns=208,
    unit_turns=3,
    starts=3,
    imports=5,
)
QUICK = Effort(
    rounds={1: 1, 50: 1},
    instant_rounds=6,
    delay_rounds={50: 1},
    throughput_turns=32,
    unit_turns=1,
    starts=1,
    imports=1,
)
