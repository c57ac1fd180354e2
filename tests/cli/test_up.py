"""`./eira up` starts, fills, announces and stops a local cloud."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cli.running import Running
from cli.up import describe
from tests.cli.frontend.small_site import write_small_site

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60.0

# Stands for the emulator: takes the same flags, and writes what it was asked into its data folder.
EMULATOR = """
import http.server, json, os, pathlib, sys

asked = sys.argv[1:]
flag = lambda name: asked[asked.index(name) + 1]
data = pathlib.Path(flag("--data"))
data.mkdir(exist_ok=True)
(data / "asked.json").write_text(json.dumps(asked))
(data / "pid").write_text(str(os.getpid()))
if os.environ.get("PORT_IS_TAKEN"):
    print("port 7071 is in use", file=sys.stderr)
    sys.exit(3)
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Health)
url = f"http://127.0.0.1:{server.server_port}"
urls = {"app": url, "services": {"identity": url, "cosmos": url}, "caFile": "ca.pem"}
urls["http"] = {"staticweb": "http://localhost:1"}
(data / "app.env").write_text("Cosmos__Endpoint=https://localhost:1\\n")
(data / "urls.unfinished").write_text(json.dumps(urls))
(data / "urls.unfinished").replace(data / "urls.json")
server.serve_forever()
"""
SEED = """
import os, pathlib, sys
pathlib.Path(".eira/seeded").write_text(os.environ["Cosmos__Endpoint"])
sys.exit(int(os.environ.get("SEED_ENDS_WITH", "0")))
"""
FLOWS = """
import os, pathlib, sys
pathlib.Path(".eira/flows").write_text(os.environ["Cosmos__Endpoint"])
sys.exit(int(os.environ.get("FLOWS_END_WITH", "0")))
"""

type Up = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    """Starts `up` in a folder whose emulator and seed are small programs."""
    shutil.copytree(ROOT / "cli", tmp_path / "cli", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "cli" / "knowledge" / "load.py").write_text(SEED)
    (tmp_path / "cli" / "flow_examples.py").write_text(FLOWS)
    (tmp_path / "emulator").mkdir()
    (tmp_path / "emulator" / "__main__.py").write_text(EMULATOR)
    shutil.copy(ROOT / "emulator" / "child.py", tmp_path / "emulator")
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", "up", *arguments],
            cwd=tmp_path,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        process.communicate(timeout=PATIENCE_SECONDS)


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """What it wrote up to the line with these words; the test's time limit is the deadline."""
    assert process.stdout is not None
    read = ""
    for line in process.stdout:
        read += line
        if words in line:
            return read
    raise AssertionError(f"it ended without saying {words!r}:\n{read}")


def app_of(folder: Path) -> str:
    return str(json.loads((folder / ".eira" / "urls.json").read_text())["app"])


def answers(url: str) -> bool:
    place = urlsplit(url)
    try:
        with socket.create_connection((place.hostname, place.port or 0), 1.0):
            return True
    except OSError:
        return False


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_fills_and_announces_and_ctrl_c_leaves_nothing_behind(
    up: Up, tmp_path: Path, stop: signal.Signals
) -> None:
    process = up("--port", "7090", "--workers", "2", "--fresh")
    announced = read_until(process, "curl -N")
    assert "EIRA runs at http://127.0.0.1:" in announced
    for filled in ("seeded", "flows"):
        assert (tmp_path / ".eira" / filled).read_text() == "https://localhost:1"
    asked = json.loads((tmp_path / ".eira" / "asked.json").read_text())
    assert asked[0] == "up"
    assert {"--fresh", "7090", "2", "demo/cloud.json"} <= set(asked)
    url = app_of(tmp_path)
    process.send_signal(stop)
    process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0
    wait_until(lambda: not answers(url))


def test_even_when_it_is_killed_nothing_stays_behind(up: Up, tmp_path: Path) -> None:
    process = up()
    read_until(process, "curl -N")
    url = app_of(tmp_path)
    process.kill()
    wait_until(lambda: not answers(url))


