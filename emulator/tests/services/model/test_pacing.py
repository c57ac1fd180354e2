"""The pace of tokens: deadlines, and the ways to set it."""

import asyncio
from collections.abc import Mapping

import aiohttp
import openai
import pytest

from emulator.services.model.errors import RequestError
from emulator.services.model.pacing import (
    Pace,
    PacedFrames,
    chunked,
    pace_from_header,
    pace_from_json,
)
from emulator.services.serving import RunningService


class Wire(asyncio.Transport):
    """Remembers what was written, and can be gone."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.gone = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return self.gone


async def test_frames_that_are_due_leave_in_one_write() -> None:
    wire, now = Wire(), asyncio.get_running_loop().time()

    await PacedFrames(wire, [b"a", b"b", b"c"], now - 10, 1).send()

    assert wire.written == [b"abc"]


async def test_frames_leave_one_by_one_when_they_are_spread() -> None:
    wire, now = Wire(), asyncio.get_running_loop().time()

    await PacedFrames(wire, [b"a", b"b", b"c"], now + 0.02, 0.05).send()

    assert b"".join(wire.written) == b"abc"
    assert asyncio.get_running_loop().time() >= now + 0.119


async def test_what_is_left_leaves_at_once_when_the_pace_ends() -> None:
    wire, now = Wire(), asyncio.get_running_loop().time()
    paced = PacedFrames(wire, [b"a", b"b", b"c"], now - 1, 3600)
    sending = asyncio.create_task(paced.send())
    # One turn of the loop: what is due has left, and the rest waits for its hour.
    await asyncio.sleep(0)
    assert wire.written == [b"a"]

    paced.flow()

    await sending
    assert wire.written == [b"a", b"bc"]


async def test_nothing_is_written_to_a_client_that_is_gone() -> None:
    wire = Wire()
    wire.gone = True

    await PacedFrames(wire, [b"a"], 0, 0).send()

    assert wire.written == []


def test_chunks_carry_their_length_in_hexadecimal() -> None:
    assert chunked([b"x" * 26]) == [b"1a\r\n" + b"x" * 26 + b"\r\n"]


def test_a_pace_is_read_from_a_header() -> None:
    assert pace_from_header("100,50") == Pace(0.1, 50)
    assert pace_from_header("100") == Pace(0.1, 0)


@pytest.mark.parametrize("value", ["fast", "1,2,3", "", "-1,5", "nan,1"])
def test_a_pace_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(RequestError):
        pace_from_header(value)


def test_what_a_document_does_not_say_stays() -> None:
    assert pace_from_json({"tokensPerSecond": 5}, Pace(0.1, 1, True)) == Pace(0.1, 5, True)


def test_whether_embeddings_are_quick_is_said_with_yes_or_no() -> None:
    assert pace_from_json({"quickEmbeddings": True}, Pace()) == Pace(quick_embeddings=True)
    with pytest.raises(RequestError, match="quickEmbeddings"):
        pace_from_json({"quickEmbeddings": 1}, Pace())


async def _served(service: RunningService, http: aiohttp.ClientSession) -> Mapping[str, float]:
    async with http.get(f"{service.url}/_emulator/timeline?last=1") as response:
        document = await response.json()
    served: Mapping[str, float] = document["served"][-1]
    return served


@pytest.mark.parametrize("streamed", [True, False])
async def test_an_answer_takes_as_long_as_its_pace_says(
    client: openai.AsyncOpenAI,
    service: RunningService,
    http: aiohttp.ClientSession,
    streamed: bool,
) -> None:
    body = {
        "model": "m",
        "messages": [{"role": "user", "content": "x"}],
        "max_tokens": 6,
        "stream": streamed,
    }
    url, headers = f"{service.url}/v1/chat/completions", {"x-emulator-pace": "20,100"}
    headers["api-key"] = client.api_key

    async with http.post(url, json=body, headers=headers) as response:
        await response.read()

    served = await _served(service, http)
    assert served["tokens"] == 6
    assert served["firstTokenMs"] - served["arrivalMs"] >= 19
    assert served["lastTokenMs"] - served["arrivalMs"] >= 69


async def test_the_pace_is_set_while_the_service_runs(
    client: openai.AsyncOpenAI, service: RunningService, http: aiohttp.ClientSession
) -> None:
    pace = {"firstTokenMs": 30, "tokensPerSecond": 0}
    async with http.post(f"{service.url}/_emulator/pace", json=pace) as response:
        assert await response.json() == {**pace, "quickEmbeddings": False}

    await client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}])

    served = await _served(service, http)
    assert served["firstTokenMs"] - served["arrivalMs"] >= 29


async def test_a_stream_under_way_ends_at_once_when_the_pace_ends(
    client: openai.AsyncOpenAI, service: RunningService, http: aiohttp.ClientSession
) -> None:
    url = f"{service.url}/_emulator/pace"
    await http.post(url, json={"tokensPerSecond": 0.001})
    stream = await client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "x"}], stream=True
    )
    chunks = aiter(stream)
    await anext(chunks)

    await http.delete(url)

    rest = [chunk async for chunk in chunks]
    assert rest[-1].choices[0].finish_reason == "stop"
    async with http.get(url) as response:
        assert await response.json() == Pace().to_json()


async def test_a_wrong_pace_is_refused_and_changes_nothing(
    service: RunningService, http: aiohttp.ClientSession
) -> None:
    url = f"{service.url}/_emulator/pace"
    async with http.post(url, json={"firstTokenMs": "soon"}) as response:
        assert response.status == 400
    async with http.get(url) as response:
        assert await response.json() == Pace().to_json()


async def test_a_stream_can_be_cut_in_the_middle(
    client: openai.AsyncOpenAI, service: RunningService, http: aiohttp.ClientSession
) -> None:
    fault = {"count": 1, "cut": "mid", "path": "chat"}
    async with http.post(f"{service.url}/_emulator/faults", json=fault) as response:
        assert response.status == 201

    async def read() -> None:
        stream = await client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "x"}], stream=True
        )
        async for _ in stream:
            pass

    with pytest.raises(openai.APIConnectionError):
        await read()


async def test_embeddings_are_in_the_timeline_too(
    client: openai.AsyncOpenAI, service: RunningService, http: aiohttp.ClientSession
) -> None:
    await client.embeddings.create(model="m", input=["contrato", "licencia"])

    async with http.get(f"{service.url}/_emulator/timeline?last=1") as response:
        (embedded,) = (await response.json())["embedded"]
    assert embedded["texts"] == 2
    assert embedded["endMs"] > embedded["arrivalMs"]
