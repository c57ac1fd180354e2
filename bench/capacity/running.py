"""A stamp under load: how long turns take, who is waited for, whether a queue grows."""

from dataclasses import dataclass
from random import Random

from bench.capacity.arrivals import Bursts, arrivals
from bench.capacity.clockwork import Clockwork, open_loop
from bench.capacity.facts import Facts
from bench.capacity.stamp import Stamp
from bench.figures import percentile

SEED = 20261122
TURNS, MOST_TURNS = 2_500, 10_000
"""More say little more, and take seconds."""
SHORTEST_SECONDS, LONGEST_SECONDS = 30.0, 1_800.0
"""A turn takes some six seconds: what is shorter would not see a queue grow."""
FEWEST_TURNS = 100
"""Where so few come that the longest time has none, it takes longer: idle time costs nothing."""
WARM_UP = 0.2
"""The part at the beginning, when everything is empty, that does not count."""
GROWS = 0.02
"""A queue grows where turns end so much more slowly than they come."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Seconds; `waits` are mean waits by station. `ended_rate` is turns a second that ended while
    others still came, `arrived_rate` those that came."""

    turns: int
    first_token: tuple[float, float, float]
    whole: tuple[float, float]
    waits: dict[str, float]
    arrived_rate: float
    ended_rate: float
    most_streams: int

    @property
    def grows(self) -> bool:
        return self.ended_rate < self.arrived_rate * (1 - GROWS)

    @property
    def slowest(self) -> str:
        """Who is waited for longest, on average."""
        return max(self.waits, key=lambda name: self.waits[name])


def bursts_of(facts: Facts) -> Bursts:
    return Bursts(
        facts.assumed("burstShare"), facts.assumed("burstFactor"), facts.assumed("burstSeconds")
    )


def run(stamp: Stamp, turns_per_minute: float, bursts: Bursts, seed: int = SEED) -> Outcome:
    rate = turns_per_minute / 60
    longest = max(LONGEST_SECONDS, FEWEST_TURNS / rate)
    seconds = min(max(TURNS / rate, SHORTEST_SECONDS), MOST_TURNS / rate, longest)
    clockwork = open_loop(arrivals(rate, seconds, bursts, Random(seed)), stamp.route)
    return _outcome(stamp, clockwork, seconds)


def _outcome(stamp: Stamp, clockwork: Clockwork, seconds: float) -> Outcome:
    begin = seconds * WARM_UP
    counted = [each for each in clockwork.journeys if each.began >= begin]
    ended = [each for each in clockwork.journeys if begin <= each.ended < seconds]
    first = [each.first_token - each.began for each in counted]
    whole = [each.ended - each.began for each in counted]
    return Outcome(
        turns=len(counted),
        first_token=(percentile(first, 50), percentile(first, 95), percentile(first, 99)),
        whole=(percentile(whole, 50), percentile(whole, 95)),
        waits={name: station.waits.mean for name, station in stamp.stations.items()},
        arrived_rate=len(counted) / (seconds - begin),
        ended_rate=len(ended) / (seconds - begin),
        most_streams=stamp.places.most,
    )
