"""Spans, as everything here makes them: nothing is made where nothing is configured.

Nobody but us is asked for spans: there is no global provider, so libraries that would tell of
requests (of their addresses, queries and clients) have none to tell it to.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from opentelemetry.context import Context
from opentelemetry.trace import INVALID_SPAN, Span, SpanKind, Status, StatusCode, Tracer

from shared.errors import DependencyError, RequestError, RunStoppedError
from shared.telemetry import names
from shared.telemetry.measures import Measures
from shared.telemetry.prices import Prices

type Value = str | bool | int | float | list[str]
type Attributes = Mapping[str, Value | None]


@dataclass(frozen=True, slots=True)
class Recorder:
    """`stores`: operations on stores are told, which are half of all spans."""

    tracer: Tracer
    measures: Measures
    prices: Prices
    stores: bool = False


class _Recording:
    """What this process records with; built at the first use, because the SDK is imported then."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._build: Callable[[], Recorder | None] | None = None
        self._built: Recorder | None = None

    def use(self, build: Callable[[], Recorder | None]) -> None:
        with self._lock:
            self._build, self._built = build, None

    def recorder(self) -> Recorder | None:
        if self._build is None:
            return self._built
        with self._lock:
            if self._build is not None:
                self._built = self._build()
                self._build = None
        return self._built


_recording = _Recording()


def record_with(build: Callable[[], Recorder | None]) -> None:
    """From now on; `build` is called when the first span is asked for."""
    _recording.use(build)


def recorder() -> Recorder | None:
    """None where nothing is configured: then nothing is recorded."""
    return _recording.recorder()


@contextmanager
def span(
    name: str,
    kind: SpanKind,
    attributes: Attributes,
    parent: Context | None = None,
) -> Iterator[Span]:
    """A span that is current inside, and tells an error by its code or class, never its text."""
    found = recorder()
    if found is None:
        yield INVALID_SPAN
        return
    with found.tracer.start_as_current_span(
        name,
        parent,
        kind,
        known(attributes),
        record_exception=False,
        set_status_on_exception=False,
    ) as begun:
        try:
            yield begun
        except BaseException as error:
            mark_failed(begun, error_type(error))
            raise


def known(attributes: Attributes) -> dict[str, Value]:
    """Without what is not known."""
    return {name: value for name, value in attributes.items() if value is not None}


def mark_failed(span: Span, kind: str) -> None:
    """`kind` is a code, a class, or the status of an answer, which has an attribute of its own."""
    span.set_attribute(names.ERROR_TYPE, kind)
    if not kind.isdecimal():
        # Application Insights leaves out the other one.
        span.set_attribute(names.ERROR_CODE, kind)
    span.set_status(Status(StatusCode.ERROR))


def error_type(error: BaseException) -> str:
    """Our code, or the class: a few words, and none of anybody's text."""
    match error:
        case DependencyError() | RequestError():
            return error.code
        case RunStoppedError() | asyncio.CancelledError() | GeneratorExit():
            return "CANCELLED"
        case TimeoutError():
            return "timeout"
        case _:
            return type(error).__name__
