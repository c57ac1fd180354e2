"""Schedules of timers."""

from datetime import UTC, datetime, timedelta

import pytest

from emulator.host.occurrences import next_occurrence
from emulator.host.schedule import BadSchedule, parse_schedule

NOON = datetime(2026, 11, 22, 12, 0, 0, 500_000, UTC)  # a Sunday


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("*/5 * * * * *", "2026-11-22 12:00:05"),
        ("0 * * * * *", "2026-11-22 12:01:00"),
        ("0 */7 * * * *", "2026-11-22 12:07:00"),
        ("0 0 3 * * *", "2026-11-23 03:00:00"),
        ("0 30 11-13 * * *", "2026-11-22 12:30:00"),
        ("0 0 9 * * Mon-Fri", "2026-11-23 09:00:00"),
        ("0 0 0 1 jan *", "2027-01-01 00:00:00"),
        ("0 0 0 29 2 *", "2028-02-29 00:00:00"),
        ("0 0 0 13 * 5", "2027-08-13 00:00:00"),
        ("15,45 0 12 * * *", "2026-11-22 12:00:15"),
        ("5 4 * * *", "2026-11-23 04:05:00"),
        ("0 0 10/6 * * *", "2026-11-22 16:00:00"),
    ],
)
def test_the_next_occurrence_is_found(expression: str, expected: str) -> None:
    found = next_occurrence(parse_schedule(expression), NOON, UTC)
    assert found is not None
    assert found.strftime("%Y-%m-%d %H:%M:%S") == expected


def test_an_occurrence_is_later_than_the_moment_itself() -> None:
    exactly = NOON.replace(microsecond=0)
    schedule = parse_schedule("0 0 12 * * *")
    assert next_occurrence(schedule, exactly, UTC) == exactly + timedelta(days=1)


def test_an_interval_counts_from_the_moment() -> None:
    schedule = parse_schedule("01:30:00")
    assert next_occurrence(schedule, NOON, UTC) == NOON + timedelta(minutes=90)


@pytest.mark.parametrize(
    ("expression", "frequent"),
    [
        ("*/5 * * * * *", True),
        ("0 * * * * *", False),
        ("*/5 0 * * * *", False),
        ("00:00:30", True),
        ("00:01:00", False),
    ],
)
def test_schedules_within_a_minute_are_frequent(expression: str, frequent: bool) -> None:
    assert parse_schedule(expression).is_frequent is frequent


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "* * *",
        "60 * * * * *",
        "0 0 0 0 * *",
        "0 */0 * * * *",
        "x * * * * *",
        "5-1 * * * * *",
        "00:00:00",
    ],
)
def test_what_is_no_schedule_is_refused(expression: str) -> None:
    with pytest.raises(BadSchedule):
        parse_schedule(expression)
