"""Timers, external events, pauses and ends."""

import json
from datetime import timedelta

import azure.durable_functions as df
import pytest

from emulator.host.durable.history import Kind
from emulator.host.durable.records import Status
from emulator.tests.host.durable_worker import Hub, Json, SdkWorker, Steps, output

type Context = df.DurableOrchestrationContext


@pytest.fixture
def worker() -> SdkWorker:
    """A worker with the orchestrators that all tests use."""
    worker = SdkWorker()

    @worker.activity
    def hello(name: Json) -> Json:
        return f"Hello {name}"

    @worker.orchestrator
    def wait_for_go(context: Context) -> Steps:
        return (yield context.wait_for_external_event("go"))

    @worker.orchestrator
    def race(context: Context) -> Steps:
        event = context.wait_for_external_event("approve")
        seconds = float(str(context.get_input()))
        timer = context.create_timer(context.current_utc_datetime + timedelta(seconds=seconds))
        winner = yield context.task_any([event, timer])
        if winner == event:
            timer.cancel()
            return event.result
        return "timeout"

    return worker


async def test_a_timer_goes_off(hub: Hub) -> None:
    assert output(await hub.run("race", 0.5)) == "timeout"


async def test_an_event_wins_against_a_long_timer(hub: Hub) -> None:
    started = await hub.start("race", 3600)
    await hub.until(lambda: hub.status(started) == "Running")

    await hub.management.raise_event(started, "approve", '{"ok":true}')

    assert output(await hub.ended(started)) == {"ok": True}


async def test_a_timer_of_ten_days_is_cut_in_pieces_by_the_sdk(hub: Hub, worker: SdkWorker) -> None:
    @worker.orchestrator
    def patient(context: Context) -> Steps:
        yield context.create_timer(context.current_utc_datetime + timedelta(days=10))

    started = await hub.start("patient")
    await hub.until(lambda: hub.status(started) == "Running")

    timers = [
        event
        for event in hub.management.history_json(started, show_output=False)
        if event["EventType"] == "TimerCreated"
    ]
    assert len(timers) == 1
    assert str(timers[0]["FireAt"]) > str(timers[0]["Timestamp"])


async def test_an_event_that_comes_early_is_kept(hub: Hub, worker: SdkWorker) -> None:
    @worker.orchestrator
    def late(context: Context) -> Steps:
        first = yield context.wait_for_external_event("first")
        second = yield context.wait_for_external_event("second")
        return [first, second]

    started = await hub.start("late")
    await hub.management.raise_event(started, "second", "2")
    await hub.management.raise_event(started, "first", "1")

    assert output(await hub.ended(started)) == [1, 2]


async def test_events_of_another_name_do_not_wake_the_orchestrator(hub: Hub) -> None:
    started = await hub.start("wait_for_go")
    await hub.management.raise_event(started, "GO", "1")
    await hub.management.raise_event(started, "go", '"now"')

    assert output(await hub.ended(started)) == "now"


async def test_a_burst_of_events_survives_continue_as_new(hub: Hub, worker: SdkWorker) -> None:
    @worker.orchestrator
    def collects(context: Context) -> Steps:
        got = list(context.get_input() or [])
        event = yield context.wait_for_external_event("go")
        got.append(event)
        if len(got) < 4:
            context.continue_as_new(got)
            return None
        return got

    started = await hub.start("collects")
    for number in range(4):
        await hub.management.raise_event(started, "go", str(number))

    value = output(await hub.ended(started))
    assert isinstance(value, list)
    assert sorted(str(each) for each in value) == ["0", "1", "2", "3"]


async def test_a_suspended_instance_goes_on_where_it_stood(hub: Hub) -> None:
    started = await hub.start("wait_for_go")
    await hub.until(lambda: hub.status(started) == "Running")
    await hub.management.suspend(started, "pause")
    await hub.until(lambda: hub.status(started) == "Suspended")
    assert hub.management.status(started).output == '"pause"'
    before = hub.extension.episodes
    await hub.management.raise_event(started, "go", "7")
    await hub.until(lambda: hub.extension.episodes > before)
    assert hub.status(started) == "Suspended"

    await hub.management.resume(started, "on")

    assert output(await hub.ended(started)) == 7


async def test_work_found_while_suspended_starts_after_the_resume(
    hub: Hub, worker: SdkWorker
) -> None:
    @worker.orchestrator
    def greets(context: Context) -> Steps:
        name = yield context.wait_for_external_event("name")
        return (yield context.call_activity("hello", name))

    started = await hub.start("greets")
    await hub.until(lambda: hub.status(started) == "Running")
    await hub.management.suspend(started, None)
    await hub.until(lambda: hub.status(started) == "Suspended")
    before = hub.extension.episodes
    await hub.management.raise_event(started, "name", '"Ana"')
    await hub.until(lambda: hub.extension.episodes > before)
    assert "hello" not in worker.ran

    await hub.management.resume(started, None)

    assert output(await hub.ended(started)) == "Hello Ana"


async def test_a_terminated_instance_says_why(hub: Hub) -> None:
    started = await hub.start("wait_for_go")
    await hub.management.terminate(started, "because")

    row = await hub.ended(started)

    assert (row.status, output(row)) == (Status.TERMINATED, "because")


async def test_a_terminated_child_fails_its_parent(hub: Hub, worker: SdkWorker) -> None:
    @worker.orchestrator
    def parent(context: Context) -> Steps:
        try:
            yield context.call_sub_orchestrator("wait_for_go", None, instance_id="child")
        except Exception as error:  # noqa: BLE001 - the SDK raises nothing narrower
            return str(error)

    started = await hub.start("parent")
    await hub.until(lambda: hub.extension.episodes >= 2)
    await hub.management.terminate("child", "enough")

    assert str(output(await hub.ended(started))).startswith("enough \n Message: enough")


async def test_a_timer_event_carries_the_time_of_its_making(hub: Hub, worker: SdkWorker) -> None:
    await hub.run("race", 0.1)

    history = json.loads(worker.contexts[-1][1])["history"]
    created = next(e for e in history if e["EventType"] == Kind.TIMER_CREATED)
    fired = next(e for e in history if e["EventType"] == Kind.TIMER_FIRED)
    restarted = history[-2]
    assert created["FireAt"] == fired["FireAt"]
    assert created["Timestamp"] < fired["Timestamp"] < restarted["Timestamp"]
