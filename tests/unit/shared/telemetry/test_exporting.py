"""Where spans and measures go."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from opentelemetry import metrics, trace

from shared.telemetry import exporting
from shared.telemetry.exporting import Exports, append, build_providers
from shared.telemetry.measures import Measures
from shared.telemetry.names import MEASURES_FILE, SPANS_FILE
from shared.telemetry.recording import record_with, recorder
from tests.fakes.telemetry import telling

ROOT = Path(__file__).parents[4]


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_span_is_a_line_of_json_in_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "telemetry"
    tracers, meters = build_providers(Exports(folder=folder))
    tracers.get_tracer("eira").start_span("step", attributes={"eira.run.id": "01RUN"}).end()
    Measures(meters.get_meter("eira")).refusals.add(1)
    tracers.shutdown()
    meters.shutdown()
    (told,) = lines(folder / SPANS_FILE)
    assert told["name"] == "step"
    assert told["attributes"] == {"eira.run.id": "01RUN"}
    assert "eira.quota.refusals" in (folder / MEASURES_FILE).read_text("utf-8")


def test_a_file_that_has_grown_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "LARGEST_FILE", 10)
    file = tmp_path / SPANS_FILE
    for text in ("first, and longer than that\n", "second\n"):
        assert append(file, text)
    assert file.read_text("utf-8") == "second\n"
    assert (tmp_path / "spans.1.jsonl").read_text("utf-8").startswith("first")


def test_a_disk_that_says_no_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", "utf-8")
    assert not append(tmp_path / "taken" / SPANS_FILE, "x\n")


def test_no_library_can_tell_of_its_requests() -> None:
    """There are no global providers, whatever is told of ours."""
    with telling() as told:
        with trace.get_tracer("fastapi").start_as_current_span("client 192.0.2.1"):
            pass
        assert told.spans == ()
    assert type(trace.get_tracer_provider()).__name__ == "ProxyTracerProvider"
    assert type(metrics.get_meter_provider()).__name__ == "_ProxyMeterProvider"


def test_what_is_recorded_with_is_built_once_and_late() -> None:
    built: list[int] = []

    def build() -> None:
        built.append(1)

    record_with(build)
    assert built == []
    assert recorder() is None
    assert recorder() is None
    assert built == [1]


def test_the_sdk_is_imported_only_where_somebody_is_told() -> None:
    """It takes as long as a quarter of the app's whole import."""
    program = (
        "import sys; import shared.bootstrap, shared.durable, shared.triggers; "
        "import shared.telemetry.outgoing;"
        "from shared.telemetry.recording import recorder, record_with;"
        "record_with(lambda: None); recorder();"
        "print([name for name in sys.modules if name.startswith('opentelemetry.sdk')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
