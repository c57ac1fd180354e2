"""The provider for OpenAI, Azure OpenAI and gateways, against a small server of our own."""

import asyncio
import base64
import json
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from openai import AsyncAzureOpenAI, AsyncOpenAI

from shared.errors import ModelError
from shared.llm.openai_compatible import OpenAICompatibleModel
from shared.ports import ModelMessage, ModelRequest, StreamEnd

REQUEST = ModelRequest(messages=(ModelMessage("user", "Hola"),), max_tokens=50)
USAGE = {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}
SECRET = "sk-made-up-secret"

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def model(
    handler: Handler, patience: float = 60.0, dimensions: int | None = None
) -> AsyncIterator[OpenAICompatibleModel]:
    app = web.Application()
    app.router.add_post("/v1/{path:.*}", handler)
    async with TestServer(app) as server:
        # Only silence: on a slow machine a connection may take longer than a test is patient.
        timeout = httpx2.Timeout(60.0, read=patience)
        url = str(server.make_url("/v1"))
        client = AsyncOpenAI(api_key=SECRET, base_url=url, max_retries=0, timeout=timeout)
        async with client:
            yield OpenAICompatibleModel(client, "gpt-x", "embed-x", dimensions)


def chunk(text: str | None = None, reason: str | None = None) -> dict[str, Any]:
    delta = {} if text is None else {"content": text}
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}


WHOLE = [
    chunk(""), chunk("Hola"), chunk(", Ana"), chunk(None, "stop"), {"choices": [], "usage": USAGE}
]  # fmt: skip


def streaming(chunks: list[dict[str, Any]], ending: str = "done", field: str = "data: ") -> Handler:
    """`ending`: done, closed (as if all were well), cut (the connection breaks), silent."""

    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for each in chunks:
            await response.write(f"{field}{json.dumps(each)}\n\n".encode())
        if ending == "done":
            await response.write(f"{field}[DONE]\n\n".encode())
        elif ending == "cut":
            assert request.transport is not None
            request.transport.close()
        elif ending == "silent":
            await asyncio.sleep(30)
        return response

    return handle


def answering(status: int, body: object, headers: dict[str, str] | None = None) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        return web.json_response(body, status=status, headers=headers)

    return handle


async def streamed(handler: Handler, patience: float = 60.0) -> list[str | StreamEnd]:
    async with model(handler, patience) as provider:
        return [piece async for piece in provider.stream(REQUEST)]


async def test_a_stream_is_its_pieces_and_then_its_end() -> None:
    *pieces, end = await streamed(streaming(WHOLE))
    assert pieces == ["Hola", ", Ana"]
    assert isinstance(end, StreamEnd)
    assert end.finish_reason == "stop"
    assert (end.usage.prompt_tokens, end.usage.total_tokens) == (7, 9)


async def test_an_answer_cut_by_its_length_says_so() -> None:
    end = (await streamed(streaming([chunk("Hola"), chunk(None, "length")])))[-1]
    assert isinstance(end, StreamEnd)
    assert end.finish_reason == "length"


async def test_a_gateway_that_sends_no_done_line_is_understood() -> None:
    assert (await streamed(streaming(WHOLE, "closed")))[:-1] == ["Hola", ", Ana"]


async def test_a_gateway_that_puts_no_blank_behind_the_field_is_understood() -> None:
    assert (await streamed(streaming(WHOLE, field="data:")))[:-1] == ["Hola", ", Ana"]


@pytest.mark.parametrize("ending", ["closed", "cut"])
async def test_a_stream_without_an_end_is_a_failure_and_not_an_answer(ending: str) -> None:
    with pytest.raises(ModelError) as caught:
        await streamed(streaming([chunk("Hola, An")], ending))
    assert caught.value.code == "MODEL_UNAVAILABLE"


async def test_an_error_in_the_middle_of_a_stream_is_a_failure() -> None:
    with pytest.raises(ModelError):
        await streamed(streaming([chunk("Hola"), {"error": {"message": "overloaded"}}]))


async def test_a_stream_that_falls_silent_is_a_timeout() -> None:
    with pytest.raises(ModelError) as caught:
        await streamed(streaming([chunk("Hola")], "silent"), patience=0.2)
    assert caught.value.code == "TIMEOUT"


async def test_usage_is_asked_for_and_the_messages_are_sent() -> None:
    seen: list[dict[str, Any]] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        seen.append(await request.json())
        return await streaming(WHOLE)(request)

    await streamed(handle)
    (body,) = seen
    assert body["model"] == "gpt-x"
    assert body["messages"] == [{"role": "user", "content": "Hola"}]
    assert body["stream_options"] == {"include_usage": True}
    assert body["max_completion_tokens"] == 50
    assert "response_format" not in body


async def test_an_answer_of_a_schema_is_asked_for_strictly() -> None:
    seen: list[dict[str, Any]] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        seen.append(await request.json())
        content = {"message": {"content": '{"a": 1}'}, "finish_reason": "stop", "index": 0}
        return web.json_response({"choices": [content], "usage": USAGE})

    schema: dict[str, Any] = {"type": "object"}
    async with model(handle) as provider:
        request = ModelRequest(REQUEST.messages, schema=schema, schema_name="plan")
        answer = await provider.complete(request)
    assert answer.text == '{"a": 1}'
    assert answer.usage.total_tokens == 9
    assert seen[0]["response_format"]["json_schema"] == {
        "name": "plan", "strict": True, "schema": schema
    }  # fmt: skip
    assert "max_completion_tokens" not in seen[0]


