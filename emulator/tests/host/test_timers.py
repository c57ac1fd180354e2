"""Timers on a clock that the test sets: nothing here waits."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emulator.host.invocation import Failed, FunctionInfo
from emulator.host.schedule_status import StatusFiles
from emulator.host.timers import Timers
from emulator.tests.host.manual_clock import ManualClock, NotingRunner, timer

START = datetime(2026, 11, 22, 0, 55, 1, 433_131, UTC)
NEVER = "0001-01-01T00:00:00+00:00"

type Begin = Callable[..., tuple[ManualClock, NotingRunner, Timers]]


@pytest.fixture
async def begin(tmp_path: Path) -> AsyncIterator[Begin]:
    """A host's timers on the same data folder each time; they are stopped after the test."""
    begun: list[Timers] = []

    def begin_one(
        *functions: FunctionInfo,
        at: datetime = START,
        environment: Mapping[str, str] | None = None,
        gate: asyncio.Event | None = None,
    ) -> tuple[ManualClock, NotingRunner, Timers]:
        clock = ManualClock(at)
        runner = NotingRunner(clock, {info.name: info for info in functions}, gate=gate)
        files = StatusFiles(tmp_path / "timers")
        timers = Timers(runner, {"TZ": "UTC", **(environment or {})}, files, clock)
        timers.start()
        begun.append(timers)
        return clock, runner, timers

    yield begin_one
    for timers in begun:
        timers.stop()


async def test_each_occurrence_runs_once_and_tells_the_run_before(begin: Begin) -> None:
    clock, runner, _ = begin(timer("each_minute", "0 * * * * *"))
    await clock.advance_to(START + timedelta(minutes=2))
    first, second = runner.runs
    assert (first.at.isoformat(), first.stamp) == (
        "2026-11-22T00:56:00+00:00",
        "11/22/2026 00:56:00",
    )
    assert first.status == {
        "Last": NEVER,
        "Next": "2026-11-22T00:56:00+00:00",
        "LastUpdated": NEVER,
    }
    assert second.status == {
        "Last": "2026-11-22T00:56:00+00:00",
        "Next": "2026-11-22T00:57:00+00:00",
        "LastUpdated": "2026-11-22T00:56:00+00:00",
    }
    assert first.document["Schedule"] == {"AdjustForDST": True}


async def test_after_downtime_a_missed_run_is_past_due_and_comes_once(begin: Begin) -> None:
    clock, _, timers = begin(timer("each_minute", "0 * * * * *"))
    await clock.advance_to(START + timedelta(minutes=1))
    timers.stop()
    later = START + timedelta(minutes=10)
    clock, runner, _ = begin(timer("each_minute", "0 * * * * *"), at=later)
    await clock.advance_to(later)
    [late] = runner.runs
    assert late.past_due
    assert late.status["Next"] == "2026-11-22T00:57:00+00:00"
    await clock.advance_to(later + timedelta(minutes=1))
    assert [run.past_due for run in runner.runs] == [True, False]


async def test_a_first_occurrence_missed_while_down_is_past_due_too(begin: Begin) -> None:
    clock, runner, timers = begin(timer("nightly", "0 0 3 * * *"))
    await clock.advance_to(START)
    timers.stop()
    assert runner.runs == []
    clock, runner, _ = begin(timer("nightly", "0 0 3 * * *"), at=START + timedelta(days=1))
    await clock.advance_to(START + timedelta(days=1))
    assert [run.past_due for run in runner.runs] == [True]


async def test_a_changed_schedule_is_not_past_due(begin: Begin) -> None:
    clock, _, timers = begin(timer("job", "0 * * * * *"))
    await clock.advance_to(START + timedelta(minutes=1))
    timers.stop()
    later = START + timedelta(hours=1)
    clock, runner, _ = begin(timer("job", "0 30 * * * *"), at=later)
    await clock.advance_to(later)
    assert runner.runs == []
    await clock.advance_to(later + timedelta(hours=1))
    assert [run.at.minute for run in runner.runs] == [30]


@pytest.mark.parametrize(
    "function",
    [timer("t", "0 * * * * *", useMonitor=False), timer("t", "*/20 * * * * *")],
    ids=["not monitored", "several times a minute"],
)
async def test_without_a_monitor_there_is_no_status_and_nothing_is_past_due(
    begin: Begin, function: FunctionInfo, tmp_path: Path
) -> None:
    clock, runner, timers = begin(function)
    await clock.advance_to(START + timedelta(minutes=1))
    timers.stop()
    assert all(run.document["ScheduleStatus"] is None for run in runner.runs)
    assert not (tmp_path / "timers").exists()
    clock, runner, _ = begin(function, at=START + timedelta(hours=1))
    await clock.advance_to(START + timedelta(hours=1))
    assert runner.runs == []


