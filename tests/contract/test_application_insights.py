"""What Application Insights is sent, by Azure's own exporters, to a service that only listens."""

import gzip
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.trace import SpanKind

from shared.telemetry import names
from shared.telemetry.exporting import Exports, build_providers
from shared.telemetry.measures import Measures
from shared.telemetry.recording import (
    Attributes,
    Recorder,
    Value,
    mark_failed,
    record_with,
    span,
)
from shared.telemetry.requests import delivery
from tests.infra.kusto import queries

KEY = "00000000-0000-0000-0000-000000000001"


@dataclass
class Ingestion:
    """An ingestion endpoint that takes everything."""

    port: int = 0
    taken: list[dict[str, Any]] = field(default_factory=list)

    def rows(self, kind: str) -> dict[str, dict[str, Any]]:
        """By name."""
        return {
            row["data"]["baseData"]["name"]: row
            for row in self.taken
            if row["data"]["baseType"] == kind
        }


@pytest.fixture
def ingestion(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Ingestion]:
    # What the exporters tell Microsoft of themselves, and what they ask it.
    monkeypatch.setenv("APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL", "true")
    monkeypatch.setenv("APPLICATIONINSIGHTS_SDKSTATS_DISABLED", "true")
    monkeypatch.setenv("APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED", "true")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    service = Ingestion()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            rows = json.loads(body)
            service.taken += rows
            answer = {"itemsReceived": len(rows), "itemsAccepted": len(rows), "errors": []}
            written = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service.port = server.server_port
        listening = threading.Thread(target=server.serve_forever, daemon=True)
        listening.start()
        yield service
        server.shutdown()
        listening.join()


def test_spans_come_as_requests_and_dependencies_of_one_operation_and_measures_beside(
    ingestion: Ingestion, caplog: pytest.LogCaptureFixture
) -> None:
    address = f"InstrumentationKey={KEY};IngestionEndpoint=http://127.0.0.1:{ingestion.port}/"
    exports = Exports(connection=address)
    tracers, meters = build_providers(exports)
    measures = Measures(meters.get_meter("eira"))
    told = Recorder(tracers.get_tracer("eira"), measures, exports.prices)
    record_with(lambda: told)
    try:
        request: Attributes = {
            names.HTTP_METHOD: "POST",
            names.HTTP_STATUS: 200,
            names.RUN: "01RUN",
        }
        with span("POST /api/chat", SpanKind.SERVER, request):
            with span("chat gpt-4o", SpanKind.CLIENT, {names.OPERATION: "chat"}) as asked:
                mark_failed(asked, "MODEL_UNAVAILABLE")
            with span("prepare", SpanKind.INTERNAL, {names.STEP: "prepare"}):
                measures.refusals.add(1)
    finally:
        record_with(lambda: None)
        tracers.shutdown()
        meters.shutdown()
    (posted,) = ingestion.rows("RequestData").values()
    asked_of = ingestion.rows("RemoteDependencyData")
    assert posted["data"]["baseData"]["properties"][names.RUN] == "01RUN"
    assert posted["iKey"] == KEY
    assert posted["tags"]["ai.cloud.role"] == "eira-agents"
    assert set(asked_of) == {"chat gpt-4o", "prepare"}
    for row in asked_of.values():
        assert row["tags"]["ai.operation.id"] == posted["tags"]["ai.operation.id"]
        assert row["tags"]["ai.operation.parentId"] == posted["data"]["baseData"]["id"]
    chat = asked_of["chat gpt-4o"]["data"]["baseData"]
    assert chat["success"] is False
    assert chat["properties"][names.ERROR_CODE] == "MODEL_UNAVAILABLE"
    measured = [
        each["name"]
        for row in ingestion.taken
        if row["data"]["baseType"] == "MetricData"
        for each in row["data"]["baseData"]["metrics"]
    ]
    assert "eira.quota.refusals" in measured
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


def test_what_operators_ask_for_arrives_under_the_names_they_ask_for(ingestion: Ingestion) -> None:
    """The exporter keeps some attributes for fields of its own, and leaves out others."""
    asked = {each for query in queries() for each in query.attributes}
    address = f"InstrumentationKey={KEY};IngestionEndpoint=http://127.0.0.1:{ingestion.port}/"
    exports = Exports(connection=address)
    tracers, meters = build_providers(exports)
    measures = Measures(meters.get_meter("eira"))
    told = Recorder(tracers.get_tracer("eira"), measures, exports.prices)
    record_with(lambda: told)
    labels: dict[str, Value] = dict.fromkeys(sorted(asked), "x")
    try:
        with delivery("erp_event"), span("chat gpt-4o", SpanKind.INTERNAL, labels):
            measures.queue_seconds.record(2.0, labels)
            measures.queue_seconds.record(4.0, labels)
            measures.errors.add(3, labels)
            measures.stuck.set(2, labels)
    finally:
        record_with(lambda: None)
        tracers.shutdown()
        meters.shutdown()
    assert set(ingestion.rows("RequestData")) == {"process erp_event"}
    ((_, row),) = ingestion.rows("RemoteDependencyData").items()
    assert asked <= row["data"]["baseData"]["properties"].keys()
    metrics = {
        row["data"]["baseData"]["metrics"][0]["name"]: row["data"]["baseData"]
        for row in ingestion.taken
        if row["data"]["baseType"] == "MetricData"
    }
    for name in ("eira.run.queue.duration", "eira.errors", "eira.runs.stuck"):
        assert asked <= metrics[name]["properties"].keys()
    (queue,) = metrics["eira.run.queue.duration"]["metrics"]
    assert (queue["value"], queue["count"], queue["max"]) == (6.0, 2, 4.0)
    assert metrics["eira.errors"]["metrics"][0]["value"] == 3
    assert metrics["eira.runs.stuck"]["metrics"][0]["value"] == 2
