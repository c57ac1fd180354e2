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


@dataclass(frozen=True, slots=True)
class Strike:
    """One blow: `pause` seconds after the last one, or (`amid_work`) after the next orchestration
    has ended, so that it hits a host that has come to work again."""

    blow: Blow
    pause: float
    amid_work: bool


WHOLE = Effort(worker_kills=200, host_kills=50, reloads=20, mean_pause=0.8, customers=12)
BOUNDED = Effort(worker_kills=15, host_kills=5, reloads=2, mean_pause=0.2, customers=5)
_AMID_WORK = 0.6


def draw(effort: Effort, random: Random) -> list[Strike]:
    """All blows in a random order."""
    blows: list[Blow] = ["worker"] * effort.worker_kills
    blows += ["host"] * effort.host_kills
    blows += ["reload"] * effort.reloads
    random.shuffle(blows)
    # The other blows fall into starts and recoveries: exponential pauses are often short.
    return [
        Strike(blow, random.expovariate(1 / effort.mean_pause), random.random() < _AMID_WORK)
        for blow in blows
    ]
