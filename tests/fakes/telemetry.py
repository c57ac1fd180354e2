"""Spans and measures in memory, made and sampled as in the app."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    HistogramDataPoint,
    InMemoryMetricReader,
    NumberDataPoint,
)
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.telemetry.exporting import SCOPE, tracer_provider
from shared.telemetry.measures import Measures
from shared.telemetry.prices import Prices
from shared.telemetry.recording import Recorder, record_with


@dataclass(frozen=True, slots=True)
class Told:
    """What was told."""

    exporter: InMemorySpanExporter
    reader: InMemoryMetricReader

    @property
    def spans(self) -> Sequence[ReadableSpan]:
        return self.exporter.get_finished_spans()

    def span(self, name: str) -> ReadableSpan:
        """The only one of this name."""
        (found,) = [span for span in self.spans if span.name == name]
        return found

    def about(self, name: str) -> Mapping[str, object]:
        """The attributes of the only span of this name."""
        return dict(self.span(name).attributes or {})

    def parent(self, name: str) -> str | None:
        """The name of its parent's span, if that was told."""
        parent = self.span(name).parent
        for span in self.spans:
            if parent is not None and span.context.span_id == parent.span_id:
                return span.name
        return None

    def points(self, measure: str) -> list[tuple[dict[str, object], float]]:
        """Attributes, and a counter's value or a histogram's sum."""
        read = self.reader.get_metrics_data()
        return [
            (dict(point.attributes or {}), _value(point))
            for of_resource in (read.resource_metrics if read else ())
            for of_scope in of_resource.scope_metrics
            for metric in of_scope.metrics
            if metric.name == measure
            for point in metric.data.data_points
        ]


def _value(point: object) -> float:
    match point:
        case NumberDataPoint():
            return point.value
        case HistogramDataPoint():
            return point.sum
        case _:
            raise AssertionError(f"no measure of ours: {point}")


UNPRICED = Prices()


@contextmanager
def telling(
    ratio: float = 1.0, prices: Prices = UNPRICED, *, stores: bool = True
) -> Iterator[Told]:
    """Everything that is told inside is kept; outside, nothing is told to anybody."""
    told = Told(InMemorySpanExporter(), InMemoryMetricReader())
    tracers, meters = tracer_provider(ratio), MeterProvider([told.reader])
    tracers.add_span_processor(SimpleSpanProcessor(told.exporter))
    recorder = Recorder(
        tracers.get_tracer(SCOPE), Measures(meters.get_meter(SCOPE)), prices, stores
    )
    record_with(lambda: recorder)
    try:
        yield told
    finally:
        record_with(lambda: None)
        tracers.shutdown()
        meters.shutdown()
