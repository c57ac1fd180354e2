"""Runs of functions by hand: `POST /admin/functions/{name}` with `{"input": ...}`."""

import asyncio
import json
import logging

from aiohttp import web

from emulator.host.catalogue import trigger_name, trigger_type
from emulator.host.event_grid import event_inputs
from emulator.host.invocation import Datum, FunctionInfo, WorkerGone
from emulator.host.pool import WorkerPool
from emulator.host.request_body import whole_body_of
from emulator.host.timers import Timers

_log = logging.getLogger("host")


class ManualRuns:
    """Starts runs and answers at once, as the real host does: how they end is in the log."""

    def __init__(self, pool: WorkerPool, timers: Timers) -> None:
        self._pool = pool
        self._timers = timers
        self._running: set[asyncio.Task[None]] = set()

    async def answer(self, name: str, request: web.Request) -> web.Response:
        """202 when the function is there and the body can be read."""
        if not request.content_type.endswith("json"):
            return web.Response(status=415)
        try:
            document = json.loads(await whole_body_of(request))
        except ValueError:
            return web.Response(status=400)
        if not isinstance(document, dict):
            return web.Response(status=400)
        await self._pool.ready()
        info = self._pool.catalogue.find(name)
        if info is None:
            return web.Response(status=404)
        given = document.get("input")
        text = given if isinstance(given, str) else "" if given is None else json.dumps(given)
        running = asyncio.create_task(self._run(info, text))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return web.Response(status=202)

    async def _run(self, info: FunctionInfo, text: str) -> None:
        try:
            match trigger_type(info):
                case "timerTrigger":
                    await self._timers.run_now(info)
                case "eventGridTrigger":
                    await self._run_event(info, text)
                case "httpTrigger":
                    _log.error("Functions.%s needs an HTTP request: call its address", info.name)
                case _:
                    await self._pool.invoke(info.name, [(trigger_name(info), Datum("json", text))])
        except WorkerGone as error:
            _log.error("Functions.%s could not run: %s", info.name, error)

    async def _run_event(self, info: FunctionInfo, text: str) -> None:
        try:
            event = json.loads(text)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            _log.error("Functions.%s needs an event, as a JSON object in `input`", info.name)
            return
        inputs, metadata = event_inputs(info, event)
        given = {trigger_name(info): Datum("string", text)}
        await self._pool.invoke_retrying(info.name, inputs, {**given, **metadata})
