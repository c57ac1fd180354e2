"""The Event Grid webhook: handshakes and deliveries.

Source: "Webhook event delivery" and "CloudEvents schema" of the Event Grid documentation; what
the Functions host answers to anything out of order is as recorded from it.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import cast

from aiohttp import web

from emulator.host.catalogue import trigger_name
from emulator.host.durable.codec import compact
from emulator.host.invocation import Datum, FunctionInfo, Outcome, Succeeded
from emulator.host.pool import WorkerPool
from emulator.host.request_body import whole_body_of

EVENT_GRID_PATH = "/runtime/webhooks/eventgrid"

type Event = Mapping[str, object]


async def receive_events(pool: WorkerPool, request: web.Request) -> web.Response:
    """Answer one request to the webhook."""
    await pool.ready()
    query = {name.lower(): value for name, value in request.query.items()}
    name = query.get("functionname", "")
    info = pool.functions("eventGridTrigger").get(name)
    if info is None:
        return web.Response(status=404, text=f"cannot find function: '{name}'")
    if request.method == "OPTIONS":
        return web.Response(headers={"Webhook-Allowed-Origin": "eventgrid.azure.net"})
    match request.headers.get("aeg-event-type", "").lower():
        case "subscriptionvalidation":
            return _handshake(await whole_body_of(request))
        case "notification":
            return await _deliver(pool, info, await whole_body_of(request))
        case "unsubscribe":
            return web.Response(status=202)
    return web.Response(status=400)


def _handshake(body: bytes) -> web.Response:
    events = _events(body)
    data = events[0].get("data") if events else None
    code = data.get("validationCode") if isinstance(data, Mapping) else None
    if code is None:
        return web.Response(status=500)
    return web.Response(text=compact({"validationResponse": code}))


async def _deliver(pool: WorkerPool, info: FunctionInfo, body: bytes) -> web.Response:
    """Run the function once for each event, all at once; Event Grid retries after a 500."""
    events = _events(body)
    if events is None:
        return web.Response(status=500)
    outcomes = await asyncio.gather(*(_run(pool, info, event) for event in events))
    if all(isinstance(outcome, Succeeded) for outcome in outcomes):
        return web.Response(status=202)
    text = f"Exception while executing function: Functions.{info.name}"
    return web.Response(status=500, text=text)


async def _run(pool: WorkerPool, info: FunctionInfo, event: Event) -> Outcome:
    return await pool.invoke_retrying(info.name, *event_inputs(info, event))


def event_inputs(
    info: FunctionInfo, event: Event
) -> tuple[list[tuple[str, Datum]], dict[str, Datum]]:
    """What the worker gets of an event: the input, and the trigger's metadata."""
    inputs = [(trigger_name(info), Datum("json", compact(event)))]
    metadata = {"data": Datum("json", compact(event["data"]))} if "data" in event else {}
    return inputs, metadata


def _events(body: bytes) -> list[Event] | None:
    """The events of a delivery, one object or an array of objects; None when it is neither."""
    try:
        document = json.loads(body)
    except ValueError:
        return None
    events = document if isinstance(document, list) else [document]
    if not all(isinstance(event, dict) for event in events):
        return None
    return cast("list[Event]", events)
