"""Runs that are to end when nobody listens any more."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from activities.listening import must_be_heard
from api import listening, messages, runs
from api.listening import LEASE
from shared.contracts.events import TextEvent
from shared.contracts.runs import RunRecord
from shared.errors import RunStoppedError, StoreError
from shared.ports import LogItem
from shared.streams.writing import STOP_STEP
from tests.fakes.world import ANA, World
from tests.unit.api.people import ASYNC, SSE, Desk, running_desk

CANCEL = {"message": "Hola", "onDisconnect": "cancel"}


class Talk:
    """A message whose run has not ended, and those who read it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.conversation = ""
        self.run_id = ""

    async def send(self, body: object = CANCEL, **more: Any) -> Any:
        """The answer of the request that starts the run."""
        self.conversation = await self.desk.conversation()
        return await self.desk.person().begin(
            messages.post, "POST", body, path={"id": self.conversation}, **more
        )

    async def stream(self, body: object = CANCEL) -> AsyncGenerator[bytes]:
        response = await self.send(body, headers=SSE)
        self.run_id = response.headers["x-run-id"]
        return await self._read(response)

    async def follow(self) -> AsyncGenerator[bytes]:
        """One more reader, who has read the first event."""
        place = {"runId": self.run_id}
        return await self._read(await self.desk.person().begin(runs.events, path=place))

    async def _read(self, response: Any) -> AsyncGenerator[bytes]:
        frames: AsyncGenerator[bytes] = response.body_iterator
        assert b"RECEIVED" in await anext(frames)
        return frames

    async def record(self) -> RunRecord:
        found = await self.desk.world.runs.get(ANA.tenant_id, self.run_id)
        assert found is not None
        return found

    async def is_stopped(self) -> bool:
        """Once those who left are done with it."""
        await asyncio.gather(*listening._leaving)
        items = await self.desk.world.log.all(self.run_id)
        return any(item.key.startswith(f"{STOP_STEP}/") for item in items)


@pytest.fixture
def talk() -> Talk:
    return Talk(Desk())


async def close(frames: AsyncGenerator[bytes]) -> None:
    await frames.aclose()


async def cancel(frames: AsyncGenerator[bytes]) -> None:
    """As a server does whose task waits for the next frame."""
    waiting = asyncio.ensure_future(anext(frames))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])


type Leave = Callable[[AsyncGenerator[bytes]], Awaitable[None]]


@pytest.mark.parametrize("leave", [close, cancel])
async def test_a_run_ends_when_its_only_reader_leaves(talk: Talk, leave: Leave) -> None:
    frames = await talk.stream()
    assert not await talk.is_stopped()
    await leave(frames)
    assert await talk.is_stopped()


@pytest.mark.parametrize("leave", [close, cancel])
async def test_a_run_goes_on_without_readers_unless_the_message_says_so(
    talk: Talk, leave: Leave
) -> None:
    await leave(await talk.stream({"message": "Hola"}))
    assert not await talk.is_stopped()
    assert talk.desk.world.readers.leases == {}, "nothing is kept of who reads it"


async def test_a_run_goes_on_as_long_as_anybody_listens(talk: Talk) -> None:
    first = await talk.stream()
    second = await talk.follow()
    await first.aclose()
    assert not await talk.is_stopped()
    third = await talk.follow()
    await second.aclose()
    assert not await talk.is_stopped()
    await third.aclose()
    assert await talk.is_stopped()


async def test_of_two_who_leave_at_the_same_time_one_is_the_last(talk: Talk) -> None:
    first, second = await talk.stream(), await talk.follow()
    await asyncio.gather(first.aclose(), second.aclose())
    assert await talk.is_stopped()


async def test_who_has_read_everything_does_not_leave() -> None:
    talk = Talk(running_desk())
    frames = await talk.stream()
    assert b'"done"' in [frame async for frame in frames][-1]
    assert not await talk.is_stopped()


async def test_who_waits_for_json_and_leaves_ends_the_run(talk: Talk) -> None:
    gone = asyncio.Event()
    gone.set()
    answer = await talk.send(gone=gone)
    talk.run_id = answer.headers["x-run-id"]
    assert answer.status_code == 202
    assert await talk.is_stopped()


async def test_who_is_told_to_look_later_has_not_left(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "PATIENCE_SECONDS", 0)
    answer = await talk.send()
    talk.run_id = answer.headers["x-run-id"]
    assert answer.status_code == 202
    assert not await talk.is_stopped()
    talk.desk.world.clock.now += 10 * LEASE
    await must_be_heard(await talk.record(), talk.desk.world.deps())


async def test_a_reader_whose_instance_died_is_missed_before_work_that_costs(talk: Talk) -> None:
    frames = await talk.stream()
    record, deps = await talk.record(), talk.desk.world.deps()
    await must_be_heard(record, deps)
    talk.desk.world.clock.now += LEASE + timedelta(seconds=1)
    with pytest.raises(RunStoppedError):
        await must_be_heard(record, deps)
    again = await talk.follow()
    await must_be_heard(record, deps)
    await asyncio.gather(frames.aclose(), again.aclose())


async def test_a_reader_who_stays_is_not_missed(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames, world = await talk.stream(), talk.desk.world
    world.clock.now += LEASE - timedelta(seconds=1)
    monkeypatch.setattr(listening, "RENEWED_AFTER_SECONDS", 0)
    items = await world.log.all(talk.run_id)
    more = LogItem(items[-1].last + 1, (TextEvent(text="Hola", attempt=1),), "respond/1/0", "w")
    await world.log.create(talk.run_id, more)
    assert b"Hola" in await anext(frames)
    reading = asyncio.ensure_future(anext(frames))
    await asyncio.sleep(0)
    world.clock.now += timedelta(seconds=2)
    await must_be_heard(await talk.record(), world.deps())
    reading.cancel()
    await asyncio.wait([reading])
    assert await talk.is_stopped()


async def test_a_run_that_nobody_ever_followed_goes_on(talk: Talk) -> None:
    answer = await talk.send(headers=ASYNC)
    talk.run_id = answer.headers["x-run-id"]
    await must_be_heard(await talk.record(), talk.desk.world.deps())
    assert talk.desk.world.readers.leases == {}


async def test_a_store_that_is_away_stops_nothing_and_breaks_nothing(
    talk: Talk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> bool:
        raise StoreError("away")

    frames = await talk.stream()

    monkeypatch.setattr(talk.desk.world.readers, "leave", away)
    await frames.aclose()
    assert not await talk.is_stopped()
    assert "nobody listens" in caplog.text


async def test_a_step_of_a_run_that_goes_on_does_not_ask_who_listens() -> None:
    world = World()
    await world.converse()
    record = await world.recorded("Hola", ANA, "01RUN")
    world.readers = None  # type: ignore[assignment]
    await must_be_heard(record, world.deps())
