"""The same simulation of the measuring machine, to see whether it says what was measured there."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from bench.capacity.clockwork import Route, Work, closed_loop
from bench.capacity.measured import LoopMeasured, Measured
from bench.capacity.stations import Pool

TOLERANCE = 0.25
"""Of what was measured: the machine is shared, and its speed changes by half within minutes."""
TURNS = 4_000
SEED = 8


@dataclass(frozen=True, slots=True)
class Compared:
    """Turns a second of a closed loop."""

    conversations: int
    measured: float
    predicted: float

    @property
    def off_by(self) -> float:
        return self.predicted / self.measured - 1


def compare(measured: Measured) -> Sequence[Compared]:
    """Loops of several conversations, predicted from the CPU that a turn took when it was alone.

    All processes share the cores, less what others took of them meanwhile.
    """
    alone = next(loop for loop in measured.loops if loop.conversations == 1)
    return [
        Compared(loop.conversations, loop.turns_per_second, _predict(loop, alone, measured))
        for loop in measured.loops
        if loop.conversations > 1
    ]


def _predict(loop: LoopMeasured, alone: LoopMeasured, measured: Measured) -> float:
    cores = measured.machine.cores
    speed = (cores - loop.cores_of_others) / cores
    steps = measured.of(loop.kind).activities + 1
    seconds = sum(alone.cpu_ms.values()) / 1000 / speed / steps
    pool, dice = Pool(cores), Random(SEED)

    def route() -> Route:
        return [Work(pool, dice.expovariate(1 / seconds)) for _ in range(steps)]

    clockwork = closed_loop(loop.conversations, TURNS, route)
    return TURNS / clockwork.now
