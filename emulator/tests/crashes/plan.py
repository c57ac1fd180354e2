"""What is killed when: drawn from a seed before anything runs."""

from dataclasses import dataclass
from random import Random
from typing import Literal

type Blow = Literal["worker", "host", "reload"]


@dataclass(frozen=True, slots=True)
class Effort:
    """How many blows of each kind, the mean pause between two of them in seconds, how many
    orchestrations are under way at once, and the host's workers."""

    worker_kills: int
    host_kills: int
    reloads: int
    mean_pause: float
    customers: int
    workers: int = 1


WHOLE = Effort(worker_kills=200, host_kills=50, reloads=20, mean_pause=1.2, customers=12)
BOUNDED = Effort(worker_kills=15, host_kills=5, reloads=2, mean_pause=0.5, customers=6)


def draw(effort: Effort, random: Random) -> list[tuple[float, Blow]]:
    """All blows in a random order, each with the seconds to wait before it."""
    blows: list[Blow] = ["worker"] * effort.worker_kills
    blows += ["host"] * effort.host_kills
    blows += ["reload"] * effort.reloads
    random.shuffle(blows)
    # Exponential pauses: many blows fall into a start or a recovery, some into calm work.
    return [(random.expovariate(1 / effort.mean_pause), blow) for blow in blows]
