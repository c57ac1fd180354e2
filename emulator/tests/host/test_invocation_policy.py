"""Time limits, retries and refusals, on a real host; the policies of host.json by themselves."""

import asyncio
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from urllib.request import urlopen

import pytest
from aiohttp import ClientSession

from emulator.host.invocation import Failed, Outcome, RetryState, Succeeded
from emulator.host.retry_policy import ExponentialBackoff, FixedDelay
from emulator.host.retrying import Retries
from emulator.host.settings import CannotStart, read_policy
from emulator.tests.host.harness import APPS, HostProcess, eventually, start_host


@pytest.fixture(scope="module")
def mixed_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    host = start_host(APPS / "mixed", tmp_path_factory.mktemp("mixed"), "--no-watch")
    yield host
    host.stop()


async def test_a_function_that_takes_too_long_fails_and_its_worker_is_replaced(
    mixed_host: HostProcess, http: ClientSession
) -> None:
    async with http.get(f"{mixed_host.url}/api/pid") as answer:
        before = await answer.text()
    async with http.post(f"{mixed_host.url}/api/endless") as answer:
        assert (answer.status, await answer.read()) == (500, b"")
    log = mixed_host.log
    assert "Timeout value of 00:00:01 exceeded by function 'Functions.endless'" in log
    assert "Timeout value of 00:00:01 was exceeded by function: Functions.endless" in log
    gone = f"worker {before} is ended and started again"
    await asyncio.to_thread(eventually, lambda: gone in mixed_host.log)
    async with http.get(f"{mixed_host.url}/api/pid") as answer:
        assert await answer.text() != before
    assert len(mixed_host.notes("endless")) == 1


async def test_a_failed_function_is_run_again_and_sees_which_try_it_is(
    mixed_host: HostProcess,
) -> None:
    await asyncio.to_thread(eventually, lambda: len(mixed_host.notes("try")) == 3)
    tries = [(note["count"], note["limit"], note["failure"]) for note in mixed_host.notes("try")]
    assert tries == [(0, 2, ""), (1, 2, "ValueError: bang"), (2, 2, "ValueError: bang")]


def drain_status(host: HostProcess) -> object:
    with urlopen(f"{host.url}/admin/host/drain/status") as answer:
        return json.load(answer)


async def test_draining_is_not_completed_while_a_retry_is_to_come(
    mixed_host: HostProcess, http: ClientSession
) -> None:
    async with http.post(
        f"{mixed_host.url}/admin/functions/tomorrow_perhaps", json={"input": ""}
    ) as answer:
        assert answer.status == 202
    waiting = "Functions.tomorrow_perhaps is run again in 01:00:00: retry 1, no limit"
    await asyncio.to_thread(eventually, lambda: waiting in mixed_host.log)
    async with http.post(f"{mixed_host.url}/admin/host/drain") as answer:
        assert answer.status == 202
    # Other runs of this host may be ending just now.
    expected = {"state": "InProgress", "outstandingInvocations": 0, "outstandingRetries": 1}
    await asyncio.to_thread(eventually, lambda: drain_status(mixed_host) == expected)
    assert len(mixed_host.notes("later")) == 1


async def test_an_event_is_refused_when_its_retries_are_used_up(
    mixed_host: HostProcess, http: ClientSession
) -> None:
    url = f"{mixed_host.url}/runtime/webhooks/eventgrid?functionName=always_fails"
    event = {"id": "1", "subject": "s", "eventType": "t", "data": {}, "dataVersion": "1"}
    async with http.post(url, json=[event], headers={"aeg-event-type": "Notification"}) as answer:
        assert answer.status == 500
    assert len(mixed_host.notes("event")) == 2
    assert "Functions.always_fails failed after 1 retries" in mixed_host.log


async def test_each_function_that_the_host_lacks_is_named_in_one_line_and_the_others_run(
    mixed_host: HostProcess, http: ClientSession
) -> None:
    lines = [line for line in mixed_host.log.splitlines() if "does not run here" in line]
    assert ["Function copies" in line and "blob" in line for line in lines] == [True, False]
    assert ["Function on_message" in line and "queueTrigger" in line for line in lines] == [
        False,
        True,
    ]
    assert all("func start" in line for line in lines)
    async with http.get(f"{mixed_host.url}/api/copy") as answer:
        assert answer.status == 404


async def test_the_warm_up_function_runs_once_when_the_platform_asks_for_it(
    mixed_host: HostProcess, http: ClientSession
) -> None:
    assert mixed_host.notes("warm") == []
    for _ in range(2):
        async with http.get(f"{mixed_host.url}/admin/warmup") as answer:
            assert (answer.status, await answer.read()) == (200, b"")
    assert [note["given"] for note in mixed_host.notes("warm")] == ["WarmUpContext"]
    assert mixed_host.log.count("Function misnamed never runs, here and in Azure") == 1


