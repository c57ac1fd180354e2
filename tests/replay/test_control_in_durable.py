"""Waiting for people, through the real SDK and the local Durable extension."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from emulator.tests.host import durable_worker
from emulator.tests.host.durable_worker import Hub, SdkWorker
from orchestrators.turn import turn
from shared.contracts.activities import PlannedCall
from tests.replay.answers import a_task, asked, awaited, planned, settled
from tests.replay.recorded import start_request

type Json = durable_worker.Json

pytestmark = pytest.mark.filterwarnings("ignore:azure.functions df")

TO_APPROVE = PlannedCall(tool="createUser", approval=True)
ANSWERS = a_task() | {
    "plan": planned(TO_APPROVE),
    "ask_approval": asked(),
    "settle_approval": settled(),
    "await_turn": awaited(),
}


class Office(SdkWorker):
    """Every activity has its answer; what was asked of it is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, Json]] = []
        self.orchestrator(turn)
        for name, answer in ANSWERS.items():
            self.activities[name] = self._answering(name, answer)

    def _answering(self, name: str, answer: Json) -> Callable[[Json], Json]:
        def answering(value: Json) -> Json:
            self.asked.append((name, value))
            return answer

        return answering

    def has(self, name: str) -> Callable[[], bool]:
        return lambda: any(asked == name for asked, _ in self.asked)

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.asked]


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
async def hub(office: Office, tmp_path: Path) -> AsyncIterator[Hub]:
    hub = Hub(tmp_path, office)
    await hub.extension.start()
    yield hub
    await hub.extension.stop()


async def test_an_approval_wakes_the_run(hub: Hub, office: Office) -> None:
    run = await hub.start("turn", start_request())
    await hub.until(office.has("ask_approval"))
    await hub.management.raise_event(run, "approval-0", "{}")
    ended = await hub.ended(run)
    assert ended.status.value == "Completed"
    assert office.names[3:6] == ["ask_approval", "settle_approval", "run_tool"]


async def test_a_decision_that_comes_before_the_wait_is_heard(hub: Hub, office: Office) -> None:
    run = await hub.start("turn", start_request())
    await hub.management.raise_event(run, "approval-0", "{}")
    assert (await hub.ended(run)).status.value == "Completed"
    assert "run_tool" in office.names


async def test_a_run_that_is_stopped_while_it_waits_does_not_run_its_tool(
    hub: Hub, office: Office
) -> None:
    run = await hub.start("turn", start_request())
    await hub.until(office.has("ask_approval"))
    await hub.management.raise_event(run, "stop", "{}")
    assert (await hub.ended(run)).status.value == "Completed"
    assert "run_tool" not in office.names
    assert office.names[-2:] == ["record", "finish"]


async def test_a_stop_that_nobody_waits_for_does_no_harm(hub: Hub, office: Office) -> None:
    office.activities["plan"] = lambda _: planned("createTask")
    run = await hub.start("turn", start_request())
    await hub.management.raise_event(run, "stop", "{}")
    assert (await hub.ended(run)).status.value == "Completed"
    assert office.names[-1] == "finish"


async def test_a_message_that_queues_begins_when_its_turn_has_come(
    hub: Hub, office: Office
) -> None:
    office.activities["plan"] = lambda _: planned("createTask")
    run = await hub.start("turn", start_request() | {"waitsFor": ["01EARLIER"]})
    assert (await hub.ended(run)).status.value == "Completed"
    assert office.names[:2] == ["await_turn", "prepare"]


class Held:
    """An activity that answers when the test lets it, from its given call on."""

    def __init__(self, office: Office, name: str, answer: Json, call: int) -> None:
        self.begun, self.may_answer = asyncio.Event(), asyncio.Event()
        self._office, self._name, self._call = office, name, call
        self._answering = office._answering(name, answer)
        office.activities[name] = self._held

    async def _held(self, value: Json) -> Json:
        answer = self._answering(value)
        if self._office.names.count(self._name) >= self._call:
            self.begun.set()
            await self.may_answer.wait()
        return answer

    async def stop_meanwhile(self, hub: Hub, run: str) -> None:
        """Ask the run to stop while the activity is at work."""
        await hub.until(self.begun.is_set)
        await hub.management.raise_event(run, "stop", "{}")
        self.may_answer.set()


async def test_a_stop_that_comes_between_two_looks_of_a_message_that_queues_is_heard(
    hub: Hub, office: Office
) -> None:
    second_look = Held(office, "await_turn", awaited(free=False), call=2)
    run = await hub.start("turn", start_request() | {"waitsFor": ["01EARLIER"]})
    await second_look.stop_meanwhile(hub, run)
    assert (await hub.ended(run)).status.value == "Completed"
    assert office.names == ["await_turn", "await_turn", "finish"]


async def test_a_stop_that_comes_between_two_approvals_is_heard(hub: Hub, office: Office) -> None:
    office.activities["plan"] = lambda _: planned(TO_APPROVE, TO_APPROVE)
    first_decision = Held(office, "settle_approval", settled(), call=1)
    run = await hub.start("turn", start_request())
    await hub.until(office.has("ask_approval"))
    await hub.management.raise_event(run, "approval-0", "{}")
    await first_decision.stop_meanwhile(hub, run)
    assert (await hub.ended(run)).status.value == "Completed"
    assert "run_tool" not in office.names
