"""One deployment as stations, and the way of a turn through them."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from random import Random

from bench.capacity.clockwork import Delay, Enter, FirstToken, Leave, Route, Stage, Work
from bench.capacity.demand import RESERVED, Mix, app_cpu
from bench.capacity.deployed import CORES, Deployed
from bench.capacity.facts import Facts
from bench.capacity.limits import Limit
from bench.capacity.measured import Measured, Turn
from bench.capacity.stations import Places, Pool, Rate, Station

MINUTE = 60.0
HOP_SPREAD = 1 / 3
"""A hop takes between two thirds and four thirds of its mean."""
BESIDE = "record"
"""The step that runs beside the answer: it is work, but nobody waits for it."""
TOKENS_BURST_SECONDS, REQUESTS_BURST_SECONDS = 60.0, 10.0
"""How long a quota remembers that less was asked for: its tokens are counted by the minute."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much there is of everything: instances, and rates a second."""

    http_instances: int
    steps_instances: int
    streams_per_instance: int
    cores: float
    actions: float
    request_units: float
    rankings_at_once: int
    model_tokens: float
    model_requests: float


def as_deployed(deployed: Deployed, facts: Facts) -> Sizes:
    thousands = deployed.chat_capacity / MINUTE
    return Sizes(
        http_instances=deployed.maximum_instance_count,
        steps_instances=deployed.maximum_instance_count,
        streams_per_instance=deployed.requests_per_instance,
        cores=CORES[deployed.instance_memory_mb],
        actions=facts.limit("schedulerConsumption"),
        # The busiest container's bound stands for all: it has more than half of the units.
        request_units=2 * facts.limit("cosmosServerless"),
        rankings_at_once=round(deployed.search_units * facts.limit("searchSemanticBasic")),
        model_tokens=thousands * 1_000,
        model_requests=thousands * facts.limit("modelRequests"),
    )


def as_needed(
    found: Mapping[str, Limit], turns_per_minute: float, deployed: Deployed, facts: Facts
) -> Sizes:
    """Of one stamp, so that each service is used to the headroom that is planned."""
    headroom = facts.assumed("headroom")

    def needed(name: str) -> int:
        return found[name].needed(turns_per_minute, headroom)

    def rate(name: str) -> float:
        return needed(name) * found[name].unit

    # One capacity gives both: tokens, and requests by thousands of them.
    thousands = max(needed("model: tokens"), needed("model: requests")) / MINUTE
    return Sizes(
        http_instances=max(needed("HTTP instances: streams"), needed("HTTP instances: CPU")),
        steps_instances=max(
            needed("Durable instances: CPU"), needed("Durable instances: activities")
        ),
        streams_per_instance=deployed.requests_per_instance,
        cores=CORES[deployed.instance_memory_mb],
        actions=rate("Durable Task Scheduler"),
        request_units=rate("Cosmos DB: autoscale"),
        rankings_at_once=round(
            needed("AI Search: semantic ranker") * facts.limit("searchSemanticS1")
        ),
        model_tokens=thousands * 1_000,
        model_requests=thousands * facts.limit("modelRequests"),
    )


class Stamp:
    """Its stations, by name, and turns made for them by a mix and by dice."""

    def __init__(self, sizes: Sizes, mix: Mix, measured: Measured, facts: Facts, seed: int) -> None:
        self._facts = facts
        self._measured = measured
        self._kinds, self._parts = list(mix), list(mix.values())
        self._dice = Random(seed)
        self.places = Places(sizes.http_instances * sizes.streams_per_instance)
        self.http = Pool(ceil(sizes.http_instances * sizes.cores))
        self.steps = Pool(ceil(sizes.steps_instances * sizes.cores))
        self.scheduler = Rate(sizes.actions)
        self.cosmos = Rate(sizes.request_units)
        self.ranker = Pool(sizes.rankings_at_once)
        self.tokens = Rate(sizes.model_tokens, TOKENS_BURST_SECONDS)
        self.requests = Rate(sizes.model_requests, REQUESTS_BURST_SECONDS)

    @property
    def stations(self) -> Mapping[str, Station | Places]:
        return {
            "HTTP instances: streams": self.places,
            "HTTP instances: CPU": self.http,
            "Durable instances: CPU": self.steps,
            "Durable Task Scheduler": self.scheduler,
            "Cosmos DB": self.cosmos,
            "AI Search: semantic ranker": self.ranker,
            "model: tokens": self.tokens,
            "model: requests": self.requests,
        }

    def route(self) -> Route:
        """The next turn's way: accepted, one step after the other, streamed, ended."""
        (kind,) = self._dice.choices(self._kinds, self._parts)
        turn = self._measured.of(kind)
        http, steps = app_cpu(turn, self._facts)
        units = turn.all_units / (turn.activities + 1)
        way: list[Stage] = [Enter(self.places), self._work(self.http, http / 2)]
        way += [Work(self.cosmos, units), Work(self.scheduler, 1.0)]
        calls = list(turn.call_tokens)
        for name in turn.steps:
            waits = name != BESIDE
            way += [Work(self.scheduler, 2.0, waits)]
            way += [Delay(self._hop())] if waits else []
            way += [self._work(self.steps, steps / turn.activities, waits)]
            way += [Work(self.cosmos, units, waits)]
            way += self._of_step(name, kind, turn, calls)
            if name == "respond":
                way.append(self._work(self.http, http / 2, waits=False))
        return [*way, Leave(self.places)]

    def _of_step(self, name: str, kind: str, turn: Turn, calls: list[int]) -> list[Stage]:
        facts = self._facts
        match name:
            case "prepare" | "plan":
                return [*self._call(kind, turn, streams=False, tokens=calls.pop(0))]
            case "respond":
                return [*self._call(kind, turn, streams=True, tokens=calls.pop(0))]
            case "retrieve":
                ranking = self._random(facts.assumed("semanticMs") / 1000)
                return [
                    Delay(self._random(facts.assumed("embeddingMs") / 1000)),
                    Work(self.ranker, ranking),
                ]
            case "run_tool":
                return [Delay(self._random(facts.assumed("erpMs") / 1000))]
            case _:
                return []

    def _call(self, kind: str, turn: Turn, *, streams: bool, tokens: int) -> list[Stage]:
        first = self._random(self._facts.assumed("modelFirstTokenMs") / 1000)
        writing = tokens / self._facts.assumed("modelTokensPerSecond")
        counted = turn.prompt_tokens + RESERVED[kind] * self._facts.limit("modelReserved")
        return [
            Work(self.requests, 1.0),
            Work(self.tokens, counted / turn.model_calls),
            Delay(first),
            *([FirstToken()] if streams else []),
            Delay(writing),
        ]

    def _work(self, pool: Pool, seconds: float, waits: bool = True) -> Work:
        return Work(pool, self._random(seconds), waits)

    def _random(self, mean: float) -> float:
        """Exponential: as irregular as a service that one knows nothing of but its mean."""
        return self._dice.expovariate(1 / mean)

    def _hop(self) -> float:
        mean = self._facts.assumed("hopMs") / 1000
        return self._dice.uniform(1 - HOP_SPREAD, 1 + HOP_SPREAD) * mean
