"""Durable deletes by time: what is asked of it is bounded, however many runs there are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.durable import FULL_PAGE, LONG_AGO, SLICE, DurableOrchestrations
from shared.errors import DependencyError

OLDEST = datetime(2026, 9, 1, tzinfo=UTC)
BEFORE = datetime(2026, 10, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Status:
    created_time: datetime | None


@dataclass(frozen=True, slots=True)
class Purged:
    instances_deleted: int


@dataclass
class Client:
    """The SDK's client over these instances, of which it answers a page; it is `away`, if so."""

    created: list[datetime]
    away: bool = False
    asked: list[tuple[datetime, datetime]] = field(default_factory=list)

    async def get_status_by(
        self, since: datetime, until: datetime, wanted: Sequence[object]
    ) -> list[Status]:
        assert [str(each) for each in wanted] == ["OrchestrationRuntimeStatus.Completed"]
        found = [Status(each) for each in self.created if since <= each <= until]
        return found[:FULL_PAGE]

    async def purge_instance_history_by(
        self, since: datetime, until: datetime, wanted: Sequence[object]
    ) -> Purged:
        if self.away:
            raise Exception("The operation failed with an unexpected status code 503")
        self.asked.append((since, until))
        left = [each for each in self.created if not since <= each <= until]
        gone, self.created = len(self.created) - len(left), left
        return Purged(gone)


def orchestrations(client: Any) -> DurableOrchestrations:
    return DurableOrchestrations(client)


async def test_few_are_deleted_at_once() -> None:
    client = Client([OLDEST, OLDEST + timedelta(days=20)])
    assert await orchestrations(client).forget_completed(BEFORE) == 2
    assert client.asked == [(LONG_AGO, BEFORE)]


async def test_many_are_deleted_by_slices_of_time_from_the_oldest_on() -> None:
    client = Client([OLDEST + timedelta(minutes=number) for number in range(250)])
    port = orchestrations(client)
    counts = [await port.forget_completed(BEFORE) for _ in range(3)]
    assert counts == [11, 11, 11]
    assert client.asked[:2] == [
        (OLDEST, OLDEST + SLICE),
        (OLDEST + timedelta(minutes=11), OLDEST + timedelta(minutes=11) + SLICE),
    ]


async def test_no_slice_reaches_beyond_the_time() -> None:
    client = Client([BEFORE - timedelta(minutes=1)] * 150 + [BEFORE + timedelta(minutes=1)])
    port = orchestrations(client)
    assert await port.forget_completed(BEFORE) == 150
    assert await port.forget_completed(BEFORE) == 0
    assert client.created == [BEFORE + timedelta(minutes=1)]


async def test_durable_being_away_is_a_failure_of_a_dependency() -> None:
    with pytest.raises(DependencyError):
        await orchestrations(Client([OLDEST], away=True)).forget_completed(BEFORE)