def test_a_cloud_that_cannot_start_is_reported_with_its_own_words(up: Up) -> None:
    process = up(PORT_IS_TAKEN="1")
    written, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 3
    assert written.splitlines() == ["port 7071 is in use"]


def test_a_cloud_that_dies_later_ends_the_command(up: Up, tmp_path: Path) -> None:
    process = up()
    read_until(process, "curl -N")
    os.kill(int((tmp_path / ".eira" / "pid").read_text()), signal.SIGKILL)
    written, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 1
    assert "the local cloud was killed (signal 9)" in written


@pytest.mark.parametrize(
    ("ends", "said"),
    [("1", "the knowledge could not be loaded"), ("2", "a setting or a pack is wrong")],
)
def test_when_the_knowledge_cannot_be_loaded_all_is_stopped(
    up: Up, tmp_path: Path, ends: str, said: str
) -> None:
    process = up(SEED_ENDS_WITH=ends)
    written, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 1
    assert said in written
    url = app_of(tmp_path)
    wait_until(lambda: not answers(url))


def test_when_the_example_flows_cannot_be_kept_all_is_stopped(up: Up, tmp_path: Path) -> None:
    process = up(FLOWS_END_WITH="1")
    written, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 1
    assert "the example flows could not be loaded" in written


def test_the_page_is_told_of_once_it_is_built(up: Up, tmp_path: Path) -> None:
    write_small_site(tmp_path)
    told = read_until(up(), "In a browser: http://localhost:1")
    assert "Front end: building" in told
    assert told.index("EIRA runs at") < told.index("The page follows")
    assert (tmp_path / "frontend" / "dist" / "app" / "browser" / "index.html").exists()


def test_a_page_that_cannot_be_built_stops_nothing_else(up: Up, tmp_path: Path) -> None:
    (write_small_site(tmp_path) / "src" / "index.html").write_text("broken")
    told = read_until(up(), "There is no page in a browser")
    assert "Front end: it could not be built: X [ERROR] TS1" in told
    assert "EIRA runs at" in told
    assert answers(app_of(tmp_path))


def test_a_second_one_in_the_same_folder_is_refused(up: Up) -> None:
    read_until(up(), "curl -N")
    second = up()
    written, _ = second.communicate(timeout=PATIENCE_SECONDS)
    assert second.returncode == 1
    assert "it runs already, at http://127.0.0.1:" in written


def test_a_service_left_out_is_passed_on_when_its_settings_are_there(
    up: Up, tmp_path: Path
) -> None:
    process = up("--no-emulator", "model", OpenAI__ApiKey="made-up")
    read_until(process, "curl -N")
    asked = json.loads((tmp_path / ".eira" / "asked.json").read_text())
    assert asked[-2:] == ["--without", "model"]


def test_a_broken_settings_file_stops_it_before_anything_starts(up: Up, tmp_path: Path) -> None:
    (tmp_path / "local.settings.json").write_text('{"Values": {')
    process = up()
    written, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 2
    assert written.startswith("./eira up: local.settings.json: line 1, column 13")
    assert not (tmp_path / ".eira").exists()


def test_the_curl_can_be_pasted(tmp_path: Path) -> None:
    running = Running("http://127.0.0.1:7071", {"identity": "https://localhost:7081"}, tmp_path)
    lines = describe(running, 1.0).partition("wire:\n")[2]
    (tmp_path / "eira").write_text("#!/bin/sh\necho a-token\n")
    (tmp_path / "eira").chmod(0o755)
    (tmp_path / "curl").write_text(
        '#!/bin/sh\ncase "$*" in *messages*) printf "%s\\n" "$@";;'
        ' *) echo \'{"title": null, "conversationId": "01J"}\';; esac\n'
    )
    (tmp_path / "curl").chmod(0o755)
    pasted = subprocess.run(
        ["sh", "-c", lines],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )
    assert pasted.stdout.splitlines() == [
        "-N",
        "http://127.0.0.1:7071/api/conversations/01J/messages",
        "-H",
        "Authorization: Bearer a-token",
        "-H",
        "Content-Type: application/json",
        "-H",
        "Accept: text/event-stream",
        "-d",
        '{"message": "Hola, ¿cómo va?"}',
    ]
