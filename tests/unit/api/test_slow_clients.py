"""Clients that take their time: a body byte by byte, or never whole; hundreds that only listen."""

import asyncio
import gc

import pytest
from azurefunctions.extensions.http.fastapi import StreamingResponse

from api import conversations, messages
from api.bodies import MAX_BODY_BYTES, read_body
from api.edge import Call, authenticated
from api.runs import event_stream
from shared.errors import TooLargeError
from shared.ports import LogItem
from shared.streams.sse import HEARTBEAT
from shared.streams.tailing import HEARTBEAT_SECONDS
from tests.fakes.http import request
from tests.fakes.log_events import texts
from tests.fakes.services import FakeOrchestrations
from tests.fakes.stores import FakeLogItems
from tests.fakes.virtual_time import run_virtually
from tests.fakes.world import ANA, World
from tests.unit.api.people import Desk

STREAMS = 500
SECONDS = 32
MOST_LOOKS_A_SECOND = 5
"""Of one reader, in the first half minute of a run that says nothing; later they are fewer."""


async def test_of_nobody_without_a_token_a_body_is_waited_for() -> None:
    """The body never comes: who waited for it would never answer."""
    for headers in ({}, {"authorization": "Bearer mallory"}):
        incoming = request("POST", headers={**headers, "content-length": "100"}, chunks=())
        endpoint = authenticated(conversations.create, lambda: World().deps())
        response = await endpoint(incoming, FakeOrchestrations())
        assert response.status_code == 401


async def test_a_body_that_comes_byte_by_byte_is_read_like_any_other() -> None:
    body = b'{"title": "Tareas"}'
    chunks = [bytes([each]) for each in body]
    answer = await Desk().person().call(conversations.create, "POST", raw=chunks)
    assert (answer.status, answer.json["title"]) == (201, "Tareas")


async def test_a_body_without_end_is_kept_up_to_its_limit_only() -> None:
    piece = b"x" * 1_000
    chunks = [piece] * 1_000
    incoming = request("POST", chunks=chunks)
    with pytest.raises(TooLargeError):
        await read_body(incoming)
    left = [chunk async for chunk in incoming.stream()]
    assert sum(map(len, left)) >= len(piece) * len(chunks) - MAX_BODY_BYTES - len(piece)


async def test_who_leaves_in_the_middle_of_a_body_is_no_defect(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk, gone = Desk(), asyncio.Event()
    gone.set()
    conversation = await desk.conversation()
    person = desk.person()
    incoming = request(
        "POST",
        path={"id": conversation},
        headers={"authorization": "Bearer ana", "content-length": "100"},
        chunks=(),
        gone=gone,
    )
    endpoint = authenticated(messages.post, lambda: person.deps)
    response = await endpoint(incoming, desk.orchestrations)
    assert response.status_code == 400
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    assert desk.orchestrations.started == []


def test_five_hundred_idle_streams_cost_a_look_now_and_then_and_leave_nothing_behind() -> None:
    """On a clock that only moves while all of them wait."""

    async def program() -> None:
        log, seen = FakeLogItems(), [0] * STREAMS
        call = Call(request(), ANA, "es", "c", World(log=log).deps(), FakeOrchestrations())
        for number in range(STREAMS):
            await log.create(f"run-{number}", LogItem(1, texts("Hola"), "k", "w"))
        tasks_before = len(asyncio.all_tasks())

        async def listen(number: int) -> None:
            stream = event_stream(call, f"run-{number}", 0)
            assert isinstance(stream, StreamingResponse)
            async for chunk in stream.body_iterator:
                seen[number] += chunk == HEARTBEAT

        listeners = [asyncio.create_task(listen(number)) for number in range(STREAMS)]
        await asyncio.sleep(SECONDS)
        # One task each, which is the test's own: a stream keeps none besides.
        assert len(asyncio.all_tasks()) - tasks_before == STREAMS
        assert min(seen) >= SECONDS // HEARTBEAT_SECONDS - 1
        assert max(seen) <= SECONDS // HEARTBEAT_SECONDS + 1
        assert log.looks <= STREAMS * SECONDS * MOST_LOOKS_A_SECOND
        for each in listeners:
            each.cancel()
        await asyncio.gather(*listeners, return_exceptions=True)
        gc.collect()
        assert len(asyncio.all_tasks()) == tasks_before

    run_virtually(program())
