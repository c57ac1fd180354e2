"""Where a span belongs: the W3C trace context, as it travels in headers and through Durable.

Of a run only `traceparent` travels: that of the request which started it. The run's own span has
an id that follows from the run's, so every step knows its parent, on whichever instance, and nobody
has to keep that span open while Durable waits and replays (ADR 28).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import sha256

from opentelemetry.context import Context
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    TraceFlags,
    get_current_span,
    set_span_in_context,
)

from shared.contracts.activities import RunRef

TRACEPARENT = "traceparent"
_WRITTEN = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_given: ContextVar[int | None] = ContextVar("span_id", default=None)


def parent_of(traceparent: str | None, *, remote: bool) -> SpanContext | None:
    """None for what is no traceparent of version 00, or one of zeros (W3C, section 3.2.2).

    A `remote` one is a caller's: it says which trace, not whether we record it.
    """
    found = _WRITTEN.fullmatch(traceparent or "")
    if found is None:
        return None
    trace, span, flags = (int(part, 16) for part in found.groups())
    context = SpanContext(trace, span, is_remote=remote, trace_flags=TraceFlags(flags & 1))
    return context if context.is_valid else None


def under(parent: SpanContext | None) -> Context:
    """The context in which a span is `parent`'s child; without one, the root of a trace."""
    return Context() if parent is None else set_span_in_context(NonRecordingSpan(parent), Context())


def trace_id() -> str | None:
    """Of the trace in which it is worked here; None where nothing is traced."""
    current = get_current_span().get_span_context()
    return f"{current.trace_id:032x}" if current.is_valid else None


def traceparent() -> str | None:
    """Of the span that is at work here; None where nothing is traced."""
    current = get_current_span().get_span_context()
    if not current.is_valid:
        return None
    flags = current.trace_flags & 1
    return f"00-{current.trace_id:032x}-{current.span_id:016x}-{flags:02x}"


def run_span_id(run_id: str) -> int:
    return int.from_bytes(sha256(run_id.encode()).digest()[:8]) or 1


def parent_of_run(run: RunRef) -> SpanContext | None:
    """The request that started it; of an agent call of a flow, the flow's run."""
    started = parent_of(run.traceparent, remote=False)
    if started is None or run.part is None:
        return started
    return _span_of(run.part.run_id, started)


def _span_of(run_id: str, started: SpanContext) -> SpanContext:
    return SpanContext(
        started.trace_id, run_span_id(run_id), is_remote=False, trace_flags=started.trace_flags
    )


def within(run: RunRef) -> Context:
    """Below the run's span. A run that nobody traced begins a trace with each of its steps."""
    started = parent_of(run.traceparent, remote=False)
    if started is None:
        return Context()
    return under(_span_of(run.run_id, started))


@contextmanager
def as_span(span_id: int) -> Iterator[None]:
    """The next span that begins here has this id."""
    token = _given.set(span_id)
    try:
        yield
    finally:
        _given.reset(token)


def given_span_id() -> int | None:
    return _given.get()
