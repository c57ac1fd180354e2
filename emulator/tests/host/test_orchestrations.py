"""Durable Functions on the host: the app's own client, activities and workers that die."""

import asyncio
import json
import os
import signal
from pathlib import Path

from aiohttp import ClientSession

from emulator.tests.host.conftest import StartHost
from emulator.tests.host.harness import APPS, HostProcess, eventually


async def start_chain(http: ClientSession, host: HostProcess, steps: list[str]) -> str:
    async with http.post(f"{host.url}/api/start/chain", json=steps) as answer:
        assert answer.status == 202
        return str((await answer.json())["id"])


async def output_of(http: ClientSession, host: HostProcess, instance: str) -> object:
    """The output of an orchestration, once it has completed."""
    deadline = asyncio.get_running_loop().time() + 60
    while asyncio.get_running_loop().time() < deadline:
        async with http.get(f"{host.url}/api/runs/{instance}") as answer:
            run = await answer.json()
        if run["status"] == "Completed":
            return run["output"]
        assert run["status"] in ("Pending", "Running"), run
        await asyncio.sleep(0.02)
    raise AssertionError(f"{instance} did not complete in time")


async def test_the_apps_own_client_starts_an_orchestration_and_sees_its_output(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    instance = await start_chain(http, streaming_host, ["one", "two"])
    assert await output_of(http, streaming_host, instance) == ["one done", "two done"]


async def test_the_management_api_answers_on_the_main_port(
    streaming_host: HostProcess, http: ClientSession
) -> None:
    url = f"{streaming_host.url}/runtime/webhooks/durabletask/orchestrators/chain/by-hand"
    # As the SDK's client sends its input: JSON inside JSON.
    async with http.post(url, json=json.dumps(["one"])) as answer:
        assert answer.status == 202
    assert await output_of(http, streaming_host, "by-hand") == ["one done"]


async def test_only_the_unfinished_activity_runs_again_when_its_worker_is_killed(
    start: StartHost, http: ClientSession
) -> None:
    host = start(APPS / "streaming", "--no-watch")
    instance = await start_chain(http, host, ["first", "gate-killed", "last"])
    await asyncio.to_thread(eventually, lambda: len(host.notes("activity")) == 2)
    pid = host.notes("activity")[-1]["pid"]
    assert isinstance(pid, int)
    os.kill(pid, signal.SIGKILL)
    host.open_gate("gate-killed")
    assert await output_of(http, host, instance) == ["first done", "gate-killed done", "last done"]
    ran = [note["step"] for note in host.notes("activity")]
    assert ran == ["first", "gate-killed", "gate-killed", "last"]


async def test_an_orchestration_goes_on_after_the_host_was_killed(
    start: StartHost, http: ClientSession
) -> None:
    host = start(APPS / "streaming", "--no-watch")
    instance = await start_chain(http, host, ["first", "gate-host", "last"])
    await asyncio.to_thread(eventually, lambda: len(host.notes("activity")) == 2)
    host.stop(signal.SIGKILL)
    host.open_gate("gate-host")
    again = start(APPS / "streaming", "--no-watch")
    assert await output_of(http, again, instance) == ["first done", "gate-host done", "last done"]


# Attempts after the first wait until they are let, however long the machine takes to kill the host.
_STUBBORN = """
import pathlib
import time

import azure.durable_functions as df

here = pathlib.Path(__file__).parent
app = df.DFApp()


@app.activity_trigger(input_name="value")
def broken(value):
    while (here / "tried").exists() and not (here / "open").exists():
        time.sleep(0.01)
    (here / "tried").touch()
    raise ValueError("broken")


@app.orchestration_trigger(context_name="context")
def stubborn(context):
    yield context.call_activity_with_retry("broken", df.RetryOptions(1000, 3), None)
"""


async def test_a_retry_policy_counts_on_after_the_host_was_killed(
    start: StartHost, http: ClientSession, tmp_path: Path
) -> None:
    app = tmp_path / "app"
    app.mkdir()
    (app / "function_app.py").write_text(_STUBBORN, "utf-8")
    host = start(app, "--no-watch")

    async def failures(of: HostProcess, status: str) -> int:
        """How many attempts have failed, once the orchestration has that status."""
        path = "/runtime/webhooks/durabletask/instances/s?showHistory=true"
        async with http.get(of.url + path) as answer:
            shown = await answer.json()
        if shown["runtimeStatus"] != status:
            return 0
        return sum(1 for event in shown["historyEvents"] if event["EventType"] == "TaskFailed")

    async def until_failed(of: HostProcess, status: str) -> int:
        deadline = asyncio.get_running_loop().time() + 60
        while not (count := await failures(of, status)):
            assert asyncio.get_running_loop().time() < deadline, f"it is not {status}"
            await asyncio.sleep(0.02)
        return count

    begin = f"{host.url}/runtime/webhooks/durabletask/orchestrators/stubborn/s"
    assert (await http.post(begin)).status == 202
    assert await until_failed(host, "Running") == 1
    host.stop(signal.SIGKILL)
    (app / "open").touch()

    again = start(app, "--no-watch")
    assert await until_failed(again, "Failed") == 3
