"""What the bench of the local host reads: histories, CPU times, delays, its findings."""

import json

from bench.figures import Figure, Report
from bench.host.orchestrations import span_of
from bench.host.running import Cpu, parse_schedstat
from bench.host.streams import delays_of
from bench.reporting import Findings


def test_a_hop_is_a_fifth_of_the_way_from_the_first_event_to_the_last() -> None:
    span = span_of(
        [
            {"EventType": "ExecutionStarted", "Timestamp": "2026-11-22T03:00:00.0100000Z"},
            {"EventType": "TaskCompleted", "Timestamp": "2026-11-22T03:00:00.0200000Z"},
            {"EventType": "ExecutionCompleted", "Timestamp": "2026-11-22T03:00:00.0250000Z"},
        ]
    )
    assert round(span.hop, 3) == 3


def test_cpu_is_what_was_taken_between_two_looks() -> None:
    assert parse_schedstat("2500000 77 12\n") == 2.5
    assert Cpu(host=5, worker=9) - Cpu(host=2, worker=3) == Cpu(host=3, worker=6)


def test_each_event_of_a_chunk_has_a_delay_of_its_own() -> None:
    assert delays_of(b"data: 1000000\n\ndata: 3000000\n\n", 4_000_000) == [3, 1]


def test_findings_keep_figures_and_details_of_each_measurement() -> None:
    findings = Findings()
    findings.add("memory", Report([Figure("memory", "at rest", 80, "MB")], {"host": 30}))
    document = json.loads(findings.document())
    assert document["memory"] == {"host": 30}
    assert [one["name"] for one in document["figures"]] == ["at rest"]
    assert "loadAverage" in document["machine"]
