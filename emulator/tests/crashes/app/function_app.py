"""The app that is killed: every durable feature, with results that tell what happened how often."""

# The decorators of the Durable SDK have no types, and neither have its tasks and their results.
# mypy: disable-error-code="untyped-decorator"

import os
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import azure.durable_functions as df

app = df.DFApp()

type Steps = Generator[Any, Any, Any]


@app.activity_trigger(input_name="value")
def square(value: int) -> int:
    return value * value


@app.activity_trigger(input_name="value")
def flaky(value: str) -> str:
    """Fails once for each value, whatever dies in between: the mark is a file."""
    mark = Path(os.environ["MARKS"]) / value
    if not mark.exists():
        mark.touch()
        raise ValueError("not yet")
    return value


@app.orchestration_trigger(context_name="context")
def mixed(context: df.DurableOrchestrationContext) -> Steps:
    """Fan-out, children, a retry, timers, an entity that is called and signalled, one event."""
    width = context.get_input()["width"]
    me = context.instance_id
    squares = yield context.task_all([context.call_activity("square", n) for n in range(width)])
    parts = yield context.task_all(
        [context.call_sub_orchestrator("part", n, f"{me}-part{n}") for n in range(2)]
    )
    retry = df.RetryOptions(first_retry_interval_in_milliseconds=100, max_number_of_attempts=4)
    steady = yield context.call_activity_with_retry("flaky", retry, me)
    tally = df.EntityId("tally", context.get_input()["tally"])
    context.signal_entity(tally, "add", f"{me}/signal")
    called = yield context.call_entity(tally, "add", f"{me}/call")
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=1.1))
    told = yield context.wait_for_external_event("go")
    late = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    first = yield context.task_any([late, context.call_activity("square", 7)])
    late.cancel()
    return {
        "squares": squares,
        "parts": parts,
        "steady": steady,
        "called": called,
        "told": told,
        "first": first.result,
    }


@app.orchestration_trigger(context_name="context")
def part(context: df.DurableOrchestrationContext) -> Steps:
    n = context.get_input()
    one = yield context.call_activity("square", n)
    two = yield context.call_activity("square", one + 2)
    return two


@app.orchestration_trigger(context_name="context")
def listener(context: df.DurableOrchestrationContext) -> Steps:
    """Counts by continue_as_new; the events of clients go through all of its executions."""
    state = context.get_input()
    tally = df.EntityId("tally", state["tally"])
    heard = yield context.wait_for_external_event("tick")
    doubled = yield context.call_activity("square", len(state["heard"]))
    context.signal_entity(tally, "add", f"{context.instance_id}/{len(state['heard'])}")
    state["heard"].append(heard)
    state["sum"] += doubled
    if heard.startswith("last"):
        return state
    context.continue_as_new(state)
    return None


@app.entity_trigger(context_name="context")
def tally(context: df.DurableEntityContext) -> None:
    """How often each name was added."""
    counts = context.get_state(dict)
    name = context.get_input()
    counts[name] = counts.get(name, 0) + 1
    context.set_state(counts)
    context.set_result(counts[name])
