"""Flows that really run: the real SDK, the local Durable extension and all activities, over stores
in memory, in this process."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from activities.advance_flow import advance_flow
from activities.close_flow import close_flow
from activities.seal_value import seal_value
from api import flow_inputs, flow_runs
from emulator.host.durable.management import InstanceGoneError
from emulator.tests.host.durable_worker import Hub, SdkWorker
from orchestrators.versions import CHAT, FIRST, FLOW, versioned
from shared.contracts.flows.runs import ADVANCE_FLOW, CLOSE_FLOW, SEAL_VALUE
from shared.contracts.runs import RunStatus
from shared.durable import RUNTIME, step
from shared.ports import Dependencies, OrchestrationState
from tests.fakes.http import Answer, Caller
from tests.fakes.running import STEPS
from tests.fakes.services import FakeOrchestrations
from tests.fakes.world import World
from tests.unit.api.rules import CALLERS, SETTINGS, PeopledPacks

PATIENCE_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 0.002
ALL_STEPS = {
    **STEPS,
    **{
        spec.name: (spec, activity)
        for spec, activity in (
            (ADVANCE_FLOW, advance_flow),
            (SEAL_VALUE, seal_value),
            (CLOSE_FLOW, close_flow),
        )
    },
}


@dataclass
class HubOrchestrations(FakeOrchestrations):
    """The port over a task hub in this process."""

    hub: Hub | None = None

    async def start(self, run_id: str, orchestrator: str, request: Mapping[str, object]) -> None:
        await super().start(run_id, orchestrator, request)
        assert self.hub is not None
        await self.hub.start(orchestrator, dict(request), run_id)  # type: ignore[arg-type]

    async def raise_event(self, run_id: str, name: str) -> None:
        assert self.hub is not None
        with suppress(InstanceGoneError):
            await self.hub.management.raise_event(run_id, name, "{}")

    async def state(self, run_id: str) -> OrchestrationState | None:
        assert self.hub is not None
        found = self.hub.management.status(run_id)
        told = RunStatus.model_validate_json(found.custom_status) if found.custom_status else None
        return OrchestrationState(RUNTIME[found.status.value], told)


@dataclass
class FlowDesk:
    """Where flows are run."""

    world: World
    hub: Hub
    worker: SdkWorker
    orchestrations: HubOrchestrations
    deps: Dependencies
    runs: list[str] = field(default_factory=list)

    @property
    def ana(self) -> Caller:
        return Caller(self.deps, self.orchestrations, "ana")

    async def post(self, body: object, **headers: str) -> Answer:
        """Nobody waits for the run's end."""
        sent = {"prefer": "respond-async", **headers}
        return await self.ana.call(flow_runs.post, "POST", body, headers=sent)

    async def begin(self, flow: object, inputs: Mapping[str, Any] | None = None) -> str:
        answer = await self.post({"flow": flow, "inputs": dict(inputs or {})})
        assert answer.status == 202, answer.body
        run_id = str(answer.json["runId"])
        self.runs.append(run_id)
        return run_id

    async def ended(self, run_id: str) -> None:
        row = await self.hub.ended(run_id)
        assert row.status.value == "Completed", row

    async def run(self, flow: object, inputs: Mapping[str, Any] | None = None) -> str:
        run_id = await self.begin(flow, inputs)
        await self.ended(run_id)
        return run_id

    async def view(self, run_id: str) -> dict[str, Any]:
        answer = await self.ana.call(flow_inputs.read, path={"runId": run_id})
        assert answer.status == 200, answer.body
        return answer.json

    async def events(self, run_id: str) -> list[dict[str, Any]]:
        items = await self.world.log.all(run_id)
        return [event.wire() for item in items for event in item.events]

    async def say(
        self,
        run_id: str,
        message: str,
        *,
        key: str | None = None,
        token: str = "ana",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        body = {"message": message} | ({"key": key} if key else {})
        person = Caller(self.deps, self.orchestrations, token)
        path = {"runId": run_id}
        return await person.call(flow_inputs.say_to, "POST", body, path=path, headers=headers)

    async def told(
        self, run_id: str, kind: str, besides: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """The first event of a kind that is another one, as soon as it is told."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                events = await self.events(run_id)
                found = [each for each in events if each["type"] == kind and each != besides]
                if found:
                    return found[0]
                await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def waits(self, run_id: str, key: str | None = None) -> None:
        """Until it asks (with this node)."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                asked = (await self.view(run_id)).get("waiting")
                if asked is not None and key in (None, asked):
                    return
                await asyncio.sleep(LOOK_AGAIN_SECONDS)


@asynccontextmanager
async def flow_desk(
    folder: Path,
    world: World | None = None,
    change: Callable[[Dependencies], Dependencies] = lambda deps: deps,
) -> AsyncGenerator[FlowDesk]:
    """With the people, packs and settings of tests of agent calls, if they are not changed."""
    world = world or World(callers=CALLERS)
    deps = world.deps()
    policy = replace(deps.policy, agents=SETTINGS, outside=SETTINGS.outside)
    deps = change(replace(deps, packs=PeopledPacks(world.packs), policy=policy))
    worker = SdkWorker()
    for name, table in (("chat", CHAT), ("flow", FLOW)):
        worker.orchestrator(versioned(name, {FIRST: table[FIRST]}))
    for name, (spec, activity) in ALL_STEPS.items():
        worker.activities[name] = step(spec, activity, lambda: deps)  # type: ignore[assignment]
    hub = Hub(folder, worker)
    await hub.extension.start()
    try:
        orchestrations = HubOrchestrations(hub=hub)
        yield FlowDesk(world, hub, worker, orchestrations, deps)
    finally:
        await hub.extension.stop()
