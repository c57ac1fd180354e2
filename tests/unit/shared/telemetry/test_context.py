"""How a trace goes on: in headers, and through what Durable keeps of a run."""

import pytest
from opentelemetry.trace import SpanKind

from shared.contracts.activities import RunRef
from shared.telemetry.context import parent_of, run_span_id, traceparent, within
from shared.telemetry.recording import span
from tests.fakes.telemetry import telling
from tests.replay.recorded import RUN

WRITTEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_traceparent_is_read_as_it_was_written() -> None:
    context = parent_of(WRITTEN, remote=True)
    assert context is not None
    assert f"{context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"
    assert f"{context.span_id:016x}" == "b7ad6b7169203331"
    assert context.trace_flags == 1
    assert context.is_remote


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "canary",
        f"{WRITTEN}-more",
        f"{WRITTEN}\n",
        WRITTEN.upper(),
        WRITTEN.replace("00-", "01-", 1),
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01",
    ],
)
def test_what_is_no_traceparent_is_none(written: str | None) -> None:
    assert parent_of(written, remote=True) is None


def test_outside_of_a_span_no_trace_goes_on() -> None:
    assert traceparent() is None


def test_a_step_on_any_instance_is_below_the_span_that_its_run_will_have() -> None:
    run = RUN.model_copy(update={"traceparent": WRITTEN})
    with telling() as told, span("step", SpanKind.INTERNAL, {}, within(run)):
        pass
    step = told.span("step")
    assert step.parent is not None
    assert step.parent.span_id == run_span_id(RUN.run_id)
    assert f"{step.context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"


def test_a_run_without_a_trace_travels_as_small_as_before() -> None:
    assert "traceparent" not in RUN.wire()
    assert RunRef.model_validate(RUN.wire()).traceparent is None
