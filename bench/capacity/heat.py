"""How evenly Cosmos DB's keys spread the request units, by the hash that it uses itself."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random

from bench.capacity.demand import Mix
from bench.capacity.facts import Facts
from bench.capacity.measured import Measured
from emulator.services.cosmos.partitioning import PartitionKey

CONTAINERS = Path("demo/cloud.json")
"""Names and keys as they are in Azure, too: tests/infra compares them."""
SAMPLED_TURNS = 5_000
MINUTE = 60.0
_TOP = 0x40000000
"""The hash's two highest bits are not used: 32 of its bits are less than this."""


@dataclass(frozen=True, slots=True)
class Ids:
    """Whose turn it is, and the ids that it is stored under."""

    tenant: str
    conversation: str
    run: str
    entity: str


@dataclass(frozen=True, slots=True)
class Heat:
    """Of one container: its key, what a turn takes of it, the part of that which the hottest
    physical partition gets, and at how many turns a minute that one has its 10,000 RU/s."""

    container: str
    key: Sequence[str]
    units: float
    hottest: float
    ends_at: float


@cache
def keys(file: Path = CONTAINERS) -> Mapping[str, tuple[str, ...]]:
    services = json.loads(file.read_text("utf-8"))["services"]
    return {each["name"]: tuple(each["partitionKey"]) for each in services["cosmos"]["containers"]}


_VALUE: Mapping[str, Callable[[Ids], str]] = {
    "/tenantId": lambda ids: ids.tenant,
    "/conversationId": lambda ids: ids.conversation,
    "/runId": lambda ids: ids.run,
    "/entityKey": lambda ids: ids.entity,
    # A session's counter, which each turn takes; those of tenants are another matter (tenants.py).
    "/subject": lambda ids: sha256(f"session {ids.conversation}".encode()).hexdigest(),
}


def turns(tenants: int, per_conversation: int, seed: int) -> list[Ids]:
    """Turns as they are stored, in conversations of so many; tenants as Zipf found words to be: the
    second has half as many as the first, the third a third of them."""
    dice = Random(seed)
    names = [_ulid(dice) for _ in range(tenants)]
    weights = [1 / place for place in range(1, tenants + 1)]
    found: list[Ids] = []
    while len(found) < SAMPLED_TURNS:
        (tenant,) = dice.choices(names, weights)
        conversation = _ulid(dice)
        found += [
            Ids(tenant, conversation, _ulid(dice), f"task:{_ulid(dice)}")
            for _ in range(per_conversation)
        ]
    return found


def units_by_container(mix: Mix, measured: Measured) -> dict[str, float]:
    """Request units that a mean turn takes of each container."""
    found: defaultdict[str, float] = defaultdict(float)
    for kind, share in mix.items():
        for name, units in measured.of(kind).request_units.items():
            found[name] += share * units
    return dict(found)


def heats(
    sampled: Sequence[Ids], partitions: int, units: Mapping[str, float], facts: Facts
) -> list[Heat]:
    """For each container that turns use, with its range of hashes cut into equal partitions."""
    found = []
    of_path = {path: hottest_part(path, sampled, partitions) for path in _first_levels(units)}
    for name, per_turn in units.items():
        key = keys()[name]
        hottest = of_path[key[0]]
        ends_at = facts.limit("cosmosPartition") * MINUTE / (per_turn * hottest)
        found.append(Heat(name, key, per_turn, hottest, ends_at))
    return sorted(found, key=lambda heat: heat.ends_at)


def hottest_part(path: str, sampled: Sequence[Ids], partitions: int) -> float:
    """Of the turns, with this first level of the key.

    Each level is hashed by itself and the hashes stand one behind the other: the first one decides
    where an item lies.
    """
    key = PartitionKey.parse({"paths": [path]})
    value = _VALUE[path]
    places = (int(key.effective([value(ids)])[:8], 16) for ids in sampled)
    hits = Counter(place * partitions // _TOP for place in places)
    return max(hits.values()) / len(sampled)


def _first_levels(containers: Iterable[str]) -> set[str]:
    return {keys()[name][0] for name in containers}


def _ulid(dice: Random) -> str:
    """As long and as random as one."""
    return f"{dice.getrandbits(104):026X}"
