"""Runs activities: concurrently up to a limit, again when the worker died under them."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping

from emulator.host.durable import failures
from emulator.host.durable.callhttp import HttpCaller
from emulator.host.durable.clock import Clock
from emulator.host.durable.codec import compact
from emulator.host.durable.functions import ACTIVITY, find_function, parameter_of
from emulator.host.durable.history import Event, quoted, task_completed, task_failed
from emulator.host.durable.records import Work
from emulator.host.invocation import Datum, Failed, FunctionInfo, Invoker, Outcome, WorkerGone

_LOG = logging.getLogger(__name__)
_FIRST_PAUSE = 0.02
_LONGEST_PAUSE = 1.0

type Finish = Callable[[Work, Event], None]


class ActivityRunner:
    """Runs stored activities and hands each answer to `finish`; counts what it ran."""

    def __init__(
        self,
        invoker: Invoker,
        clock: Clock,
        limit: int,
        finish: Finish,
        environment: Mapping[str, str],
    ) -> None:
        self._invoker = invoker
        self._clock = clock
        self._finish = finish
        self._http = HttpCaller(clock, environment)
        self._room = asyncio.Semaphore(limit)
        self._tasks: set[asyncio.Task[None]] = set()
        self._unknown: dict[tuple[str, str, int], Work] = {}
        self.activities = 0

    def start(self, work: Work) -> None:
        """Run an activity that the store knows of."""
        # It reaches the worker at once, not in the loop's next turn.
        loop = asyncio.get_running_loop()
        task = asyncio.Task(self._run(work), loop=loop, eager_start=True)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOG.error(
                "An activity could not be run; the host tries it at its next start", exc_info=error
            )

    def functions_changed(self) -> None:
        """The app was loaded again: activities that were unknown may exist now."""
        waiting, self._unknown = self._unknown, {}
        for work in waiting.values():
            self.start(work)

    async def stop(self) -> None:
        """Let go of everything; what has no answer stays in the store."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._http.stop()

    async def _run(self, work: Work) -> None:
        async with self._room:
            if work.kind == "http":
                self._finish(work, await self._http.run(work))
                return
            await self._invoker.loaded()
            function = find_function(self._invoker, ACTIVITY, work.name)
            if function is None:
                self._park(work)
                return
            outcome = await self._invoke(function, work)
            self._finish(work, self._answer(work, outcome))

    def _park(self, work: Work) -> None:
        # The real host waits for ever too: the function may come with the next deployment.
        _LOG.error(
            "Orchestration '%s' waits for activity '%s', which the app does not have. Add a "
            "function of that name with @app.activity_trigger, or correct the name in "
            "call_activity.",
            work.instance_id,
            work.name,
        )
        self._unknown[(work.instance_id, work.execution_id, work.task_id)] = work

    async def _invoke(self, function: FunctionInfo, work: Work) -> Outcome:
        name = parameter_of(function, "input")
        value = Datum("string", work.input or "null")
        metadata = {
            name: value,
            "data": Datum("json", quoted(work.input or "null")),
            **_binding_data(work.input),
            "instanceId": Datum("string", work.instance_id),
        }
        pause = _FIRST_PAUSE
        while True:
            self.activities += 1
            try:
                return await self._invoker.invoke(function.name, [(name, value)], metadata)
            except WorkerGone:
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    def _answer(self, work: Work, outcome: Outcome) -> Event:
        now = self._clock.now()
        if isinstance(outcome, Failed):
            return task_failed(
                now,
                work.task_id,
                failures.activity_reason(work.name, outcome.message),
                failures.activity_details(outcome.message, outcome.stack),
            )
        return task_completed(now, work.task_id, result_text(outcome.value))


def _binding_data(text: str | None) -> dict[str, Datum]:
    """The properties of an input that is a JSON object: the real host offers them to bindings."""
    if text is None or not text.startswith("{"):
        return {}
    fields: dict[str, object] = json.loads(text)
    return {
        name: Datum("string", value if isinstance(value, str) else compact(value))
        for name, value in fields.items()
    }


def result_text(value: Datum | None) -> str | None:
    """A return value as compact JSON text, None for null (which the history leaves out)."""
    if value is None or value.value is None:
        return None
    if value.kind == "json" and isinstance(value.value, str):
        parsed = json.loads(value.value)
        return None if parsed is None else compact(parsed)
    if isinstance(value.value, bytes):
        return compact(value.value.decode("utf-8", "replace"))
    return compact(value.value)
