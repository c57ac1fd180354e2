"""Turns on their way through stations, event by event.

Written out because it is short and has to be quick: a turn is some thirty events, and a load of
100,000 turns a minute is looked at for a minute and more. A library of generators (simpy) takes
several times as long for each.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import assert_never

from bench.capacity.stations import Places, Station


@dataclass(frozen=True, slots=True)
class Work:
    """An amount of a station; beside the turn's way, if the turn does not wait for it."""

    station: Station
    amount: float
    waits: bool = True


@dataclass(frozen=True, slots=True)
class Delay:
    """Seconds that nobody else makes longer."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Enter:
    places: Places


@dataclass(frozen=True, slots=True)
class Leave:
    places: Places


@dataclass(frozen=True, slots=True)
class FirstToken:
    """From now on there is something to read."""


type Stage = Work | Delay | Enter | Leave | FirstToken
type Route = Sequence[Stage]


@dataclass(slots=True)
class Journey:
    """One turn; times in seconds since the beginning."""

    began: float
    route: Route
    at: int = 0
    first_token: float = 0.0
    ended: float = 0.0


@dataclass(slots=True)
class Clockwork:
    """Journeys by number; `area` is the integral of how many were inside, over time."""

    journeys: list[Journey] = field(default_factory=list)
    now: float = 0.0
    inside: int = 0
    area: float = 0.0
    _events: list[tuple[float, int, int]] = field(default_factory=list)
    _order: "count[int]" = field(default_factory=count)

    def begin(self, at: float, route: Route) -> None:
        self.journeys.append(Journey(at, route))
        self._at(at, len(self.journeys) - 1)

    def run(self, ended: Callable[[float], None] = lambda _: None) -> None:
        """Until nobody is left; `ended` is told the time of each end, and may begin others."""
        while self._events:
            now, _, number = heappop(self._events)
            self.area += self.inside * (now - self.now)
            self.now = now
            journey = self.journeys[number]
            if journey.at == 0:
                self.inside += 1
            if self._goes_on(journey, number):
                continue
            if journey.at >= len(journey.route):
                journey.ended = now
                self.inside -= 1
                ended(now)

    def _at(self, time: float, number: int) -> None:
        heappush(self._events, (time, next(self._order), number))

    def _goes_on(self, journey: Journey, number: int) -> bool:
        """Stages that take no time, up to one that does or the end; whether there was one."""
        while journey.at < len(journey.route):
            stage = journey.route[journey.at]
            journey.at += 1
            match stage:
                case Work(station, amount, waits):
                    done = station.admit(self.now, amount)
                    if waits:
                        self._at(done, number)
                        return True
                case Delay(seconds):
                    self._at(self.now + seconds, number)
                    return True
                case Enter(places):
                    if not places.enter(self.now, number):
                        return True
                case Leave(places):
                    if (following := places.leave(self.now)) is not None:
                        self._at(self.now, following)
                case FirstToken():
                    journey.first_token = self.now
                case _:
                    assert_never(stage)
        return False


def open_loop(arrivals: Iterable[float], route: Callable[[], Route]) -> Clockwork:
    """Turns that come when they come, whoever is still inside."""
    clockwork = Clockwork()
    for at in arrivals:
        clockwork.begin(at, route())
    clockwork.run()
    return clockwork


def closed_loop(customers: int, turns: int, route: Callable[[], Route]) -> Clockwork:
    """So many who each begin their next turn when the last has ended; `turns` in all."""
    clockwork = Clockwork()

    def again(now: float) -> None:
        if len(clockwork.journeys) < turns:
            clockwork.begin(now, route())

    for _ in range(min(customers, turns)):
        clockwork.begin(0.0, route())
    clockwork.run(again)
    return clockwork
