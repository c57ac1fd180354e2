"""A probe app that streams: FastAPI types, Event Grid, a timer and Durable.

Notes go to the file $NOTES, one JSON object a line; a "gate" is a file that a test creates to let
a function go on.
"""

# The decorators of the Durable SDK have no types.
# mypy: disable-error-code="untyped-decorator"

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Generator
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import azure.functions as func
from azure_functions_runtime.http_v2 import http_coordinator
from azurefunctions.extensions.http.fastapi import (
    JSONResponse,
    Request,
    Response,
    StreamingResponse,
)

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)


def note(what: str, **more: object) -> None:
    with Path(os.environ["NOTES"]).open("a", encoding="utf-8") as notes:
        notes.write(json.dumps({"what": what, "pid": os.getpid(), **more}) + "\n")


async def gate(name: str) -> None:
    while not Path(os.environ["NOTES"]).with_name(name).exists():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


@app.route(route="ping", methods=["GET"])
async def ping(req: Request) -> Response:
    return Response("pong")


@app.route(route="echo/{a}/{b?}")
async def echo(req: Request) -> JSONResponse:
    return JSONResponse(
        {
            "method": req.method,
            "parameters": dict(req.path_params),
            "query": req.query_params.multi_items(),
            "headers": req.headers.items(),
            "body": (await req.body()).decode(),
        }
    )


@app.route(route="numbers/{id:int}", methods=["GET"])
async def number(req: Request) -> Response:
    return Response(req.path_params["id"])


@app.route(route="same", methods=["POST"])
async def same_post(req: Request) -> Response:
    return Response("post")


@app.route(route="same", methods=["GET"])
async def same_get(req: Request) -> Response:
    return Response("get")


@app.route(route="size", methods=["POST"])
async def size(req: Request) -> JSONResponse:
    return JSONResponse({"bytes": sum([len(chunk) async for chunk in req.stream()])})


@app.route(route="pid")
async def pid(req: Request) -> Response:
    return Response(str(os.getpid()))


@app.route(route="kept")
async def kept(req: Request) -> Response:
    """How many HTTP exchanges the worker library still remembers, this one included."""
    return Response(str(len(http_coordinator._context_references)))


@app.route(route="setting/{name}")
async def setting(req: Request) -> Response:
    return Response(os.environ.get(req.path_params["name"], "(none)"))


@app.route(route="cookies")
async def cookies(req: Request) -> Response:
    response = Response("body", status_code=418, media_type="text/x-probe")
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return response


@app.route(route="boom")
async def boom(req: Request) -> Response:
    raise ValueError(req.query_params.get("say", "bang"))


@app.route(route="nothing")
async def nothing(req: Request) -> Response:
    return None


@app.route(route="log")
async def log(req: Request) -> Response:
    logging.getLogger("probe").info("turn done", extra={"run_id": "R1", "correlation_id": "C1"})
    print("printed by the app")  # noqa: T201
    return Response("logged")


@app.route(route="wait/{gate}")
async def wait(req: Request) -> Response:
    note("waiting", gate=req.path_params["gate"])
    await gate(req.path_params["gate"])
    note("went on", gate=req.path_params["gate"])
    return Response("went on")


@app.route(route="stream/{gate}")
async def stream(req: Request) -> StreamingResponse:
    name = req.path_params["gate"]

    async def chunks() -> AsyncIterator[str]:
        try:
            yield "data: first\n\n"
            await gate(name)
            yield "data: second\n\n"
        except asyncio.CancelledError:
            note("cancelled", gate=name)
            raise

    return StreamingResponse(chunks(), media_type="text/event-stream")


@app.route(route="break/{when}")
async def break_stream(req: Request) -> StreamingResponse:
    early = req.path_params["when"] == "early"

    async def chunks() -> AsyncIterator[str]:
        if not early:
            yield "data: first\n\n"
        raise ValueError("bang in the stream")

    return StreamingResponse(chunks(), media_type="text/event-stream")


@app.event_grid_trigger(arg_name="event")
async def on_event(event: func.EventGridEvent) -> None:
    data = event.get_json()
    note("event", id=event.id, data=data)
    if data.get("gate"):
        await gate(data["gate"])
    if data.get("boom"):
        raise ValueError("bang in the event")


@app.timer_trigger(arg_name="timer", schedule="%EVERY%")
async def tick(timer: func.TimerRequest) -> None:
    note("tick", past_due=timer.past_due)


@app.route(route="start/{name}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: Request, client: df.DurableOrchestrationClient) -> JSONResponse:
    instance = await client.start_new(req.path_params["name"], None, await req.json())
    return JSONResponse({"id": instance}, status_code=202)


@app.route(route="runs/{id}", methods=["GET"])
@app.durable_client_input(client_name="client")
async def run(req: Request, client: df.DurableOrchestrationClient) -> JSONResponse:
    status = await client.get_status(req.path_params["id"])
    return JSONResponse({"status": status.runtime_status.value, "output": status.output})


@app.orchestration_trigger(context_name="context")
def chain(context: df.DurableOrchestrationContext) -> Generator[Any, Any, list[str]]:
    done = []
    for step in context.get_input():
        result = yield context.call_activity("perform", step)
        done.append(result)
    return done


@app.activity_trigger(input_name="step")
async def perform(step: str) -> str:
    note("activity", step=step)
    if step.startswith("gate-"):
        await gate(step)
    return f"{step} done"
