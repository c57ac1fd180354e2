"""Durable's histories, the kernel's memory sums, and the table."""

from bench.figures import Figure, Target
from bench.processes import Memory, parse_rollup, total
from bench.table import table
from bench.units import hops


def ran(name: str, scheduled: str, completed: str) -> dict[str, object]:
    """An entry as Durable writes it: two spellings of UTC, seven digits."""
    return {
        "EventType": "TaskCompleted",
        "FunctionName": name,
        "ScheduledTime": f"2026-11-22T03:00:{scheduled}00000+00:00",
        "Timestamp": f"2026-11-22T03:00:{completed}00000Z",
    }


def test_activities_side_by_side_are_one_hop() -> None:
    history: list[dict[str, object]] = [
        {"EventType": "ExecutionStarted", "Timestamp": "2026-11-22T03:00:00.0000000Z"},
        ran("prepare", "00.01", "00.10"),
        ran("retrieve", "00.11", "00.40"),
        ran("retrieve", "00.12", "00.20"),
        ran("plan", "00.41", "00.50"),
        ran("run_tool", "00.51", "00.60"),
        ran("record", "00.61", "00.65"),
        ran("respond", "00.61", "00.90"),
        ran("finish", "00.91", "00.95"),
    ]
    assert hops(history) == (5, 8)


def test_memory_is_read_in_megabytes() -> None:
    text = (
        "55d0-7ffc ---p 00000000 00:00 0    [rollup]\n"
        "Rss:              102400 kB\nPss:               51200 kB\nPss_Dirty:         1 kB\n"
    )
    assert parse_rollup(text) == Memory(rss=100, pss=50)
    assert total([Memory(1, 2), Memory(3, 4)]) == Memory(4, 6)


def test_the_table_shows_sections_targets_and_verdicts() -> None:
    shown = table(
        [
            Figure("throughput", "turns", 9.5, "/s", Target("at least", 12)),
            Figure("memory", "streams", 250.4, "MB", Target("at most", 300)),
            Figure("memory", "at rest", 200, "MB"),
            Figure("start-up", "import", 0.987, "s"),
        ]
    )
    lines = [line.split() for line in shown.splitlines()]
    assert lines == [
        ["measured", "target"],
        ["throughput"],
        ["turns", "9.5", "/s", "≥", "12", "NOT", "MET"],
        ["memory"],
        ["streams", "250", "MB", "≤", "300", "met"],
        ["at", "rest", "200", "MB"],
        ["start-up"],
        ["import", "0.99", "s"],
    ]
