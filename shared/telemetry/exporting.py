"""Where spans and measures go: Application Insights, files, the console. Imported when one is set.

The providers are our own, not global: so no library adds spans of its requests (FastAPI tells the
addresses of clients). Azure's distribution makes global ones, instruments libraries and listens to
the root logger: its exporters are used, and not what sets them up (ADR 29).
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    ConsoleMetricExporter,
    MetricExporter,
    MetricExportResult,
    MetricReader,
    MetricsData,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    ConsoleSpanExporter,
    SpanExporter,
    SpanExportResult,
)
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased, TraceIdRatioBased
from opentelemetry.trace import StatusCode

from shared.telemetry.context import given_span_id
from shared.telemetry.measures import Measures
from shared.telemetry.names import MEASURES_FILE, SPANS_FILE
from shared.telemetry.prices import Prices
from shared.telemetry.recording import Recorder

SCOPE = "eira"
SERVICE = "eira-agents"
LARGEST_FILE = 64 * 2**20
"""Bytes; then a file becomes the older one, and the one before that is gone."""
LOCAL_DELAY_MS = 500
"""Who looks at a trace on this machine has just made it."""
LOCAL_MEASURES_MS = 10_000


@dataclass(frozen=True, slots=True)
class Exports:
    """`connection` is Application Insights' connection string; `folder` where files are written;
    `ratio` of the traces is kept, of the measures all."""

    connection: str | None = field(default=None, repr=False)
    folder: Path | None = None
    console: bool = False
    ratio: float = 1.0
    prices: Prices = field(default=Prices())
    stores: bool = False


def build_recorder(exports: Exports) -> Recorder:
    tracers, meters = build_providers(exports)
    measures = Measures(meters.get_meter(SCOPE))
    return Recorder(tracers.get_tracer(SCOPE), measures, exports.prices, exports.stores)


def build_providers(exports: Exports) -> tuple[TracerProvider, MeterProvider]:
    """They send what is left when the process ends."""
    tracers = tracer_provider(exports.ratio)
    readers: list[MetricReader] = []
    if exports.connection:
        spans, measures = _application_insights(exports.connection, tracers)
        tracers.add_span_processor(BatchSpanProcessor(spans))
        readers.append(PeriodicExportingMetricReader(measures))
    local: list[tuple[SpanExporter, MetricExporter]] = []
    if exports.folder is not None:
        local.append(
            (SpanFile(exports.folder / SPANS_FILE), MeasureFile(exports.folder / MEASURES_FILE))
        )
    if exports.console:
        local.append((ConsoleSpanExporter(formatter=line_of), ConsoleMetricExporter()))
    for spans, measures in local:
        tracers.add_span_processor(BatchSpanProcessor(spans, schedule_delay_millis=LOCAL_DELAY_MS))
        readers.append(PeriodicExportingMetricReader(measures, LOCAL_MEASURES_MS))
    return tracers, MeterProvider(readers, _resource())


def tracer_provider(ratio: float) -> TracerProvider:
    return TracerProvider(sampler(ratio), _resource(), id_generator=RunIds())


def _resource() -> Resource:
    return Resource.create({SERVICE_NAME: SERVICE})


def sampler(ratio: float) -> ParentBased:
    """Decided once, by the trace's id, where a request comes in: a flag of the caller's, or of the
    host in between, may neither hide a run nor have it recorded. What follows belongs to it."""
    chosen = TraceIdRatioBased(ratio)
    return ParentBased(
        chosen,
        remote_parent_sampled=chosen,
        remote_parent_not_sampled=chosen,
        local_parent_sampled=ALWAYS_ON,
        local_parent_not_sampled=ALWAYS_OFF,
    )


class RunIds(RandomIdGenerator):
    """Random ids; a run's own span has the one that its steps know it by."""

    def generate_span_id(self) -> int:
        return given_span_id() or super().generate_span_id()


def _application_insights(
    connection: str, tracers: TracerProvider
) -> tuple[SpanExporter, MetricExporter]:
    """With Entra ID instead of the key in the connection string where
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING says so, which the exporters read themselves."""
    from azure.monitor.opentelemetry.exporter import (
        AzureMonitorMetricExporter,
        AzureMonitorTraceExporter,
    )

    return (
        AzureMonitorTraceExporter(connection_string=connection, tracer_provider=tracers),
        AzureMonitorMetricExporter(connection_string=connection),
    )


def line_of(span: ReadableSpan) -> str:
    """A third of what the SDK's own JSON costs: it is written while others wait for their turn."""
    context, parent = span.context, span.parent
    told = {
        "name": span.name,
        "traceId": f"{context.trace_id:032x}",
        "spanId": f"{context.span_id:016x}",
        "parentId": f"{parent.span_id:016x}" if parent else None,
        "kind": span.kind.name.lower(),
        "start": _moment(span.start_time),
        "end": _moment(span.end_time),
        "failed": span.status.status_code is StatusCode.ERROR,
        "attributes": dict(span.attributes or {}),
        "worker": span.resource.attributes.get(SERVICE_INSTANCE_ID),
    }
    return json.dumps(told, separators=(",", ":")) + "\n"


def _moment(nanoseconds: int | None) -> str | None:
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC).isoformat() if nanoseconds else None


class SpanFile(SpanExporter):
    """A line of JSON for each span."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        written = append(self._path, "".join(map(line_of, spans)))
        return SpanExportResult.SUCCESS if written else SpanExportResult.FAILURE


class MeasureFile(MetricExporter):
    """A line of JSON each time measures are read."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def export(
        self, metrics_data: MetricsData, timeout_millis: float = 10_000, **kwargs: object
    ) -> MetricExportResult:
        written = append(self._path, f"{metrics_data.to_json(indent=None)}\n")
        return MetricExportResult.SUCCESS if written else MetricExportResult.FAILURE

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: object) -> None:
        """Nothing is kept open."""

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        return True


def append(path: Path, text: str) -> bool:
    """All of it in one write: several workers write the same file. False if the disk says no."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LARGEST_FILE:
            path.replace(path.with_suffix(f".1{path.suffix}"))
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, text.encode())
        finally:
            os.close(file)
    except OSError:
        return False
    return True
