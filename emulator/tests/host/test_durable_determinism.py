"""Orchestrators that do not repeat themselves are failed, in DurableTask's words."""

from pathlib import Path

import azure.durable_functions as df
import pytest

from emulator.host.durable.codec import (
    Action,
    CallActivity,
    CallEntity,
    CallHttp,
    CallSubOrchestrator,
    CreateTimer,
    Retry,
    WaitForEvent,
)
from emulator.host.durable.determinism import contradiction
from emulator.host.durable.history import (
    HTTP_ACTIVITY,
    Event,
    event_sent,
    sub_created,
    task_scheduled,
    timer_created,
)
from emulator.host.durable.records import Status
from emulator.tests.host.durable_worker import Hub, Json, SdkWorker, Steps, output

type Context = df.DurableOrchestrationContext

HELLO = task_scheduled(1, 0, "hello")
PAUSE = timer_created(1, 0, 9)
CHILD = sub_created(1, 0, "child", "x:0", None)
REQUEST = event_sent(1, 0, "@counter@k", "{}")
QUESTION = (
    "Was a change made to the orchestrator code after this instance had already started running?"
)


def call(name: str, retry: Retry | None = None) -> CallActivity:
    return CallActivity(name, None, retry)


def test_a_replay_that_repeats_everything_contradicts_nothing() -> None:
    history = [
        HELLO,
        timer_created(1, 1, 9),
        sub_created(1, 2, "child", "x:2", None),
        event_sent(1, 3, "@counter@k", "{}"),
        task_scheduled(1, 4, HTTP_ACTIVITY),
    ]
    actions: list[Action] = [
        call("Hello"),
        WaitForEvent("go"),
        CreateTimer(9, False),
        CallSubOrchestrator("child", None, None, None),
        CallEntity("@counter@k", "add", None, True),
        CallHttp("{}"),
        call("more"),
    ]
    assert contradiction(history, actions) is None


def test_ids_that_retries_took_are_no_contradiction() -> None:
    retried = call("flaky", Retry(1000, 3))
    history = [
        task_scheduled(1, 0, "flaky"),
        task_scheduled(1, 1, "hello"),
        timer_created(1, 2, 9),
        task_scheduled(1, 3, "flaky"),
        timer_created(1, 4, 9),
        task_scheduled(1, 5, "after"),
    ]
    assert contradiction(history, [retried, call("hello"), call("after")]) is None
    assert contradiction(history, [call("flaky"), call("hello"), call("after")]) is not None


@pytest.mark.parametrize(
    ("event", "actions", "said"),
    [
        (
            HELLO,
            [],
            "scheduled an activity task with sequence ID 0 and name 'hello' (version ''), but the "
            "current replay execution hasn't (yet?) scheduled this task.",
        ),
        (
            HELLO,
            [call("other")],
            "scheduled an activity task with sequence number 0 named 'hello', but the current "
            "orchestration replay instead scheduled an activity task named 'other' with this "
            "sequence number.",
        ),
        (
            HELLO,
            [CreateTimer(9, False)],
            "scheduled an activity task with sequence number 0 named 'hello', but the current "
            "orchestration replay instead produced a CreateTimerOrchestratorAction action with "
            "this sequence number.",
        ),
        (
            PAUSE,
            [],
            "scheduled a timer task with sequence number 0 but the current replay execution "
            "hasn't (yet?) scheduled this task.",
        ),
        (
            PAUSE,
            [call("hello")],
            "scheduled a timer task with sequence number 0 named but the current orchestration "
            "replay instead produced a ScheduleTaskOrchestratorAction action with this sequence "
            "number.",
        ),
        (
            CHILD,
            [CallSubOrchestrator("other", None, None, None)],
            "scheduled a sub-orchestration task with sequence ID 0 and name 'child' (version '', "
            "instance ID 'x:0'), but the current orchestration replay instead scheduled a "
            "sub-orchestration task with name other at this sequence number.",
        ),
        (
            REQUEST,
            [call("hello")],
            "scheduled a send event task with sequence ID 0, type 'EventSent', name 'op', instance "
            "ID '@counter@k', but the current orchestration replay instead scheduled a "
            "ScheduleTaskOrchestratorAction task at this sequence number.",
        ),
    ],
)
def test_a_contradiction_is_told_in_the_words_of_durable_task(
    event: Event, actions: list[Action], said: str
) -> None:
    begin = "Non-Deterministic workflow detected: A previous execution of this orchestration "
    assert contradiction([event], actions) == f"{begin}{said} {QUESTION}"


async def test_an_instance_whose_code_was_changed_fails_after_a_restart_too(
    tmp_path: Path,
) -> None:
    before, after = SdkWorker(), SdkWorker()
    for worker in (before, after):

        @worker.activity
        def hello(name: Json) -> Json:
            return f"Hello {name}"

    def steps(context: Context) -> Steps:
        yield context.call_activity("hello", "a")
        return (yield context.wait_for_external_event("go"))

    def changed(context: Context) -> Steps:
        yield context.create_timer(context.current_utc_datetime)
        return (yield context.wait_for_external_event("go"))

    before.orchestrator(steps)
    changed.__name__ = "steps"
    after.orchestrator(changed)

    hub = Hub(tmp_path, before)
    await hub.extension.start()
    await hub.start("steps", instance_id="n")
    await hub.until(lambda: len(before.contexts) == 2)
    await hub.extension.stop()

    hub = Hub(tmp_path, after)
    await hub.extension.start()
    await hub.management.raise_event("n", "go", "1")
    ended = await hub.ended("n")
    assert ended.status is Status.FAILED
    assert str(output(ended)).startswith(
        "Non-Deterministic workflow detected: A previous execution of this orchestration "
        "scheduled an activity task with sequence number 0 named 'hello'"
    )
    await hub.extension.stop()
