"""Occurrences in zones with daylight saving; the cases are those of CronSchedule's comments."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from emulator.host.occurrences import next_occurrence
from emulator.host.schedule import parse_schedule

PACIFIC = ZoneInfo("America/Los_Angeles")  # forward on 2018-03-11, back on 2018-11-04
MADRID = ZoneInfo("Europe/Madrid")


def occurrences(schedule: str, start: str, count: int, zone: ZoneInfo = PACIFIC) -> list[str]:
    """The next occurrences after a moment (ISO with offset), as ISO texts."""
    moment, found = datetime.fromisoformat(start), []
    for _ in range(count):
        following = next_occurrence(parse_schedule(schedule), moment, zone)
        assert following is not None
        found.append(following.isoformat())
        moment = following
    return found


def test_an_interval_runs_through_the_doubled_hour() -> None:
    assert occurrences("0 */30 * * * *", "2018-11-04T00:30:00-07:00", 6) == [
        "2018-11-04T01:00:00-07:00",
        "2018-11-04T01:30:00-07:00",
        "2018-11-04T01:00:00-08:00",
        "2018-11-04T01:30:00-08:00",
        "2018-11-04T02:00:00-08:00",
        "2018-11-04T02:30:00-08:00",
    ]


def test_a_time_of_day_that_comes_twice_runs_once() -> None:
    assert occurrences("0 30 1 * * *", "2018-11-03T00:00:00-07:00", 3) == [
        "2018-11-03T01:30:00-07:00",
        "2018-11-04T01:30:00-07:00",
        "2018-11-05T01:30:00-08:00",
    ]


def test_a_start_in_the_second_pass_does_not_run_a_second_time() -> None:
    assert occurrences("0 30 1 * * *", "2018-11-04T01:29:00-08:00", 1) == [
        "2018-11-05T01:30:00-08:00"
    ]


def test_a_time_that_the_clock_skips_comes_an_hour_later() -> None:
    assert occurrences("0 30 2 * * *", "2018-03-10T03:00:00-08:00", 2) == [
        "2018-03-11T03:30:00-07:00",
        "2018-03-12T02:30:00-07:00",
    ]


def test_an_interval_goes_on_across_the_gap() -> None:
    assert occurrences("0 */30 * * * *", "2018-03-11T01:30:00-08:00", 2) == [
        "2018-03-11T03:00:00-07:00",
        "2018-03-11T03:30:00-07:00",
    ]


def test_a_daily_time_follows_the_clock_of_its_zone() -> None:
    assert occurrences("0 0 3 * * *", "2026-03-28T00:00:00+01:00", 2, MADRID) == [
        "2026-03-28T03:00:00+01:00",
        "2026-03-29T03:00:00+02:00",
    ]


def test_a_constant_interval_counts_real_time() -> None:
    assert occurrences("06:00:00", "2018-11-03T22:00:00-07:00", 2) == [
        "2018-11-04T03:00:00-08:00",
        "2018-11-04T09:00:00-08:00",
    ]


@pytest.mark.parametrize("schedule", ["0 0 0 30 2 *", "0 0 0 31 4,6,9,11 *"])
def test_a_day_that_never_comes_has_no_occurrence(schedule: str) -> None:
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    assert next_occurrence(parse_schedule(schedule), moment, UTC) is None
