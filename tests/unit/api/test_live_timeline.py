"""The live timeline over HTTP: frames, positions, whose it is."""

import asyncio
import json

import pytest

from api import conversations, timeline
from shared.streams import sse
from tests.fakes.erp_events import grid_event
from tests.fakes.http import Answer
from tests.unit.api.people import SSE, Desk, running_desk
from tests.unit.api.test_erp_events import TASK, deliver

type Frame = dict[str, str]


@pytest.fixture(autouse=True)
def _short_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream ends with its first batch."""
    monkeypatch.setattr(timeline, "STREAM_SECONDS", -1.0)


async def live(desk: Desk, conversation: str, token: str = "ana", **headers: str) -> Answer:
    return await desk.person(token).call(
        conversations.events,
        path={"id": conversation},
        headers=SSE | {name.replace("_", "-"): value for name, value in headers.items()},
    )


def frames(answer: Answer) -> list[Frame]:
    """The frames without comments, each with its fields."""
    blocks = answer.body.decode().strip().split("\n\n")
    return [
        dict((part.split(": ", 1)) for part in block.split("\n"))
        for block in blocks
        if not block.startswith(":")
    ]


def types(answer: Answer) -> list[str]:
    return [frame["event"] for frame in frames(answer)]


async def told() -> tuple[Desk, str]:
    """A conversation with one turn, and then an event of the ERP."""
    desk = running_desk()
    conversation = await desk.conversation()
    await desk.post(conversation, "Hola")
    await desk.world.entities.link("tenant-a", TASK, conversation)
    desk.world.audit.second += 1
    await deliver(desk.world, grid_event())
    return desk, conversation


async def test_audit_events_and_notifications_come_in_their_order() -> None:
    desk, conversation = await told()
    answer = await live(desk, conversation)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.body.startswith(sse.HEARTBEAT)
    assert types(answer) == ["audit", "notification", "audit"]
    turn, notification, line = (json.loads(frame["data"]) for frame in frames(answer))
    assert turn["event"]["kind"] == "turn.completed"
    assert notification["entity"] == {"type": "task", "id": "T-7"}
    assert notification["text"].startswith("En el ERP")
    assert line["event"]["kind"] == "erp.event"


async def test_the_pages_show_the_same_events() -> None:
    desk, conversation = await told()
    streamed = [
        json.loads(frame["data"])["event"]
        for frame in frames(await live(desk, conversation))
        if frame["event"] == "audit"
    ]
    page = await desk.person().call(conversations.events, path={"id": conversation})
    assert page.json["items"] == streamed


async def test_a_reader_goes_on_behind_the_last_id() -> None:
    desk, conversation = await told()
    first = frames(await live(desk, conversation))[0]
    again = await live(desk, conversation, Last_Event_ID=first["id"])
    assert types(again) == ["notification", "audit"]
    assert "id" not in frames(again)[0]


async def test_the_query_says_the_same_as_the_header() -> None:
    desk, conversation = await told()
    first = frames(await live(desk, conversation))[0]
    again = await desk.person().call(
        conversations.events, path={"id": conversation}, query={"after": first["id"]}, headers=SSE
    )
    assert types(again) == ["notification", "audit"]


async def test_people_are_told_in_the_language_that_they_read_now() -> None:
    desk, conversation = await told()
    answer = await live(desk, conversation, accept_language="en")
    notification = next(each for each in frames(answer) if each["event"] == "notification")
    assert json.loads(notification["data"])["text"].startswith("Changed in the ERP")


async def test_what_comes_later_comes_live() -> None:
    desk = running_desk()
    conversation = await desk.conversation()
    await desk.world.entities.link("tenant-a", TASK, conversation)
    reading = asyncio.create_task(live(desk, conversation))
    await asyncio.sleep(0)
    await deliver(desk.world, grid_event())
    assert types(await reading) == ["notification", "audit"]


async def test_a_position_that_is_none_is_refused() -> None:
    desk, conversation = await told()
    answer = await live(desk, conversation, Last_Event_ID="01JD8-1-flow")
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (400, "/after")


@pytest.mark.parametrize("token", ["olga", "luis"])
async def test_somebody_elses_timeline_is_not_found(token: str) -> None:
    desk, conversation = await told()
    assert (await live(desk, conversation, token)).status == 404
