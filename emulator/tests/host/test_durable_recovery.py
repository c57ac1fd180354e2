"""What a killed worker or a killed host may not cost."""

import asyncio
from datetime import timedelta
from pathlib import Path

import azure.durable_functions as df
import pytest

from emulator.tests.host.durable_worker import Hub, Json, SdkWorker, Steps, output

type Context = df.DurableOrchestrationContext


class Gate:
    """An activity that waits for permission and counts how often it was entered."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.entered = 0

    async def __call__(self, value: Json) -> Json:
        self.entered += 1
        await self.open.wait()
        return value


@pytest.fixture
def worker() -> SdkWorker:
    """A worker with an activity that returns at once."""
    worker = SdkWorker()

    @worker.activity
    def hello(name: Json) -> Json:
        return f"Hello {name}"

    return worker


@pytest.fixture
def gate(worker: SdkWorker) -> Gate:
    """An orchestrator `steps`: hello, then the gate, then hello again."""
    gate = Gate()
    worker.activities["gate"] = gate

    @worker.orchestrator
    def steps(context: Context) -> Steps:
        first = yield context.call_activity("hello", "first")
        held = yield context.call_activity("gate", "held")
        last = yield context.call_activity("hello", "last")
        return [first, held, last]

    return gate


async def test_work_is_run_again_when_its_worker_died(tmp_path: Path, worker: SdkWorker) -> None:
    @worker.orchestrator
    def single(context: Context) -> Steps:
        return (yield context.call_activity("hello", "again"))

    worker.dying = {"hello": 2, "single": 1}
    hub = Hub(tmp_path, worker)
    await hub.extension.start()

    assert output(await hub.run("single")) == "Hello again"
    assert worker.ran.count("hello") == 3
    await hub.extension.stop()


async def test_a_new_host_goes_on_and_repeats_no_finished_activity(
    tmp_path: Path, worker: SdkWorker, gate: Gate
) -> None:
    first = Hub(tmp_path, worker)
    await first.extension.start()
    started = await first.start("steps")
    await first.until(lambda: gate.entered == 1)
    await first.extension.stop()
    gate.open.set()

    second = Hub(tmp_path, worker)
    await second.extension.start()

    assert output(await second.ended(started)) == ["Hello first", "held", "Hello last"]
    assert gate.entered == 2
    assert worker.ran.count("hello") == 2
    await second.extension.stop()


async def test_requests_before_the_start_are_kept(tmp_path: Path, worker: SdkWorker) -> None:
    @worker.orchestrator
    def single(context: Context) -> Steps:
        return (yield context.call_activity("hello", "early"))

    hub = Hub(tmp_path, worker)
    started = await hub.start("single")
    await hub.extension.start()

    assert output(await hub.ended(started)) == "Hello early"
    assert worker.ran.count("hello") == 1
    await hub.extension.stop()


async def test_a_timer_that_became_due_while_the_host_was_down_goes_off(
    tmp_path: Path, worker: SdkWorker
) -> None:
    @worker.orchestrator
    def sleeps(context: Context) -> Steps:
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=2))
        return "awake"

    first = Hub(tmp_path, worker)
    await first.extension.start()
    started = await first.start("sleeps")
    await first.until(lambda: first.status(started) == "Running")
    await first.extension.stop()

    second = Hub(tmp_path, worker)
    await second.extension.start()

    assert output(await second.ended(started)) == "awake"
    await second.extension.stop()


async def test_a_retry_and_a_held_event_survive_the_host(
    tmp_path: Path, worker: SdkWorker, gate: Gate
) -> None:
    tries: list[int] = []

    @worker.activity
    async def shaky(value: Json) -> Json:
        tries.append(len(tries))
        if len(tries) == 2:
            await gate.open.wait()
        if len(tries) < 3:
            raise ValueError("not yet")
        return value

    @worker.orchestrator
    def both(context: Context) -> Steps:
        done = yield context.call_activity_with_retry("shaky", df.RetryOptions(10, 5), "done")
        event = yield context.wait_for_external_event("go")
        return [done, event]

    first = Hub(tmp_path, worker)
    await first.extension.start()
    started = await first.start("both")
    await first.management.raise_event(started, "go", '"held"')
    await first.until(lambda: len(tries) == 2)
    await first.extension.stop()
    gate.open.set()

    second = Hub(tmp_path, worker)
    await second.extension.start()

    assert output(await second.ended(started)) == ["done", "held"]
    await second.extension.stop()


async def test_a_child_reports_to_its_parent_after_a_restart(
    tmp_path: Path, worker: SdkWorker, gate: Gate
) -> None:
    @worker.orchestrator
    def parent(context: Context) -> Steps:
        return (yield context.call_sub_orchestrator("steps", None))

    first = Hub(tmp_path, worker)
    await first.extension.start()
    started = await first.start("parent")
    await first.until(lambda: gate.entered == 1)
    await first.extension.stop()
    gate.open.set()

    second = Hub(tmp_path, worker)
    await second.extension.start()

    assert output(await second.ended(started)) == ["Hello first", "held", "Hello last"]
    await second.extension.stop()