async def test_a_run_at_startup_comes_before_the_schedule(begin: Begin) -> None:
    clock, runner, _ = begin(timer("at_startup", "0 0 3 * * *", runOnStartup=True))
    await clock.advance_to(datetime(2026, 11, 22, 3, 0, tzinfo=UTC))
    assert [run.past_due for run in runner.runs] == [False, False]
    assert runner.runs[0].status["Next"] == "2026-11-22T03:00:00+00:00"
    assert runner.runs[1].status["Last"] == "2026-11-22T00:55:01.433131+00:00"


async def test_a_run_by_hand_sees_the_stored_status_and_leaves_it(begin: Begin) -> None:
    function = timer("nightly", "0 0 3 * * *")
    clock, runner, timers = begin(function)
    await clock.advance_to(START + timedelta(seconds=5))
    for _ in range(2):
        await timers.run_now(function)
    assert [run.status["LastUpdated"] for run in runner.runs] == [
        "2026-11-22T00:55:01.433131+00:00"
    ] * 2
    assert runner.runs[1].status["Last"] == NEVER


async def test_a_failed_run_counts_as_run(begin: Begin) -> None:
    clock, runner, _ = begin(timer("each_minute", "0 * * * * *"))
    runner.outcome = Failed("ValueError: bang")
    await clock.advance_to(START + timedelta(minutes=2))
    assert [run.at.minute for run in runner.runs] == [56, 57]


async def test_no_timer_runs_twice_at_once_also_when_the_app_is_loaded_anew(
    begin: Begin,
) -> None:
    gate = asyncio.Event()
    clock, runner, timers = begin(timer("each_minute", "0 * * * * *"), gate=gate)
    await clock.advance_to(START + timedelta(minutes=1))
    timers.start()  # the app was loaded again during the run
    await clock.advance_to(START + timedelta(minutes=3))
    assert len(runner.runs) == 1
    gate.set()
    await clock.advance_to(START + timedelta(minutes=3))
    assert [run.past_due for run in runner.runs] == [False, True]


async def test_a_run_that_the_end_of_the_host_cuts_off_comes_as_past_due_at_the_next_start(
    begin: Begin,
) -> None:
    # The gate stands for anything that takes long: the function itself, or a pause between tries.
    clock, runner, timers = begin(timer("nightly", "0 0 3 * * *"), gate=asyncio.Event())
    due = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    await clock.advance_to(due)
    assert [run.past_due for run in runner.runs] == [False]
    await timers.abandon()
    later = due + timedelta(minutes=5)
    clock, runner, _ = begin(timer("nightly", "0 0 3 * * *"), at=later)
    await clock.advance_to(later)
    [again] = runner.runs
    assert again.past_due
    assert again.status["Next"] == "2026-11-22T03:00:00+00:00"


async def test_the_schedule_is_read_from_a_setting_and_in_the_zone_of_the_settings(
    begin: Begin,
) -> None:
    environment = {"WHEN": "0 30 2 * * *", "WEBSITE_TIME_ZONE": "Europe/Madrid"}
    clock, runner, _ = begin(timer("nightly", "%WHEN%"), environment=environment)
    await clock.advance_to(START + timedelta(days=1))
    [run] = runner.runs
    assert run.at == datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
    assert run.status["Next"] == "2026-11-22T02:30:00+01:00"
    assert run.stamp == "11/22/2026 02:30:00"


async def test_a_schedule_that_cannot_be_used_is_said_in_one_line(
    begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        clock, runner, _ = begin(timer("a", "%NO_SUCH%"), timer("b", "often"), timer("c", "1"))
    await clock.advance_to(START + timedelta(days=1))
    assert [run.function for run in runner.runs] == ["c"]
    assert [record.getMessage().splitlines()[0] for record in caplog.records] == [
        "Timer a will not run: its schedule names the setting NO_SUCH, which is missing: "
        "add it to Values in local.settings.json",
        "Timer b will not run: 'often' is neither six fields, such as '0 */5 * * * *', "
        "nor an interval hh:mm:ss",
    ]


async def test_an_unknown_zone_is_said_and_utc_taken(
    begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    clock, runner, _ = begin(
        timer("nightly", "0 0 3 * * *"), environment={"WEBSITE_TIME_ZONE": "Romance Standard Time"}
    )
    assert "is no time zone" in caplog.text
    await clock.advance_to(START + timedelta(hours=4))
    assert [run.at.hour for run in runner.runs] == [3]


async def test_a_status_that_cannot_be_read_starts_the_timer_afresh(
    begin: Begin, tmp_path: Path
) -> None:
    (tmp_path / "timers").mkdir()
    (tmp_path / "timers" / "each_minute.status").write_text("{", "utf-8")
    clock, runner, _ = begin(timer("each_minute", "0 * * * * *"))
    await clock.advance_to(START + timedelta(minutes=1))
    assert [run.past_due for run in runner.runs] == [False]
