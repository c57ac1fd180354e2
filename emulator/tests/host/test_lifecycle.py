"""Start, death, reload and end of host and workers, with real processes and signals."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest
from aiohttp import ClientError, ClientSession

from emulator.tests.host.conftest import StartHost
from emulator.tests.host.harness import APPS, HostProcess, eventually, is_alive, launch


async def workers(http: ClientSession, host: HostProcess) -> list[int]:
    async with http.get(f"{host.url}/admin/host/processes") as answer:
        _, *listed = (await answer.json())["processes"]
    return [worker["processId"] for worker in listed]


async def text_of(http: ClientSession, url: str) -> str:
    async with http.get(url) as answer:
        return await answer.text()


async def until_text(http: ClientSession, url: str, text: str) -> None:
    """Ask until the answer is that text: the app that was asked may be the one before a change."""
    async with asyncio.timeout(60):
        while True:
            if await text_of(http, url) == text:
                return
            await asyncio.sleep(0.02)


def failure(app: Path, folder: Path, *options: str) -> tuple[int, str]:
    """Exit code and output of a host that does not start."""
    process = launch(app, folder, *options)
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.read() == b""
    return process.wait(60), (folder / "log.txt").read_text("utf-8")


async def test_nothing_is_left_behind_at_the_end(start: StartHost, http: ClientSession) -> None:
    host = start(APPS / "streaming", "--workers", "2")
    pids = await workers(http, host)
    assert len(pids) == 2
    stream = await http.get(f"{host.url}/api/stream/gate-never")
    await stream.content.readany()
    assert host.stop(signal.SIGINT) == 0
    assert not any(is_alive(pid) for pid in pids)
    stream.close()


async def test_workers_die_with_a_host_that_is_killed(
    start: StartHost, http: ClientSession
) -> None:
    host = start(APPS / "streaming", "--workers", "2", "--no-watch")
    pids = await workers(http, host)
    host.stop(signal.SIGKILL)
    await asyncio.to_thread(eventually, lambda: not any(is_alive(pid) for pid in pids))


async def test_a_killed_worker_is_replaced_and_requests_wait_for_it(
    start: StartHost, http: ClientSession
) -> None:
    host = start(APPS / "classic", "--no-watch")
    (first,) = await workers(http, host)
    os.kill(first, signal.SIGKILL)
    second = int(await text_of(http, f"{host.url}/api/pid"))
    assert second != first
    assert f"Worker {first} ended (SIGKILL); starting another" in host.log


async def test_a_request_under_way_is_asked_again_when_its_worker_dies(
    start: StartHost, http: ClientSession
) -> None:
    host = start(APPS / "streaming", "--no-watch")
    (pid,) = await workers(http, host)
    request = asyncio.create_task(text_of(http, f"{host.url}/api/wait/gate-again"))
    await asyncio.to_thread(eventually, lambda: host.notes("waiting"))
    os.kill(pid, signal.SIGKILL)
    host.open_gate("gate-again")
    assert await request == "went on"
    assert len(host.notes("waiting")) == 2


async def test_a_post_under_way_is_not_sent_twice_when_its_worker_dies(
    start: StartHost, http: ClientSession
) -> None:
    host = start(APPS / "streaming", "--no-watch")
    (pid,) = await workers(http, host)
    request = asyncio.create_task(http.post(f"{host.url}/api/wait/gate-once"))
    await asyncio.to_thread(eventually, lambda: host.notes("waiting"))
    os.kill(pid, signal.SIGKILL)
    assert (await request).status == 500
    assert len(host.notes("waiting")) == 1


async def test_a_stream_is_cut_when_its_worker_dies(start: StartHost, http: ClientSession) -> None:
    host = start(APPS / "streaming", "--no-watch")
    (pid,) = await workers(http, host)
    async with http.get(f"{host.url}/api/stream/gate-never") as answer:
        assert await answer.content.readany() == b"data: first\n\n"
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(ClientError):
            await answer.read()


async def test_an_event_is_delivered_again_when_its_worker_dies(
    start: StartHost, http: ClientSession
) -> None:
    host = start(APPS / "streaming", "--no-watch")
    (pid,) = await workers(http, host)
    delivery = asyncio.create_task(
        http.post(
            f"{host.url}/runtime/webhooks/eventgrid?functionName=on_event",
            json=[{"id": "e", "data": {"gate": "gate-event"}}],
            headers={"aeg-event-type": "Notification"},
        )
    )
    await asyncio.to_thread(eventually, lambda: host.notes("event"))
    os.kill(pid, signal.SIGKILL)
    host.open_gate("gate-event")
    assert (await delivery).status == 202
    assert [note["id"] for note in host.notes("event")] == ["e", "e"]


async def test_a_changed_file_is_loaded_and_old_work_ends_in_peace(
    start: StartHost, http: ClientSession, tmp_path: Path
) -> None:
    app = tmp_path / "app"
    shutil.copytree(APPS / "streaming", app)
    host = start(app)
    under_way = asyncio.create_task(http.post(f"{host.url}/api/wait/gate-reload"))
    stream = await http.get(f"{host.url}/api/stream/gate-reload")
    first = await stream.content.readany()
    await asyncio.to_thread(eventually, lambda: host.notes("waiting"))
    source = app / "function_app.py"
    source.write_text(source.read_text("utf-8").replace('"pong"', '"changed"'), "utf-8")
    await asyncio.to_thread(eventually, lambda: "function_app.py has changed" in host.log)
    await until_text(http, f"{host.url}/api/ping", "changed")
    host.open_gate("gate-reload")
    assert await (await under_way).text() == "went on"
    assert (first + await stream.content.read()).count(b"data: ") > 1


async def test_a_change_that_breaks_the_app_is_said_and_the_next_one_repairs_it(
    start: StartHost, http: ClientSession, tmp_path: Path
) -> None:
    app = tmp_path / "app"
    shutil.copytree(APPS / "classic", app)
    host = start(app)
    source = app / "function_app.py"
    good = source.read_text("utf-8")
    source.write_text("def broken(:\n", "utf-8")
    await asyncio.to_thread(eventually, lambda: "The app does not load: SyntaxError" in host.log)
    async with http.get(f"{host.url}/api/text") as answer:
        assert answer.status == 404
    source.write_text(good, "utf-8")
    await until_text(http, f"{host.url}/api/text", "plain é")


async def test_an_app_that_does_not_import_answers_404_everywhere(
    start: StartHost, http: ClientSession
) -> None:
    host = start(APPS / "broken", "--no-watch")
    async with http.get(f"{host.url}/api/ping") as answer:
        assert answer.status == 404
    async with http.get(f"{host.url}/admin/functions") as answer:
        assert await answer.json() == []
    assert "The app does not load: RuntimeError: this app is broken" in host.log


async def test_a_folder_without_an_app_is_said(start: StartHost, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    host = start(empty, "--no-watch")
    assert f"The app does not load: there is no function_app.py in {empty}\n" in host.log


async def test_http_and_durable_functions_have_workers_of_their_own(
    start: StartHost, http: ClientSession
) -> None:
    host = start(APPS / "streaming", "--workers", "4", "--no-watch")
    http_pids = {int(await text_of(http, f"{host.url}/api/pid")) for _ in range(12)}
    for number in range(8):
        body = [f"step {number}"]
        async with http.post(f"{host.url}/api/start/chain", json=body) as answer:
            assert answer.status == 202
    await asyncio.to_thread(eventually, lambda: len(host.notes("activity")) == 8)
    activity_pids = {note["pid"] for note in host.notes("activity")}
    assert len(http_pids) == 2
    assert not http_pids & activity_pids
    assert http_pids | activity_pids <= set(await workers(http, host))


async def test_timers_fire(start: StartHost) -> None:
    host = start(APPS / "streaming", "--no-watch", EVERY="* * * * * *")
    await asyncio.to_thread(eventually, lambda: len(host.notes("tick")) >= 2)
    assert [note["past_due"] for note in host.notes("tick")][:2] == [False, False]


async def test_a_run_that_was_missed_while_the_host_was_down_comes_at_the_start(
    start: StartHost, tmp_path: Path
) -> None:
    (tmp_path / "data" / "timers").mkdir(parents=True)
    status = {
        "Last": "2026-01-02T03:00:00.5+00:00",
        "Next": "2026-01-02T04:00:00+00:00",
        "LastUpdated": "2026-01-02T03:00:00.5+00:00",
    }
    file = tmp_path / "data" / "timers" / "tick.status"
    file.write_text(json.dumps(status), "utf-8")
    host = start(APPS / "streaming", "--no-watch", EVERY="0 0 * * * *", TZ="UTC")
    await asyncio.to_thread(eventually, lambda: host.notes("tick"))
    assert [note["past_due"] for note in host.notes("tick")][:1] == [True]
    await asyncio.to_thread(eventually, lambda: "2026-01-02" not in file.read_text("utf-8"))


async def test_settings_reach_the_app_in_order(
    start: StartHost, http: ClientSession, tmp_path: Path
) -> None:
    app = tmp_path / "app"
    shutil.copytree(APPS / "streaming", app)
    settings = '{"Values": {"ONE": "local", "TWO": "local", "THREE": "local"}}'
    (app / "local.settings.json").write_text(settings, "utf-8")
    (tmp_path / "env").write_text("THREE=file\n", "utf-8")
    env_file = str(tmp_path / "env")
    host = start(app, "--env-file", env_file, "--no-watch", TWO="shell", THREE="shell")
    seen = {
        name: await text_of(http, f"{host.url}/api/setting/{name}")
        for name in ("ONE", "TWO", "THREE", "FUNCTIONS_WORKER_RUNTIME", "WEBSITE_HOSTNAME")
    }
    assert seen == {
        "ONE": "local",
        "TWO": "shell",
        "THREE": "file",
        "FUNCTIONS_WORKER_RUNTIME": "python",
        "WEBSITE_HOSTNAME": host.url.removeprefix("http://"),
    }


def test_a_busy_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        code, output = failure(APPS / "classic", tmp_path, "--port", str(port))
        assert code == 3
        line = f"port {port} is already in use: stop that program or pass --port\n"
        assert output == line
        code, output = failure(APPS / "classic", tmp_path, "--rpc-port", str(port))
        assert (code, output) == (3, line.replace("--port", "--rpc-port"))


def test_broken_settings_are_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "local.settings.json").write_text("{", "utf-8")
    code, output = failure(tmp_path, tmp_path)
    assert code == 2
    assert output.count("\n") == 1
    assert "local.settings.json is not valid JSON: line 1, column 2" in output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--nothing"], "unrecognized arguments: --nothing"),
        (["--workers", "0"], "--workers must be at least 1"),
        (["--app", "/nowhere"], "/nowhere is not a folder: pass the app's folder with --app"),
        (["--port", "70000"], "--port must be between 0 and 65535, not 70000"),
        (["--data", "/dev/null/x"], "/dev/null/x cannot be made: Not a directory"),
        (["--env-file", "/nowhere"], "/nowhere cannot be read: No such file or directory"),
    ],
)
def test_a_wrong_option_is_one_clear_line(tmp_path: Path, options: list[str], said: str) -> None:
    code, output = failure(APPS / "classic", tmp_path, *options)
    assert code == 2
    assert output.count("\n") == 1
    assert said in output


def test_help_names_every_option(tmp_path: Path) -> None:
    process = launch(APPS / "classic", tmp_path, "--help")
    assert isinstance(process, subprocess.Popen)
    output, _ = process.communicate(timeout=60)
    for option in ("--app", "--port", "--rpc-port", "--data", "--workers", "--env-file"):
        assert option.encode() in output
