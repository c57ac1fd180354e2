"""A worker in the test's own process: real SDK, no child process, no HTTP."""

import asyncio
import inspect
import json
import time
import traceback
import warnings
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import azure.durable_functions as df

from emulator.host.durable.extension import DurableExtension
from emulator.host.durable.records import Instance
from emulator.host.durable.settings import DurableSettings
from emulator.host.durable.versioning import Versioning
from emulator.host.invocation import Datum, Failed, FunctionInfo, Outcome, Succeeded, WorkerGone

_PATIENCE_SECONDS = 60.0

type Json = str | int | float | bool | list[Json] | dict[str, Json] | None
type Steps = Generator[Any, Any, Any]
"""What an orchestrator is; the SDK's tasks and their results have no types."""
type Orchestrator = Callable[[df.DurableOrchestrationContext], Steps]
type Activity = Callable[[Json], Json] | Callable[[Json], Awaitable[Json]]
type Entity = Callable[[df.DurableEntityContext], None]


class SdkWorker:
    """Runs orchestrators and entities through azure-functions-durable, activities directly.

    `contexts` records the trigger strings of orchestrators, `ran` the names of what was run.
    Functions named in `dying` raise WorkerGone as often as their number says.
    """

    def __init__(self) -> None:
        self.orchestrators: dict[str, Callable[[str], str]] = {}
        self.activities: dict[str, Activity] = {}
        self.entities: dict[str, Callable[[str], str]] = {}
        self.contexts: list[tuple[str, str]] = []
        self.batches: list[str] = []
        self.ran: list[str] = []
        self.dying: dict[str, int] = {}

    def orchestrator(self, function: Orchestrator) -> Orchestrator:
        """Register an orchestrator under its own name."""
        self.orchestrators[function.__name__] = df.Orchestrator.create(function)
        return function

    def activity(self, function: Activity) -> Activity:
        """Register an activity under its own name."""
        self.activities[function.__name__] = function
        return function

    def entity(self, function: Entity) -> Entity:
        """Register an entity under its own name."""
        self.entities[function.__name__] = df.Entity.create(function)
        return function

    @property
    def is_loaded(self) -> bool:
        return True

    async def loaded(self) -> None:
        """An app in the test's own process is always loaded."""

    def functions(self, trigger_type: str) -> Mapping[str, FunctionInfo]:
        """What the app has, as the host indexes it."""
        registered: dict[str, list[str]] = {
            "orchestrationTrigger": list(self.orchestrators),
            "activityTrigger": list(self.activities),
            "entityTrigger": list(self.entities),
        }
        parameter = "value" if trigger_type == "activityTrigger" else "context"
        return {
            name: FunctionInfo(name, {"type": trigger_type, "name": parameter}, ())
            for name in registered.get(trigger_type, [])
        }

    async def invoke(
        self,
        function: str,
        inputs: Sequence[tuple[str, Datum]],
        metadata: Mapping[str, Datum] | None = None,
    ) -> Outcome:
        """Run a function as Microsoft's worker does."""
        del metadata
        self.ran.append(function)
        if self.dying.get(function, 0) > 0:
            self.dying[function] -= 1
            raise WorkerGone(function)
        text = str(inputs[0][1].value)
        try:
            return Succeeded(Datum("json", await self._run(function, text)))
        except Exception as error:  # noqa: BLE001 - a worker reports whatever user code raises
            message = f"{type(error).__name__}: {error}"
            return Failed(message, "".join(traceback.format_tb(error.__traceback__)))

    async def _run(self, function: str, text: str) -> str:
        if function in self.orchestrators:
            self.contexts.append((function, text))
            return _in_sdk(self.orchestrators[function], text)
        if function in self.entities:
            self.batches.append(text)
            return _in_sdk(self.entities[function], text)
        result = self.activities[function](json.loads(text))
        if inspect.isawaitable(result):
            result = await result
        return json.dumps(result)


def _in_sdk(handle: Callable[[str], str], text: str) -> str:
    with warnings.catch_warnings():
        # The SDK warns of untyped payloads and early events; to this test both are ordinary.
        warnings.simplefilter("ignore")
        return handle(text)


class Hub:
    """A task hub under test: the extension, its worker and what they stored."""

    def __init__(
        self,
        folder: Path,
        worker: SdkWorker,
        *,
        main_port: int = 7071,
        rpc_port: int = 17071,
        environment: Mapping[str, str] | None = None,
        versioning: Versioning | None = None,
    ) -> None:
        self.extension = DurableExtension(
            database=folder / "hub.db",
            settings=DurableSettings(hub_name="GoldenHub", versioning=versioning or Versioning()),
            invoker=worker,
            public_url=f"http://127.0.0.1:{main_port}",
            rpc_url=f"http://127.0.0.1:{rpc_port}",
            environment=environment,
        )
        self.management = self.extension.management

    async def run(self, name: str, value: Json = None, instance_id: str | None = None) -> Instance:
        """Start an orchestration with `value` as its input and wait for its end."""
        started = await self.start(name, value, instance_id)
        return await self.ended(started)

    async def start(self, name: str, value: Json = None, instance_id: str | None = None) -> str:
        """Start an orchestration as the SDK's client does: JSON inside a JSON string."""
        text = None if value is None else json.dumps(json.dumps(value))
        return await self.management.start(name, instance_id, text, None)

    async def ended(self, instance_id: str) -> Instance:
        """The instance once it has ended."""
        row = await self.management.wait_for_end(instance_id, _PATIENCE_SECONDS)
        assert row is not None, f"{instance_id} did not end"
        return row

    async def until(self, condition: Callable[[], bool], what: str = "the condition") -> None:
        """Wait until something has become true."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"{what} did not come true"
            await asyncio.sleep(0.002)

    def status(self, instance_id: str) -> str:
        """The runtime status."""
        return self.management.status(instance_id).status.value


def output(row: Instance) -> Json:
    """What an orchestration returned."""
    value: Json = None if row.output is None else json.loads(row.output)
    return value
