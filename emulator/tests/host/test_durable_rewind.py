"""Rewinding: what failed is done again, what succeeded is not."""

import azure.durable_functions as df
import pytest

from emulator.host.durable.records import Status
from emulator.tests.host.durable_worker import Hub, Json, SdkWorker, Steps, output

type Context = df.DurableOrchestrationContext


@pytest.fixture
def worker() -> SdkWorker:
    """Activities: one that always works, and one that fails while `broken` names its input."""
    worker = SdkWorker()

    @worker.activity
    def hello(name: Json) -> Json:
        return f"Hello {name}"

    return worker


@pytest.fixture
def broken(worker: SdkWorker) -> set[str]:
    """The inputs with which the activity `fragile` fails."""
    broken = {"x"}

    @worker.activity
    def fragile(value: Json) -> Json:
        if str(value) in broken:
            raise ValueError("broken")
        return f"{value} works"

    return broken


async def test_only_the_failed_activity_runs_again(
    hub: Hub, worker: SdkWorker, broken: set[str]
) -> None:
    @worker.orchestrator
    def steps(context: Context) -> Steps:
        first = yield context.call_activity("hello", "a")
        both = yield context.task_all(
            [context.call_activity("fragile", "x"), context.call_activity("fragile", "y")]
        )
        last = yield context.call_activity("hello", "b")
        return [first, *both, last]

    failed = await hub.run("steps", instance_id="r")
    assert failed.status is Status.FAILED
    broken.clear()
    ran = len(worker.ran)

    await hub.management.rewind("r", "repaired")

    assert output(await hub.ended("r")) == ["Hello a", "x works", "y works", "Hello b"]
    again = [name for name in worker.ran[ran:] if name != "steps"]
    assert again == ["fragile", "hello"]


async def test_a_rewound_instance_may_fail_again(
    hub: Hub, worker: SdkWorker, broken: set[str]
) -> None:
    @worker.orchestrator
    def single(context: Context) -> Steps:
        return (yield context.call_activity("fragile", "x"))

    await hub.run("single", instance_id="r")

    for _ in range(2):
        await hub.management.rewind("r", None)
        assert (await hub.ended("r")).status is Status.FAILED

    broken.clear()
    await hub.management.rewind("r", None)
    assert output(await hub.ended("r")) == "x works"


async def test_retries_begin_anew_after_a_rewind(
    hub: Hub, worker: SdkWorker, broken: set[str]
) -> None:
    @worker.orchestrator
    def retries(context: Context) -> Steps:
        options = df.RetryOptions(10, 2)
        tried = yield context.call_activity_with_retry("fragile", options, "x")
        after = yield context.call_activity("hello", "after")
        return [tried, after]

    await hub.run("retries", instance_id="r")
    broken.clear()

    await hub.management.rewind("r", None)

    assert output(await hub.ended("r")) == ["x works", "Hello after"]


async def test_a_failed_child_is_rewound_with_its_parent(
    hub: Hub, worker: SdkWorker, broken: set[str]
) -> None:
    @worker.orchestrator
    def child(context: Context) -> Steps:
        first = yield context.call_activity("hello", "child")
        second = yield context.call_activity("fragile", "x")
        return [first, second]

    @worker.orchestrator
    def parent(context: Context) -> Steps:
        return (yield context.call_sub_orchestrator("child", None, instance_id="kid"))

    await hub.run("parent", instance_id="r")
    broken.clear()

    await hub.management.rewind("r", None)

    assert output(await hub.ended("r")) == ["Hello child", "x works"]
    assert worker.ran.count("hello") == 1


async def test_an_orchestrator_that_raised_by_itself_is_replayed(
    hub: Hub, worker: SdkWorker
) -> None:
    faults = ["bug"]

    @worker.orchestrator
    def buggy(context: Context) -> Steps:
        greeting = yield context.call_activity("hello", "a")
        if faults:
            raise RuntimeError(faults[0])
        return greeting

    await hub.run("buggy", instance_id="r")
    faults.clear()

    await hub.management.rewind("r", None)

    assert output(await hub.ended("r")) == "Hello a"
    assert worker.ran.count("hello") == 1