async def test_a_refusal_without_content_is_an_empty_answer() -> None:
    body = {"choices": [{"message": {"content": None, "refusal": "no"}, "index": 0}]}
    async with model(answering(200, body)) as provider:
        assert (await provider.complete(REQUEST)).text == ""


async def drain(provider: OpenAICompatibleModel) -> object:
    return [piece async for piece in provider.stream(REQUEST)]


CALLS: dict[str, Callable[[OpenAICompatibleModel], Awaitable[object]]] = {
    "stream": drain,
    "complete": lambda provider: provider.complete(REQUEST),
    "embed": lambda provider: provider.embed(["a"]),
}


@pytest.mark.parametrize(
    ("header", "waits"),
    [("7", 7.0), (None, None), ("soon", None), ("Sun, 22 Nov 2026 10:00:30 GMT", 30.0)],
    ids=["told", "not", "prose", "date"],
)
@pytest.mark.parametrize("call", CALLS)
async def test_a_rate_limit_says_how_long_to_wait(
    header: str | None, waits: float | None, call: str
) -> None:
    headers = {"Date": "Sun, 22 Nov 2026 10:00:00 GMT"}
    if header:
        headers["Retry-After"] = header
    async with model(answering(429, {"error": {"message": "slow down"}}, headers)) as provider:
        with pytest.raises(ModelError) as caught:
            await CALLS[call](provider)
    assert (caught.value.code, caught.value.retry_after) == ("MODEL_RATE_LIMIT", waits)


@pytest.mark.parametrize(
    ("status", "retryable"),
    [(400, False), (401, False), (404, False), (422, False), (500, True), (503, True)],
)
async def test_any_other_refusal_is_a_failure_that_says_whether_to_try_again(
    status: int, retryable: bool
) -> None:
    body = {"error": {"message": f"key {SECRET} said: Hola"}}
    async with model(answering(status, body)) as provider:
        with pytest.raises(ModelError) as caught:
            await provider.complete(REQUEST)
    assert SECRET not in str(caught.value)
    assert caught.value.as_failure().retryable is retryable
    told = "model_unavailable" if retryable else "model_refused"
    assert caught.value.as_failure().message == told


@pytest.mark.parametrize("call", ["stream", "complete"])
async def test_what_the_content_filter_stops_on_its_way_in_is_not_tried_again(call: str) -> None:
    body = {"error": {"code": "content_filter", "message": "blocked"}}
    async with model(answering(400, body)) as provider:
        with pytest.raises(ModelError) as caught:
            await CALLS[call](provider)
    failure = caught.value.as_failure()
    assert (failure.code, failure.retryable) == ("CONTENT_BLOCKED", False)


async def test_what_the_content_filter_stops_on_its_way_out_is_no_answer() -> None:
    with pytest.raises(ModelError) as caught:
        await streamed(streaming([chunk("Ho"), chunk(None, "content_filter")]))
    assert caught.value.code == "CONTENT_BLOCKED"


async def test_a_model_that_is_not_there_is_a_failure() -> None:
    client = AsyncOpenAI(api_key=SECRET, base_url="http://127.0.0.1:1/v1", max_retries=0)
    async with client:
        with pytest.raises(ModelError):
            await OpenAICompatibleModel(client, "x", "y").complete(REQUEST)


async def test_vectors_come_in_the_order_of_the_texts_in_either_encoding() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        assert (body["model"], body["encoding_format"]) == ("embed-x", "base64")
        packed = base64.b64encode(struct.pack("<2f", 0.5, -1.0)).decode()
        rows = [{"index": 1, "embedding": [0.25, 2.0]}, {"index": 0, "embedding": packed}]
        return web.json_response({"data": rows})

    async with model(handle) as provider:
        assert await provider.embed(["a", "b"]) == [[0.5, -1.0], [0.25, 2.0]]
        assert await provider.embed([]) == []


async def test_dimensions_are_asked_for_and_others_are_no_vectors_of_the_index() -> None:
    asked: list[object] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        asked.append((await request.json()).get("dimensions"))
        return web.json_response({"data": [{"index": 0, "embedding": [0.25, 2.0]}]})

    async with model(handle) as provider:
        await provider.embed(["a"])
    async with model(handle, dimensions=2) as provider:
        assert await provider.embed(["a"]) == [[0.25, 2.0]]
    async with model(handle, dimensions=3) as provider:
        with pytest.raises(ModelError) as caught:
            await provider.embed(["a"])
        assert not caught.value.retryable
    assert asked == [None, 2, 3]


async def test_azure_is_asked_by_deployment_with_a_token() -> None:
    seen: list[tuple[str, str]] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        seen.append((request.path_qs, request.headers.get("Authorization", "")))
        content = {"message": {"content": "Hola"}, "finish_reason": "stop", "index": 0}
        return web.json_response({"choices": [content]})

    async def token() -> str:
        return "entra-token"

    app = web.Application()
    app.router.add_post("/openai/{path:.*}", handle)
    async with TestServer(app) as server:
        client = AsyncAzureOpenAI(
            azure_endpoint=str(server.make_url("/")),
            api_version="2024-10-21",
            azure_ad_token_provider=token,
            max_retries=0,
        )
        async with client:
            await OpenAICompatibleModel(client, "gpt-x", "embed-x").complete(REQUEST)
    ((path, authorization),) = seen
    assert path == "/openai/deployments/gpt-x/chat/completions?api-version=2024-10-21"
    assert authorization == "Bearer entra-token"
