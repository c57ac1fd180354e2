"""Workers that do not start, crash in a loop or hang: said in a line, tried again, never silent."""

import asyncio
import os
import shutil
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from aiohttp import ClientSession

from emulator.host.invocation import Datum, NoWorker, Outcome, RetryState
from emulator.host.log_levels import LogLevels
from emulator.host.pool import WorkerPool
from emulator.host.worker_process import WorkerSpec
from emulator.tests.host.conftest import StartHost
from emulator.tests.host.harness import APPS, HostProcess, eventually

EXITS = "import os\nos._exit(7)\n"
HANGS = "import time\ntime.sleep(600)\n"
# Says that it is being imported, and goes on when it is let.
GATED = """\
import pathlib, time
here = pathlib.Path(__file__).parent
(here / "begun").touch()
while not (here / "open").exists():
    time.sleep(0.01)
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A copy of the fragile app, to be edited."""
    copy = tmp_path / "app"
    shutil.copytree(APPS / "fragile", copy)
    return copy


def edit(app: Path, text: str | None = None) -> None:
    """Replace the app's code, or make it good again."""
    good = (APPS / "fragile" / "function_app.py").read_text("utf-8")
    (app / "function_app.py").write_text(text or good, "utf-8")


async def said(host: HostProcess, text: str, times: int = 1) -> None:
    await asyncio.to_thread(eventually, lambda: host.log.count(text) >= times)


async def ask(http: ClientSession, host: HostProcess, method: str = "GET") -> tuple[int, str]:
    path = "ok" if method == "GET" else "exit"
    async with http.request(method, f"{host.url}/api/{path}") as answer:
        return answer.status, await answer.text()


async def until_it_answers(http: ClientSession, host: HostProcess) -> None:
    async with asyncio.timeout(60):
        while True:
            if await ask(http, host) == (200, "ok"):
                return
            await asyncio.sleep(0.02)


async def test_an_app_that_ends_its_worker_is_tried_again_ever_later_until_it_is_repaired(
    start: StartHost, http: ClientSession, app: Path
) -> None:
    edit(app, EXITS)
    host = start(app)
    await said(host, "ended while it loaded the app (exit code 7); trying again in 0.2 s")
    status, text = await ask(http, host)
    assert status == 503
    assert text.startswith("Function host is not running. Worker ")
    assert "ended while it loaded the app (exit code 7)" in text
    await said(host, "trying again in 0.4 s")
    await said(host, "trying again in 0.8 s")
    edit(app)
    await until_it_answers(http, host)
    assert "Traceback" not in host.log


async def test_an_import_that_hangs_is_ended_after_its_time(
    start: StartHost, http: ClientSession, app: Path
) -> None:
    edit(app, HANGS)
    host = start(app, "--start-timeout", "1", "--no-watch")
    await said(host, "had not loaded the app after 1 s and was ended: look for what blocks at the")
    assert (await ask(http, host))[0] == 503


async def test_a_good_edit_need_not_wait_for_an_import_that_hangs(
    start: StartHost, http: ClientSession, app: Path
) -> None:
    host = start(app)
    edit(app, HANGS)
    await said(host, "function_app.py has changed")
    edit(app)
    await said(host, "function_app.py has changed", 2)
    assert await ask(http, host) == (200, "ok")
    assert "watchfiles" not in host.log


async def test_a_worker_that_crashes_in_a_loop_is_started_ever_later(
    start: StartHost, http: ClientSession, app: Path
) -> None:
    host = start(app, "--no-watch")
    # On a slow machine a worker may live so long that its end is not yet a loop.
    async with asyncio.timeout(60):
        while "ended (exit code 9); starting another in 0.2 s" not in host.log:
            await until_it_answers(http, host)
            assert (await ask(http, host, "POST"))[0] == 500
    assert "ended (exit code 9); starting another\n" in host.log
    await until_it_answers(http, host)


async def test_requests_wait_for_the_worker_that_follows_one_that_had_loaded_the_app(
    start: StartHost, http: ClientSession, app: Path
) -> None:
    host = start(app, "--no-watch")
    assert (await ask(http, host, "POST"))[0] == 500
    await until_it_answers(http, host)
    edit(app, GATED + (app / "function_app.py").read_text("utf-8"))
    assert (await ask(http, host, "POST"))[0] == 500
    await asyncio.to_thread(eventually, (app / "begun").exists)
    waiting = asyncio.create_task(ask(http, host))
    await asyncio.to_thread((app / "open").touch)
    assert await waiting == (200, "ok")


async def test_what_no_worker_can_run_is_refused_at_once() -> None:
    class Deserted(WorkerPool):
        asked = 0

        async def invoke(
            self,
            function: str,
            inputs: Sequence[tuple[str, Datum]],
            metadata: Mapping[str, Datum] | None = None,
            retry: RetryState | None = None,
        ) -> Outcome:
            self.asked += 1
            raise NoWorker("Worker 1 ended")

    pool = Deserted(WorkerSpec(Path(), {}, LogLevels()), 1)
    with pytest.raises(NoWorker):
        await pool.invoke_surely("f", [])
    assert pool.asked == 1


async def test_a_worker_whose_event_loop_is_blocked_is_ended_and_its_requests_fail(
    start: StartHost, http: ClientSession, app: Path
) -> None:
    host = start(app, "--no-watch", "--hang-timeout", "2")
    async with http.post(f"{host.url}/api/block") as answer:
        assert answer.status == 500
    await said(host, "did not answer for 2 s and was ended: a function blocks its event loop")
    assert " in block\n" in host.log
    await until_it_answers(http, host)


async def test_a_worker_that_was_stopped_by_a_signal_is_replaced(
    start: StartHost, http: ClientSession, app: Path
) -> None:
    host = start(app, "--no-watch", "--hang-timeout", "2")
    async with http.get(f"{host.url}/admin/host/processes") as answer:
        _, worker = (await answer.json())["processes"]
    pid = worker["processId"]
    os.kill(pid, signal.SIGSTOP)
    await said(host, f"Worker {pid} did not answer for 2 s and was ended")
    await until_it_answers(http, host)
