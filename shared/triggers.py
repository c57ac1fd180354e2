"""Functions as a worker indexes them: names and bindings. What they do is loaded when called."""

from collections.abc import Awaitable, Callable, Generator
from functools import cache
from typing import TYPE_CHECKING, Any

import azure.durable_functions as df
import azure.functions as func
from azurefunctions.extensions.http.fastapi import Request, Response

from shared.late_imports import late
from shared.log_masking import WithoutText

with late("shared"):
    from shared import durable
    from shared.telemetry import requests

if TYPE_CHECKING:
    from pydantic import BaseModel

    from shared.contracts.activities import ActivitySpec, StepRequest
    from shared.ports import Orchestrations

type Endpoint = Callable[[Request, Orchestrations], Awaitable[Response]]
type Orchestrator = Callable[[df.DurableOrchestrationContext], Generator[Any, Any, Any]]
type Activity[In: StepRequest, Out: BaseModel, Deps] = tuple[
    ActivitySpec[In, Out], Callable[[In, Deps], Awaitable[Out]]
]
"""What is asked and answered, and who does it."""


def register_endpoint(
    app: df.DFApp, name: str, method: str, route: str, load: Callable[[], Endpoint]
) -> None:
    """Bind an HTTP handler. Who may come in is decided by the handler, not by function keys."""
    endpoint = cache(lambda: requests.traced_endpoint(method, route, load()))

    async def handle(req: Request, client: df.DurableOrchestrationClient) -> Response:
        return await endpoint()(req, durable.DurableOrchestrations(client))

    handle.__name__ = name
    bound = app.durable_client_input(client_name="client")(handle)
    app.route(route=route, methods=[method], auth_level=func.AuthLevel.ANONYMOUS)(bound)


def register_timer(
    app: df.DFApp,
    name: str,
    schedule: str,
    handler: "Callable[[Orchestrations], Awaitable[None]]",
) -> None:
    """Bind a handler to an NCRONTAB schedule of six fields."""

    async def handle(timer: func.TimerRequest, client: df.DurableOrchestrationClient) -> None:
        await handler(durable.DurableOrchestrations(client))

    handle.__name__ = name
    bound = app.durable_client_input(client_name="client")(handle)
    app.timer_trigger(arg_name="timer", schedule=schedule)(bound)


def register_event_grid(
    app: df.DFApp, name: str, handler: Callable[[str], Awaitable[None]]
) -> None:
    """Bind a handler to Event Grid deliveries; it gets the event's JSON text, of either schema.

    Not `event_grid_trigger`: the SDK reads the event's time before the app sees anything, and a
    time that it does not know, such as one with an offset, fails the delivery for ever (ADR 13).
    """

    async def handle(event: str) -> None:
        with WithoutText(), requests.delivery(name):
            await handler(event)

    handle.__name__ = name
    app.generic_trigger(arg_name="event", type="eventGridTrigger")(handle)


def register_orchestrator(app: df.DFApp, name: str, load: Callable[[], Orchestrator]) -> None:
    """Bind a generator that Durable replays."""
    orchestrator = cache(load)

    def orchestrate(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
        return orchestrator()(context)

    orchestrate.__name__ = name
    app.orchestration_trigger(context_name="context")(orchestrate)


def register_activity[In: StepRequest, Out: BaseModel, Deps](
    app: df.DFApp,
    name: str,
    load: "Callable[[], Activity[In, Out, Deps]]",
    get_dependencies: Callable[[], Deps],
) -> None:
    """Bind an activity under the name of its spec."""
    step = cache(lambda: durable.step(*load(), get_dependencies))

    # Not functools.wraps: the worker follows __wrapped__ and would look for other bindings.
    # Bare dict: the worker refuses a function whose parameter is annotated with a generic.
    async def handle(payload: dict) -> dict:  # type: ignore[type-arg]
        return await step()(payload)

    handle.__name__ = name
    app.activity_trigger(input_name="payload")(handle)
