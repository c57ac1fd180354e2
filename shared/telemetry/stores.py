"""Operations on Cosmos DB, as spans."""

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Concatenate, Protocol

from opentelemetry.trace import SpanKind

from shared.telemetry import names
from shared.telemetry.recording import error_type, mark_failed, recorder
from shared.telemetry.steps import run_at_work

COSMOS = "azure.cosmosdb"


class Container(Protocol):
    @property
    def name(self) -> str: ...


type Operation[Store, **Args, Answer] = Callable[
    Concatenate[Store, Args], Coroutine[Any, Any, Answer]
]


def stored[Store: Container, **Args, Answer](
    name: str,
) -> Callable[[Operation[Store, Args, Answer]], Operation[Store, Args, Answer]]:
    """A container's method that is one operation."""

    def decorate(method: Operation[Store, Args, Answer]) -> Operation[Store, Args, Answer]:
        async def traced(store: Store, /, *args: Args.args, **kwargs: Args.kwargs) -> Answer:
            with operation(name, store.name):
                return await method(store, *args, **kwargs)

        return traced

    return decorate


@contextmanager
def operation(name: str, container: str) -> Iterator[None]:
    """Only what steps do is told: whoever reads a run's log as it grows looks for the next entry
    again and again. Not current inside, so that a generator may yield there."""
    found = recorder()
    if found is None or not found.stores or run_at_work() is None:
        yield
        return
    span = found.tracer.start_span(
        f"{name} {container}",
        kind=SpanKind.CLIENT,
        attributes={
            names.DB_SYSTEM: COSMOS,
            names.DB_OPERATION: name,
            names.DB_COLLECTION: container,
        },
    )
    try:
        yield
    except GeneratorExit:
        # Who asked has seen enough.
        raise
    except BaseException as error:
        mark_failed(span, error_type(error))
        raise
    finally:
        span.end()
