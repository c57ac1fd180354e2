"""Orchestrations from start to end: activities, retries, children, continue_as_new."""

import asyncio
import json

import azure.durable_functions as df
import pytest

from emulator.host.durable.records import Status
from emulator.tests.host.durable_worker import Hub, Json, SdkWorker, Steps, output

type Context = df.DurableOrchestrationContext


def retry(attempts: int = 3) -> df.RetryOptions:
    """Retries without a wait: delays below a second are cut to nothing."""
    return df.RetryOptions(100, attempts)


@pytest.fixture
def worker() -> SdkWorker:
    """A worker with the activities that all tests use."""
    worker = SdkWorker()
    attempts: dict[Json, int] = {}

    @worker.activity
    def hello(name: Json) -> Json:
        return f"Hello {name}"

    @worker.activity
    def boom(value: Json) -> Json:
        raise ValueError(f"bang {value}")

    @worker.activity
    def flaky(key: Json) -> Json:
        attempts[str(key)] = number = attempts.get(str(key), 0) + 1
        if number < 3:
            raise ValueError(f"attempt {number}")
        return f"ok after {number}"

    return worker


async def test_activities_run_one_after_the_other(hub: Hub, worker: SdkWorker) -> None:
    @worker.orchestrator
    def sequence(context: Context) -> Steps:
        first = yield context.call_activity("hello", context.get_input())
        second = yield context.call_activity("hello", first)
        return [first, second]

    row = await hub.run("sequence", "Ana")

    assert output(row) == ["Hello Ana", "Hello Hello Ana"]
    assert (hub.extension.episodes, hub.extension.activities) == (3, 2)


async def test_a_fan_out_gives_its_results_in_order(hub: Hub, worker: SdkWorker) -> None:
    @worker.orchestrator
    def fan_out(context: Context) -> Steps:
        return (yield context.task_all([context.call_activity("hello", n) for n in range(20)]))

    assert output(await hub.run("fan_out")) == [f"Hello {n}" for n in range(20)]


async def test_a_second_episode_sees_history_as_the_real_host_writes_it(
    hub: Hub, worker: SdkWorker
) -> None:
    @worker.orchestrator
    def single(context: Context) -> Steps:
        return (yield context.call_activity("hello", "a"))

    await hub.run("single", {"k": 1}, "one")

    context = json.loads(worker.contexts[1][1])
    assert [event["EventType"] for event in context["history"]] == [12, 0, 4, 13, 12, 5]
    assert [event["IsPlayed"] for event in context["history"]] == [False, True] + [False] * 4
    assert context["history"][2] | {"Timestamp": ""} == {
        "EventType": 4,
        "Name": "hello",
        "Version": "",
        "Input": None,
        "ParentTraceContext": None,
        "Tags": None,
        "EventId": 0,
        "IsPlayed": False,
        "Timestamp": "",
    }
    assert context["input"] == '{"k": 1}'
    assert (context["instanceId"], context["isReplaying"]) == ("one", True)
    assert (context["upperSchemaVersion"], context["upperSchemaVersionNew"]) == (1, 2)


async def test_a_failed_activity_reaches_the_orchestrator_with_the_hosts_words(
    hub: Hub, worker: SdkWorker
) -> None:
    @worker.orchestrator
    def handles(context: Context) -> Steps:
        try:
            yield context.call_activity("boom", 1)
        except Exception as error:  # noqa: BLE001 - the SDK raises nothing narrower
            return str(error)

    text = str(output(await hub.run("handles")))

    assert text.startswith("Activity function 'boom' failed:  ValueError: bang 1 \n {")
    details = json.loads(text.split(" \n ", 1)[1])
    assert details["InnerException"]["RemoteMessage"] == "ValueError: bang 1"


async def test_an_unhandled_failure_fails_the_instance(hub: Hub, worker: SdkWorker) -> None:
    @worker.orchestrator
    def fails(context: Context) -> Steps:
        yield context.call_activity("boom", 2)

    row = await hub.run("fails")

    assert row.status is Status.FAILED
    assert str(output(row)).startswith(
        "Orchestrator function 'fails' failed: Activity function 'boom' failed:  ValueError: bang 2"
    )


