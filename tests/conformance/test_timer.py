"""Timers: the recorded runs on a clock that is set to their times, and a real host beside them."""

import asyncio
import json
import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from emulator.host.catalogue import Catalogue, catalogue_of
from emulator.host.messages import IndexedFunction
from emulator.host.schedule_status import StatusFiles
from emulator.host.timers import Timers
from emulator.tests.host.harness import eventually
from emulator.tests.host.manual_clock import ManualClock, NotingRunner, Ran
from tests.conformance.comparing import Case, Masks
from tests.conformance.conftest import Conform
from tests.conformance.probes import Probe
from tests.conformance.recordings import Json, JsonObject, lines
from tests.conformance.worker_messages import invocations, request_shown, response_shown

_SETTINGS = {"PROBE_SCHEDULE": "0 30 2 * * *", "TZ": "UTC"}
# When each recorded host was started and stopped, read off the runs of `at_startup`.
_RUNS = {
    "hv1": ("2026-11-22T00:55:01.433131+00:00", "2026-11-22T00:55:02+00:00"),
    "hv5": ("2026-11-22T00:55:19.125427+00:00", "2026-11-22T00:56:00.5+00:00"),
    "hv6": ("2026-11-22T00:57:19.578455+00:00", "2026-11-22T00:57:26+00:00"),
}
# The clocks of the two hosts agree to the second; between its timers the real one took 0.1 s.
_FRACTION = re.compile(r"(?<=:\d\d)\.\d+(?=[+Z])")


async def test_starts_and_downtime_bring_the_recorded_runs(
    tmp_path: Path, conform: Conform
) -> None:
    ran: dict[str, list[Ran]] = {}
    for run, (start, end) in _RUNS.items():
        clock, runner, timers = _host(tmp_path, datetime.fromisoformat(start))
        timers.start()
        await clock.advance_to(datetime.fromisoformat(end))
        timers.stop()
        ran[run] = runner.runs
    conform("timer: starts and downtime", _cases(ran, _seen(_RUNS)))


async def test_runs_by_hand_and_a_resumed_host_are_as_recorded(
    tmp_path: Path, conform: Conform
) -> None:
    start = datetime.fromisoformat("2026-11-22T00:56:26.080553+00:00")
    clock, runner, timers = _host(tmp_path, start)
    timers.start()
    await clock.advance_to(start + timedelta(seconds=59))
    boom = runner.timers["boom_timer"]
    await timers.run_now(boom)
    timers.stop()  # the host was drained, and resumed
    await clock.advance_to(datetime.fromisoformat("2026-11-22T00:57:28.65+00:00"))
    timers.start()
    await clock.advance_to(clock.now())
    timers.stop()
    conform("timer: by hand and resumed", _cases({"http": runner.runs}, []))


async def test_a_real_host_gives_the_worker_what_was_recorded(
    recorded_http_probe: Probe, conform: Conform
) -> None:
    cases = []
    for said in lines("timer/worker_messages.ndjson"):
        function = str(said["function"])
        if said["run"] == "http" and function in ("at_startup", "every5"):
            found = await asyncio.to_thread(
                eventually, lambda name=function: invocations(recorded_http_probe, name)
            )
            request = cast("JsonObject", found[0]["request"])
            observed = {**found[0], **request}
            cases.append(Case(f"{function} at {said['at_utc']}", _whole(said), _whole(observed)))
    # The last one is a start on stored status, which is compared above.
    conform("timer: a real host", cases[:4])


def _host(folder: Path, start: datetime) -> tuple[ManualClock, NotingRunner, Timers]:
    clock = ManualClock(start)
    runner = NotingRunner(clock, _catalogue().with_trigger("timerTrigger"))
    return clock, runner, Timers(runner, _SETTINGS, StatusFiles(folder / "timers"), clock)


def _catalogue() -> Catalogue:
    """The functions of the probe app, as the worker told the real host."""
    answer = next(
        one
        for one in lines("worker_rpc/samples.ndjson")
        if one["app"] == "http_probe" and one["type"] == "function_metadata_response"
    )
    found = cast("list[JsonObject]", cast("JsonObject", answer["msg"])["function_metadata_results"])
    indexed = (
        IndexedFunction(str(one["name"]), tuple(cast("list[str]", one["raw_bindings"])))
        for one in found
    )
    return catalogue_of(indexed, _SETTINGS)


def _cases(ran: dict[str, list[Ran]], seen: Iterable[JsonObject]) -> list[Case]:
    """What the worker got in each recorded run, and every run that the app saw."""
    cases = []
    for said in lines("timer/worker_messages.ndjson"):
        if said["run"] in ran:
            stamp = _stamp(said)
            observed = [
                one
                for one in ran[str(said["run"])]
                if one.function == said["function"] and one.stamp == stamp
            ]
            assert len(observed) == 1, (said["run"], said["function"], stamp)
            name = f"{said['run']}: {said['function']} at {stamp}"
            cases.append(Case(name, _document(said), _whole_seconds(observed[0].document)))
    for run, runs in ran.items():
        expected = [_noted(one) for one in seen if one["run"] == run]
        if expected:
            cases.append(Case(f"{run}: all runs", expected, [_as_noted(one) for one in runs]))
    return cases


def _seen(runs: Collection[str]) -> list[JsonObject]:
    return [one for one in lines("timer/timer_request_seen.ndjson") if str(one["run"]) in runs]


def _noted(said: JsonObject) -> Json:
    return _whole_seconds([said["function"], str(said["at_utc"])[:19], said["timer"]])


def _as_noted(ran: Ran) -> Json:
    """As the probe app notes a TimerRequest, which has an empty mapping for no status."""
    timer = {
        "past_due": ran.document["IsPastDue"],
        "schedule_status": ran.document["ScheduleStatus"] or {},
        "schedule": ran.document["Schedule"],
    }
    return _whole_seconds([ran.function, ran.at.isoformat()[:19], timer])


def _stamp(said: JsonObject) -> str:
    metadata = cast("JsonObject", said["trigger_metadata"])
    return str(cast("JsonObject", metadata["TimerTrigger"])["string"])


def _document(said: JsonObject) -> Json:
    [given] = cast("list[JsonObject]", said["input_data"])
    return _whole_seconds(json.loads(str(cast("JsonObject", given["data"])["json"])))


def _whole_seconds(value: object) -> Json:
    cut: Json = json.loads(_FRACTION.sub("", json.dumps(value)))
    return cut


def _whole(message: JsonObject) -> Json:
    """A message with its times masked."""
    response = cast("JsonObject", message["response"])
    return Masks().json({**request_shown(message), "response": response_shown(response)})
