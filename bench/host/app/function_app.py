"""The app that the local host is measured with: five activities in a row, and streams."""

# The decorators of the Durable SDK have no types.
# mypy: disable-error-code="untyped-decorator"

import asyncio
import time
from collections.abc import AsyncIterator, Generator
from typing import Any

import azure.durable_functions as df
import azure.functions as func
from azurefunctions.extensions.http.fastapi import Request, Response, StreamingResponse

ACTIVITIES = 5

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route(route="ping", methods=["GET"])
async def ping(req: Request) -> Response:
    return Response("pong")


@app.route(route="ticks/{count:int}/{milliseconds:int}", methods=["GET"])
async def ticks(req: Request) -> StreamingResponse:
    """Events that say when they were written, on the clock that all processes share."""
    count = int(req.path_params["count"])
    pause = int(req.path_params["milliseconds"]) / 1000
    return StreamingResponse(_ticks(count, pause), media_type="text/event-stream")


async def _ticks(count: int, pause: float) -> AsyncIterator[str]:
    for number in range(count):
        if number:
            await asyncio.sleep(pause)
        yield f"data: {time.monotonic_ns()}\n\n"


@app.orchestration_trigger(context_name="context")
def in_a_row(context: df.DurableOrchestrationContext) -> Generator[Any, Any, int]:
    total = 0
    for _ in range(ACTIVITIES):
        total = yield context.call_activity("one_more", total)
    return total


@app.activity_trigger(input_name="value")
async def one_more(value: int) -> int:
    return value + 1
