"""Frames between host and worker: what is sent arrives as it was."""

import asyncio
import socket
from datetime import timedelta

import pytest

from emulator.host.frames import Frame, FrameChannel
from emulator.host.http_datum import HttpCall, HttpReply
from emulator.host.invocation import Datum, Failed, RetryState, Succeeded
from emulator.host.messages import (
    Done,
    Forget,
    IndexedFunction,
    Loaded,
    LoadFailed,
    Message,
    Run,
    decode,
    encode,
)
from emulator.host.retry_policy import ExponentialBackoff, FixedDelay

CALL = HttpCall({"id": "1"}, "POST", "http://x/", {"a": "b"}, {"q": "1,2"}, b"\x00\xff")
FIXED = FixedDelay(2, timedelta(seconds=1.5))
BACKOFF = ExponentialBackoff(-1, timedelta(seconds=1), timedelta(minutes=1))
EVERY_KIND: list[Message] = [
    Run(
        7,
        "f",
        "inv",
        (
            ("text", Datum("string", 'é "quoted" \ud800')),
            ("json", Datum("json", "{}")),
            ("raw", Datum("bytes", b"\x00")),
            ("http", Datum("http", CALL)),
        ),
        (("count", Datum("int", 3)), ("share", Datum("double", 0.5))),
        "00-a-b-01",
        RetryState(1, 3, Failed("ValueError: bad", "stack")),
    ),
    Forget("inv"),
    Loaded((IndexedFunction("f", ('{"type": "httpTrigger"}',)),), "http://127.0.0.1:1"),
    Loaded((IndexedFunction("g", (), "g", "function_app.py", FIXED),), None),
    Loaded((IndexedFunction("h", (), "h", "other.py", BACKOFF),), None),
    Loaded((), None),
    LoadFailed("ImportError: no", "stack"),
    Done(7, Succeeded(None)),
    Done(7, Succeeded(Datum("http", HttpReply(418, {"a": "b"}, ("c=1",), b"body")))),
    Done(7, Succeeded(Datum("json", "1"), (("out", Datum("string", "")),))),
    Done(7, Failed("ValueError: bad", "stack")),
]


@pytest.mark.parametrize("message", EVERY_KIND, ids=lambda message: type(message).__name__)
def test_every_message_survives_its_frame(message: Message) -> None:
    assert decode(encode(message)) == message


def test_an_unknown_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown frame"):
        decode(("sorcery", 1))


def test_a_value_that_no_datum_carries_is_refused() -> None:
    with pytest.raises(TypeError, match="a string datum cannot carry a list"):
        encode(Run(1, "f", "inv", (("x", Datum("string", [])),)))


async def test_frames_of_any_size_cross_a_socket_pair_in_order() -> None:
    received: list[Frame] = []
    complete, closed = asyncio.Event(), asyncio.Event()
    frames = [b"x" * size for size in (0, 1, 70_000, 3_000_000, 5)]

    def receive(frame: Frame) -> None:
        received.append(frame)
        if len(received) == len(frames):
            complete.set()

    ours, theirs = socket.socketpair()
    sender = FrameChannel(receive, lambda: None)
    receiver = FrameChannel(receive, closed.set)
    loop = asyncio.get_running_loop()
    await loop.create_unix_connection(lambda: sender, sock=ours)
    await loop.create_unix_connection(lambda: receiver, sock=theirs)
    for number, content in enumerate(frames):
        assert sender.send((number, content, "tail"))
    await asyncio.wait_for(complete.wait(), 60)
    assert received == [(n, content, "tail") for n, content in enumerate(frames)]
    sender.close()
    await asyncio.wait_for(closed.wait(), 60)
    assert not sender.send(("late",))