async def test_an_orchestrator_that_is_no_generator_may_fail_too(
    hub: Hub, worker: SdkWorker
) -> None:
    @worker.orchestrator
    def raises(context: Context) -> Steps:
        raise RuntimeError("before any yield")

    row = await hub.run("raises")

    assert row.status is Status.FAILED
    assert "(Result: Failure\nType: \nException: RuntimeError: before any yield" in str(output(row))


async def test_a_retried_activity_succeeds_at_its_third_attempt(
    hub: Hub, worker: SdkWorker
) -> None:
    @worker.orchestrator
    def retries(context: Context) -> Steps:
        return (yield context.call_activity_with_retry("flaky", retry(), context.instance_id))

    assert output(await hub.run("retries")) == "ok after 3"
    assert hub.extension.activities == 3


async def test_retries_keep_step_with_tasks_beside_and_after_them(
    hub: Hub, worker: SdkWorker
) -> None:
    gates = {name: asyncio.Event() for name in ("first", "second")}

    @worker.activity
    async def gate(name: Json) -> Json:
        await gates[str(name)].wait()
        return name

    @worker.orchestrator
    def mixed(context: Context) -> Steps:
        flaky = context.call_activity_with_retry("flaky", retry(), context.instance_id)
        winner = yield context.task_any([context.call_activity("gate", "first"), flaky])
        beside = yield context.call_activity("hello", "beside")
        rest = yield context.task_all([flaky, context.call_activity("gate", "second")])
        return [winner.result, beside, rest]

    for gate_event in gates.values():
        gate_event.set()

    assert output(await hub.run("mixed")) == [
        "first",
        "Hello beside",
        ["ok after 3", "second"],
    ]


async def test_an_exhausted_retry_raises_after_one_more_timer(hub: Hub, worker: SdkWorker) -> None:
    @worker.orchestrator
    def gives_up(context: Context) -> Steps:
        try:
            yield context.call_activity_with_retry("boom", retry(2), "r")
        except Exception as error:  # noqa: BLE001 - the SDK raises nothing narrower
            after = yield context.call_activity("hello", "after")
            return [str(error)[:31], after]

    row = await hub.run("gives_up", instance_id="tired")

    assert output(row) == ["Activity function 'boom' failed", "Hello after"]
    history = hub.management.history_json("tired", show_output=False)
    assert [event["EventType"] for event in history].count("TimerFired") == 2


async def test_a_child_gets_an_id_made_of_its_parents_execution(
    hub: Hub, worker: SdkWorker
) -> None:
    @worker.orchestrator
    def child(context: Context) -> Steps:
        done = yield context.call_activity("hello", context.get_input())
        return [done, context.instance_id, context.parent_instance_id]

    @worker.orchestrator
    def parent(context: Context) -> Steps:
        return (yield context.call_sub_orchestrator("child", "kid"))

    row = await hub.run("parent", instance_id="mum")

    assert output(row) == ["Hello kid", f"{row.execution_id}:0", "mum"]


async def test_a_failing_child_is_tried_again_and_then_fails_its_parent(
    hub: Hub, worker: SdkWorker
) -> None:
    @worker.orchestrator
    def child(context: Context) -> Steps:
        yield context.call_activity("boom", "child")

    @worker.orchestrator
    def parent(context: Context) -> Steps:
        yield context.call_sub_orchestrator_with_retry("child", retry(2), None)

    row = await hub.run("parent")

    assert row.status is Status.FAILED
    assert "Orchestrator function 'child' failed" in str(output(row))
    assert worker.ran.count("boom") == 2


async def test_a_child_with_the_id_of_a_running_instance_fails(hub: Hub, worker: SdkWorker) -> None:
    @worker.orchestrator
    def waits(context: Context) -> Steps:
        yield context.wait_for_external_event("never")

    @worker.orchestrator
    def parent(context: Context) -> Steps:
        yield context.call_sub_orchestrator("waits", None, instance_id="taken")

    await hub.start("waits", instance_id="taken")

    assert "'taken' is already running" in str(output(await hub.run("parent")))