async def test_a_retry_policy_that_has_no_effect_is_said(mixed_host: HostProcess) -> None:
    assert "The retry policy of function pid has no effect on its httpTrigger" in mixed_host.log


async def test_an_app_of_which_nothing_runs_starts_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "function_app.py").write_text(
        "import azure.functions as func\n"
        "app = func.FunctionApp()\n"
        "@app.queue_trigger(arg_name='m', queue_name='q', connection='C')\n"
        "def orders(m: func.QueueMessage) -> None: ...\n",
        "utf-8",
    )
    host = await asyncio.to_thread(start_host, tmp_path, tmp_path, "--no-watch")
    await asyncio.to_thread(eventually, lambda: "No function of this app runs here" in host.log)
    assert host.log.count("Function orders does not run here: queueTrigger") == 1
    assert await asyncio.to_thread(host.stop) == 0


def test_host_json_sets_the_time_limit_and_a_retry_policy() -> None:
    assert str(read_policy({}).timeout) == "0:30:00"
    assert read_policy({"functionTimeout": "-1"}).timeout is None
    fixed = {"strategy": "fixedDelay", "maxRetryCount": 2, "delayInterval": "00:00:03"}
    policy = read_policy({"functionTimeout": "00:10:00", "retry": fixed})
    assert str(policy.timeout) == "0:10:00"
    assert isinstance(policy.retry, FixedDelay)
    assert policy.retry.delay.total_seconds() == 3


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"functionTimeout": "00:00:00"}, "functionTimeout is '00:00:00'"),
        ({"functionTimeout": "soon"}, "functionTimeout is 'soon'"),
        ({"retry": {"strategy": "fixedDelay"}}, "maxRetryCount"),
        ({"retry": {"strategy": "often", "maxRetryCount": 1}}, "strategy"),
        ({"retry": {"strategy": "fixedDelay", "maxRetryCount": 1}}, "delayInterval"),
    ],
)
def test_a_policy_that_cannot_be_is_refused_at_the_start(
    document: dict[str, object], says: str
) -> None:
    with pytest.raises(CannotStart, match=says):
        read_policy(document)


def test_the_pauses_of_a_back_off_about_double_up_to_the_maximum() -> None:
    policy = read_policy(
        {
            "retry": {
                "strategy": "exponentialBackoff",
                "maxRetryCount": 5,
                "minimumInterval": "00:00:10",
                "maximumInterval": "00:01:00",
            }
        }
    ).retry
    assert isinstance(policy, ExponentialBackoff)
    first, second, third, *_, last = (d.total_seconds() for d in islice(policy.delays(), 8))
    assert first == 10
    assert 18 <= second <= 22
    assert 26 <= third <= 34
    assert last == 60


async def test_retries_without_a_limit_go_on_until_it_works() -> None:
    seen: list[RetryState | None] = []
    slept: list[float] = []
    policy = read_policy(
        {"retry": {"strategy": "fixedDelay", "maxRetryCount": -1, "delayInterval": "00:00:07"}}
    ).retry

    async def attempt(retry: RetryState | None) -> Outcome:
        seen.append(retry)
        return Failed("no") if len(seen) < 5 else Succeeded(None)

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    assert await Retries(sleep).run("f", policy, attempt) == Succeeded(None)
    assert slept == [7.0] * 4
    assert [state.count for state in seen if state is not None] == [0, 1, 2, 3, 4]


async def test_a_run_is_outstanding_from_its_first_pause_until_its_last_try_has_ended() -> None:
    outstanding: list[int] = []
    policy = read_policy(
        {"retry": {"strategy": "fixedDelay", "maxRetryCount": 2, "delayInterval": "00:00:07"}}
    ).retry

    async def attempt(_retry: RetryState | None) -> Outcome:
        outstanding.append(retries.outstanding)
        return Failed("no")

    async def sleep(_seconds: float) -> None:
        outstanding.append(retries.outstanding)

    retries = Retries(sleep)
    assert await retries.run("f", policy, attempt) == Failed("no")
    assert outstanding == [0, 1, 1, 1, 1]
    assert retries.outstanding == 0


async def test_a_pause_that_is_cut_off_is_no_longer_outstanding() -> None:
    policy = read_policy(
        {"retry": {"strategy": "fixedDelay", "maxRetryCount": -1, "delayInterval": "01:00:00"}}
    ).retry
    sleeping = asyncio.Event()

    async def attempt(_retry: RetryState | None) -> Outcome:
        return Failed("no")

    async def sleep(_seconds: float) -> None:
        sleeping.set()
        await asyncio.Event().wait()

    retries = Retries(sleep)
    running = asyncio.create_task(retries.run("f", policy, attempt))
    await sleeping.wait()
    assert retries.outstanding == 1
    running.cancel()
    await asyncio.wait([running])
    assert retries.outstanding == 0
