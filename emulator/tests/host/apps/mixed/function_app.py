"""A probe app: functions that take too long, that fail at first, and that this host lacks."""

import asyncio
import json
import os
from pathlib import Path

import azure.functions as func
from azure.functions.warmup import WarmUpContext

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


def note(what: str, **more: object) -> None:
    with Path(os.environ["NOTES"]).open("a", encoding="utf-8") as notes:
        notes.write(json.dumps({"what": what, "pid": os.getpid(), **more}) + "\n")


@app.route(route="pid")
@app.retry(strategy="fixed_delay", max_retry_count="1", delay_interval="00:00:00")
def pid(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(str(os.getpid()))


@app.route(route="endless", methods=["POST"])
async def endless(req: func.HttpRequest) -> func.HttpResponse:
    note("endless")
    await asyncio.Event().wait()
    return func.HttpResponse("never")


@app.timer_trigger(arg_name="timer", schedule="0 0 3 1 1 *", run_on_startup=True)
@app.retry(strategy="fixed_delay", max_retry_count="2", delay_interval="00:00:00")
def third_time_lucky(timer: func.TimerRequest, context: func.Context) -> None:
    retry = context.retry_context
    note(
        "try",
        count=retry.retry_count,
        limit=retry.max_retry_count,
        failure=retry.rpc_exception.message,  # type: ignore[attr-defined]
    )
    if retry.retry_count < 2:
        raise ValueError("bang")


@app.timer_trigger(arg_name="timer", schedule="0 0 3 1 1 *")
@app.retry(strategy="fixed_delay", max_retry_count="-1", delay_interval="01:00:00")
def tomorrow_perhaps(timer: func.TimerRequest) -> None:
    note("later")
    raise ValueError("bang")


@app.event_grid_trigger(arg_name="event")
@app.retry(
    strategy="exponential_backoff",
    max_retry_count="1",
    minimum_interval="00:00:00",
    maximum_interval="00:00:01",
)
def always_fails(event: func.EventGridEvent) -> None:
    note("event")
    raise ValueError("bang")


@app.queue_trigger(arg_name="message", queue_name="q", connection="AzureWebJobsStorage")
def on_message(message: func.QueueMessage) -> None:
    """Never runs: the host has no queues, and says so."""


@app.route(route="copy")
@app.blob_output(arg_name="copy", path="copies/one", connection="AzureWebJobsStorage")
def copies(req: func.HttpRequest, copy: func.Out[str]) -> func.HttpResponse:
    raise AssertionError("a function with a binding that the host lacks is not run")


@app.function_name("WarmUp")
@app.warm_up_trigger(arg_name="warm")
def load_models(warm: WarmUpContext) -> None:
    note("warm", given=type(warm).__name__)


@app.warm_up_trigger(arg_name="warm")
def misnamed(warm: WarmUpContext) -> None:
    """Never runs, neither here nor in Azure: it is not called `warmup`."""
