"""Following a timeline: everything once, in the order in which it was stored, from anywhere."""

import asyncio
from contextlib import aclosing

from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.audit import Actor, AuditEvent
from shared.streams.timeline import Placed, Position, follow
from tests.fakes.audit import FakeAuditLog
from tests.fakes.samples import AT
from tests.fakes.virtual_time import now, run_virtually


def event(event_id: str, conversation: str = "c1", tenant: str = "tenant-a") -> AuditEvent:
    return AuditEvent(
        event_id=event_id,
        tenant_id=tenant,
        conversation_id=conversation,
        actor=Actor(user_id="user-ana"),
        at=AT,
        kind="turn.completed",
        correlation_id="corr-1",
    )


async def read(audit: FakeAuditLog, count: int, position: Position = Position()) -> list[Placed]:  # noqa: B008 (frozen)
    """The next events, exactly so many."""
    placed: list[Placed] = []
    async with aclosing(follow(audit, "tenant-a", "c1", position)) as batches:
        async for batch in batches:
            placed += batch
            if len(placed) >= count:
                return placed
    return placed


def ids(placed: list[Placed]) -> list[str]:
    return [each.event.event_id for each in placed]


def test_what_comes_while_somebody_reads_comes_at_once() -> None:
    async def program() -> None:
        audit = FakeAuditLog()
        reading = asyncio.create_task(read(audit, 2))
        await asyncio.sleep(100)
        for event_id in ("01B", "01A"):
            await audit.record(event(event_id))
            await asyncio.sleep(0)
        assert ids(await reading) == ["01B", "01A"]
        assert now() == 100

    run_virtually(program())


def test_what_another_process_stores_is_found_within_two_seconds() -> None:
    class Elsewhere(FakeAuditLog):
        async def changed(self, tenant_id: str, conversation_id: str, within: float) -> None:
            await asyncio.sleep(within)

    async def program() -> None:
        audit = Elsewhere()
        reading = asyncio.create_task(read(audit, 1))
        await asyncio.sleep(60.1)
        await audit.record(event("01A"))
        assert ids(await reading) == ["01A"]
        assert now() <= 62.1

    run_virtually(program())


def test_a_silent_timeline_says_every_15_seconds_that_it_is_there() -> None:
    async def program() -> None:
        async with aclosing(follow(FakeAuditLog(), "tenant-a", "c1", Position())) as batches:
            for beat in range(1, 4):
                assert await anext(batches) == ()
                assert 15 * beat <= now() <= 17 * beat

    run_virtually(program())


def test_other_conversations_and_tenants_are_not_in_it() -> None:
    async def program() -> None:
        audit = FakeAuditLog()
        await audit.record(event("01A", conversation="c2"))
        await audit.record(event("01B", tenant="tenant-b"))
        await audit.record(event("01C"))
        assert ids(await read(audit, 1)) == ["01C"]

    run_virtually(program())


@given(
    # Ids in the order of storing, each with the seconds since the one before.
    stored=st.lists(
        st.tuples(st.integers(0, 99), st.integers(0, 2)),
        max_size=12,
        unique_by=lambda pair: pair[0],
    ),
    cuts=st.sets(st.integers(0, 12)),
)
def test_whoever_comes_back_misses_nothing_and_gets_nothing_twice(
    stored: list[tuple[int, int]], cuts: set[int]
) -> None:
    async def program() -> None:
        audit = FakeAuditLog()
        seen: list[str] = []
        position = Position()
        for number, (event_id, seconds) in enumerate(stored):
            audit.second += seconds
            await audit.record(event(f"{event_id:02}"))
            if number in cuts:
                placed = await read(audit, 1, position)
                seen += ids(placed)
                again = Position.parse(placed[-1].position.encode())
                assert again is not None
                position = again
        if len(seen) < len(stored):
            seen += ids(await read(audit, len(stored) - len(seen), position))
        assert sorted(seen) == sorted(f"{event_id:02}" for event_id, _ in stored)

    run_virtually(program())


def test_a_position_that_was_never_given_out_is_none() -> None:
    for text in ("", "x", "-1", "1.", "1.zz", "1.0123456789ab.", "²", "1" * 13):
        assert Position.parse(text) is None, text