async def test_continue_as_new_begins_again_without_history(hub: Hub, worker: SdkWorker) -> None:
    @worker.orchestrator
    def counts(context: Context) -> Steps:
        number = int(str(context.get_input()))
        yield context.call_activity("hello", number)
        if number < 3:
            context.continue_as_new(number + 1)
            return None
        return number

    assert output(await hub.run("counts", 0)) == 3
    histories = [json.loads(text)["history"] for _, text in worker.contexts]
    assert max(len(history) for history in histories) == 7
    assert [event["EventType"] for event in histories[2]] == [12, 0, 13]


async def test_an_orchestration_ends_when_its_open_tasks_have_ended(
    hub: Hub, worker: SdkWorker
) -> None:
    gate = asyncio.Event()

    @worker.activity
    async def slow(value: Json) -> Json:
        await gate.wait()
        return value

    @worker.orchestrator
    def any_of_two(context: Context) -> Steps:
        tasks = [context.call_activity("slow", 1), context.call_activity("hello", 2)]
        winner = yield context.task_any(tasks)
        return winner.result

    started = await hub.start("any_of_two")
    await hub.until(lambda: hub.extension.episodes == 2)
    assert hub.status(started) == "Running"
    gate.set()

    assert output(await hub.ended(started)) == "Hello 2"


async def test_the_custom_status_is_shown_while_it_runs(hub: Hub, worker: SdkWorker) -> None:
    @worker.orchestrator
    def tells(context: Context) -> Steps:
        context.set_custom_status({"step": 1})
        yield context.wait_for_external_event("go")
        return "done"

    started = await hub.start("tells")
    await hub.until(lambda: hub.status(started) == "Running")

    assert hub.management.status(started).custom_status == '{"step":1}'


async def test_an_unknown_orchestrator_fails_and_names_the_known_ones(
    hub: Hub, worker: SdkWorker
) -> None:
    @worker.orchestrator
    def known(context: Context) -> Steps:
        yield context.call_activity("hello", 1)

    text = str(output(await hub.run("nosuch")))

    assert "The function 'nosuch' doesn't exist" in text
    assert "'known'" in text


async def test_an_instance_waits_for_an_activity_that_comes_with_the_next_reload(
    hub: Hub, worker: SdkWorker, caplog: pytest.LogCaptureFixture
) -> None:
    @worker.orchestrator
    def ahead(context: Context) -> Steps:
        return (yield context.call_activity("later", 1))

    started = await hub.start("ahead")
    await hub.until(lambda: hub.status(started) == "Running")
    assert "no activity 'later'" in caplog.text

    @worker.activity
    def later(value: Json) -> Json:
        return "at last"

    hub.extension.functions_changed()

    assert output(await hub.ended(started)) == "at last"


async def test_payloads_of_a_megabyte_pass(hub: Hub, worker: SdkWorker) -> None:
    @worker.activity
    def grow(size: Json) -> Json:
        return "é" * int(str(size))

    @worker.orchestrator
    def large(context: Context) -> Steps:
        return (yield context.call_activity("grow", 1_000_000))

    assert output(await hub.run("large")) == "é" * 1_000_000


async def test_many_orchestrations_run_at_once(hub: Hub, worker: SdkWorker) -> None:
    @worker.orchestrator
    def five(context: Context) -> Steps:
        value: object = context.get_input()
        for _ in range(5):
            value = yield context.call_activity("hello", value)
        return value

    rows = await asyncio.gather(*(hub.run("five", n) for n in range(40)))

    assert {row.status for row in rows} == {Status.COMPLETED}
    assert hub.extension.activities == 200


async def test_an_action_that_the_host_does_not_know_fails_the_instance(
    hub: Hub, worker: SdkWorker
) -> None:
    state = '{"isDone": false, "schemaVersion": 2, "actions": [[{"actionType": 99}]]}'
    worker.orchestrators["strange"] = lambda _: state

    row = await hub.run("strange")

    assert row.status is Status.FAILED
    assert "action type 99, which the local host does not know" in str(output(row))
