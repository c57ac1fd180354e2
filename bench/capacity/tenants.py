"""What one tenant has only one of: its chain of anchors, its counters, its share of a timer."""

from dataclasses import dataclass
from datetime import UTC, datetime

from api.anchoring import MOST_HEADS
from bench.capacity.deployed import Deployed
from bench.capacity.facts import Facts
from bench.capacity.measured import Measured
from emulator.services.cosmos.charges import KILOBYTE, replace
from shared.contracts.chain import FIRST, Head, item_of, next_anchor
from shared.contracts.quotas import tenant_subject

MINUTE, DAY_MINUTES = 60.0, 24 * 60
ANCHOR_MINUTES = 5
RUN_ENTRY_BYTES = 32
"""Of a run that is under way in a tenant's counter: its id, quotes, a number, a comma."""


@dataclass(frozen=True, slots=True)
class TenantCap:
    """Something of which a tenant has one. `ends_at` turns a minute it is used up."""

    name: str
    ends_at: float
    what: str


def days_until_anchors_are_full(turns_per_minute: float, facts: Facts) -> float:
    """Anchors stay, all in one logical partition: so many days until it has its 20 GB."""
    turns_a_day = turns_per_minute * 60 * facts.day.busiest_hours
    heads = turns_a_day / facts.assumed("turnsPerConversation")
    return facts.limit("cosmosLogicalGb") * 1e9 / (heads * head_bytes())


def head_bytes() -> float:
    """Of one conversation in an anchor that is full, as it is stored."""
    head = Head(conversation_id="0" * 26, seq=1, digest="0" * 64)
    heads = [head] * MOST_HEADS
    anchor = next_anchor("0" * 36, None, heads, datetime(2026, 1, 1, tzinfo=UTC), 0)
    assert anchor.previous == FIRST
    return len(str(item_of(anchor)).replace(", ", ",").replace(": ", ":")) / MOST_HEADS


def caps(measured: Measured, units: float, stay: float, facts: Facts) -> list[TenantCap]:
    """By the rate at which they end. `units`: of a turn in the containers whose key begins with the
    tenant; `stay`: seconds that a run is under way."""
    partition = facts.limit("cosmosPartition")
    return sorted(
        [
            TenantCap(
                "tenant-first containers on one physical partition",
                partition * MINUTE / units,
                "until 50 GB have split it",
            ),
            TenantCap(
                "timer `anchor`: items of five minutes in memory",
                _anchor_ends_at(measured, facts),
                "one instance reads all that a tenant has stored since the last anchor",
            ),
            TenantCap(
                "`Quotas__TenantPerHour`: one counter",
                partition * MINUTE / replace(counter_bytes(0), 0),
                "only where that limit is set; patches of one item wait for each other long before",
            ),
            TenantCap(
                "`Quotas__TenantRuns`, `…TokensPerDay`: one item with all runs under way",
                _under_way_ends_at(stay, partition),
                "only where a limit is set; the item grows with the runs it names",
            ),
        ],
        key=lambda cap: cap.ends_at,
    )


def counter_bytes(runs: float) -> int:
    """Of a tenant's item that names so many runs."""
    empty = len(str({"id": "under-way", "subject": tenant_subject("t"), "count": 1, "runs": {}}))
    return round(empty + 200 + runs * RUN_ENTRY_BYTES)


def _under_way_ends_at(stay: float, partition: float) -> float:
    """Two patches a run, each of the whole item: found by halving."""

    def units(rate: float) -> float:
        return 2 * rate * replace(counter_bytes(rate * stay), 0)

    low, high = 0.0, partition
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if units(middle) < partition else (low, middle)
    return low * MINUTE


def _anchor_ends_at(measured: Measured, facts: Facts) -> float:
    largest = max(turn.stored_bytes["events"].bytes for turn in measured.turns.values())
    memory = Deployed().instance_memory_mb * KILOBYTE * KILOBYTE
    return memory / (largest * facts.assumed("objectFactor") * ANCHOR_MINUTES)
