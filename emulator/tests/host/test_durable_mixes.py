"""Activities, children, timers, events and retries waited for together."""

from datetime import timedelta

import azure.durable_functions as df
import pytest
from azure.durable_functions.models.Task import TimerTask

from emulator.tests.host.durable_worker import Hub, Json, SdkWorker, Steps, output

type Context = df.DurableOrchestrationContext


@pytest.fixture
def worker() -> SdkWorker:
    """Activities that work, fail, and fail once; a child."""
    worker = SdkWorker()
    failed: set[str] = set()

    @worker.activity
    def hello(name: Json) -> Json:
        return f"Hello {name}"

    @worker.activity
    def broken(name: Json) -> Json:
        raise ValueError(f"broken {name}")

    @worker.activity
    def shaky(name: Json) -> Json:
        if str(name) not in failed:
            failed.add(str(name))
            raise ValueError("not yet")
        return f"{name} at last"

    @worker.orchestrator
    def child(context: Context) -> Steps:
        return (yield context.call_activity("hello", context.get_input()))

    return worker


def in_an_hour(context: Context) -> TimerTask:
    return context.create_timer(context.current_utc_datetime + timedelta(hours=1))


async def test_a_group_of_activities_wins_against_a_timer(hub: Hub, worker: SdkWorker) -> None:
    @worker.orchestrator
    def race(context: Context) -> Steps:
        group = context.task_all([context.call_activity("hello", name) for name in "ab"])
        timer = in_an_hour(context)
        winner = yield context.task_any([group, timer])
        timer.cancel()
        return [winner == group, winner.result]

    assert output(await hub.run("race")) == [True, ["Hello a", "Hello b"]]


async def test_a_group_may_hold_a_race_a_child_and_a_retry(hub: Hub, worker: SdkWorker) -> None:
    @worker.orchestrator
    def group(context: Context) -> Steps:
        timer = in_an_hour(context)
        event = context.wait_for_external_event("go")
        race, kid, tried, said = yield context.task_all(
            [
                context.task_any([event, timer]),
                context.call_sub_orchestrator("child", "kid"),
                context.call_activity_with_retry("shaky", df.RetryOptions(10, 3), "x"),
                context.call_activity("hello", "b"),
            ]
        )
        timer.cancel()
        after = yield context.call_activity("hello", "after")
        return [race.result, kid, tried, said, after]

    started = await hub.start("group")
    await hub.management.raise_event(started, "go", '"gone"')
    wanted = ["gone", "Hello kid", "x at last", "Hello b", "Hello after"]
    assert output(await hub.ended(started)) == wanted


async def test_a_race_between_groups_is_won_by_the_one_that_is_complete(
    hub: Hub, worker: SdkWorker
) -> None:
    @worker.orchestrator
    def race(context: Context) -> Steps:
        waiting = context.task_all(
            [context.call_activity("hello", "a"), context.wait_for_external_event("never")]
        )
        complete = context.task_all(
            [context.call_activity("hello", "b"), context.call_activity("hello", "c")]
        )
        winner = yield context.task_any([waiting, complete])
        return [winner == complete, winner.result]

    assert output(await hub.run("race")) == [True, ["Hello b", "Hello c"]]


async def test_the_winner_of_a_race_may_have_failed(hub: Hub, worker: SdkWorker) -> None:
    @worker.orchestrator
    def race(context: Context) -> Steps:
        loser = context.wait_for_external_event("never")
        winner = yield context.task_any([context.call_activity("broken", "x"), loser])
        rest = yield context.call_activity("hello", "handler")
        return ["broken x" in str(winner.result), rest]

    assert output(await hub.run("race")) == [True, "Hello handler"]


async def test_the_first_failure_of_a_group_is_handled_while_the_rest_goes_on(
    hub: Hub, worker: SdkWorker
) -> None:
    @worker.orchestrator
    def group(context: Context) -> Steps:
        slow = context.wait_for_external_event("go")
        try:
            yield context.task_all([slow, context.call_activity("broken", "x")])
        except Exception:  # noqa: BLE001 - the SDK raises nothing narrower
            yield context.call_activity("hello", "handler")
        return (yield slow)

    started = await hub.start("group")
    await hub.until(lambda: worker.ran.count("hello") == 1)
    await hub.management.raise_event(started, "go", '"rest"')
    assert output(await hub.ended(started)) == "rest"
