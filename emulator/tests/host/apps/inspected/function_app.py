"""Orchestrations whose histories have something of everything to look at."""

# The decorators of the Durable SDK have no types, and neither have its tasks and their results.
# mypy: disable-error-code="untyped-decorator"

from collections.abc import Generator
from datetime import timedelta
from typing import Any

import azure.durable_functions as df

app = df.DFApp()

type Steps = Generator[Any, Any, Any]


@app.activity_trigger(input_name="value")
def double(value: int) -> int:
    return 2 * value


@app.activity_trigger(input_name="value")
def burn(value: str) -> str:
    raise ValueError(f"{value} is burnt")


@app.orchestration_trigger(context_name="context")
def journey(context: df.DurableOrchestrationContext) -> Steps:
    """Two activities at once, a child, an entity, a timer, an event; it fails when told to."""
    context.set_custom_status("on the way")
    doubled = yield context.task_all([context.call_activity("double", n) for n in (1, 2)])
    stage = yield context.call_sub_orchestrator("stage", 5, f"{context.instance_id}-stage")
    place = df.EntityId("place", "here")
    context.signal_entity(place, "visit")
    visits = yield context.call_entity(place, "visit")
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=1.2))
    told = yield context.wait_for_external_event("go")
    if told == "burn":
        yield context.call_activity("burn", "toast")
    return {"doubled": doubled, "stage": stage, "visits": visits, "told": told}


@app.orchestration_trigger(context_name="context")
def stage(context: df.DurableOrchestrationContext) -> Steps:
    return (yield context.call_activity("double", context.get_input()))


@app.entity_trigger(context_name="context")
def place(context: df.DurableEntityContext) -> None:
    visits = context.get_state(int) + 1
    context.set_state(visits)
    context.set_result(visits)
