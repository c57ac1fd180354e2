"""When turns come: at random (Poisson), and in bursts."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Bursts:
    """A part of the time arrivals come `factor` times as often as on average; so long each."""

    share: float
    factor: float
    seconds: float

    def rates(self, mean: float) -> tuple[float, float]:
        """Between bursts and within them, so that the mean stays what it is."""
        if self.share * self.factor >= 1:
            raise ValueError("all turns would come in bursts")
        return mean * (1 - self.share * self.factor) / (1 - self.share), mean * self.factor


STEADY = Bursts(share=0.0, factor=1.0, seconds=1.0)


def arrivals(rate: float, seconds: float, bursts: Bursts, dice: Random) -> Iterator[float]:
    """Times up to `seconds`: a Poisson process whose rate switches at random times.

    Whenever the rate switches the wait begins anew, which is allowed as it has no memory.
    """
    quiet, busy = bursts.rates(rate)
    now, bursting = 0.0, dice.random() < bursts.share
    while now < seconds:
        mean_stay = bursts.seconds
        if not bursting:
            mean_stay *= (1 - bursts.share) / bursts.share if bursts.share else float("inf")
        until = seconds if mean_stay == float("inf") else now + dice.expovariate(1 / mean_stay)
        yield from _within(now, min(until, seconds), busy if bursting else quiet, dice)
        now, bursting = until, not bursting


def _within(begin: float, end: float, rate: float, dice: Random) -> Iterator[float]:
    at = begin + dice.expovariate(rate)
    while at < end:
        yield at
        at += dice.expovariate(rate)
