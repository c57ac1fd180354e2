"""`./eira runs` against a host with real orchestrations."""

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.__main__ import main
from cli.running import NOTHING_RUNS
from emulator.tests.host.harness import APPS, HostProcess, eventually, start_host

ROOT = Path(__file__).parents[2]
MANAGEMENT = "/runtime/webhooks/durabletask"
INTERRUPTIBLE = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from cli.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
"""A shell's job in the background has SIGINT ignored, and so has whatever the tests start there."""

type Runs = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    """`calm` has completed, `burnt` has failed, `waiting` waits for its event."""
    host = start_host(APPS / "inspected", tmp_path_factory.mktemp("runs"), "--no-watch")
    for name in ("calm", "burnt", "waiting"):
        start(host, name)
    for name, word in (("calm", "gently"), ("burnt", "burn")):
        post(host, f"instances/{name}/raiseEvent/go", word)
        eventually(lambda name=name: status(host, name) != "Running")  # type: ignore[misc]
    yield host
    host.stop()


def start(host: HostProcess, name: str) -> None:
    post(host, f"orchestrators/journey/{name}", {"n": 1})
    eventually(lambda: '"kind":"event"' in data(host, name))


def post(host: HostProcess, path: str, value: object) -> None:
    request = urllib.request.Request(
        f"{host.url}{MANAGEMENT}/{path}",
        json.dumps(value).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 202


def data(host: HostProcess, name: str) -> str:
    url = f"{host.url}/runtime/ui/data/orchestrations/{name}"
    with urllib.request.urlopen(url) as answer:
        text: str = answer.read().decode()
    return text


def status(host: HostProcess, name: str) -> str:
    return str(json.loads(data(host, name))["status"])


@pytest.fixture
def runs(host: HostProcess, capsys: pytest.CaptureFixture[str]) -> Runs:
    """Runs `./eira runs` with these arguments; exit code, output, errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["runs", "--host", host.url, *arguments])
        written = capsys.readouterr()
        return code, written.out, written.err

    return run


def test_the_list_has_a_line_for_each_and_one_more_for_an_error(runs: Runs) -> None:
    code, out, _ = runs()
    lines = [line.split() for line in out.splitlines()]
    assert code == 0
    assert lines[0] == ["STATUS", "STARTED", "TOOK", "NAME", "INSTANCE"]
    found = {(line[0], line[-2], line[-1]) for line in lines[1:] if line[0] != "Orchestrator"}
    assert ("Completed", "journey", "calm") in found
    assert ("Running", "journey", "waiting") in found
    assert ("Completed", "stage", "burnt-stage") in found
    assert "ValueError: toast is burnt" in out


def test_the_list_can_be_narrowed_and_be_json(runs: Runs) -> None:
    _, failed, _ = runs("--status", "failed", "--json")
    _, one, _ = runs("--name", "journ", "--top", "1", "--json")
    assert [each["id"] for each in json.loads(failed)] == ["burnt"]
    assert [each["name"] for each in json.loads(one)] == ["journey"]
    code, nothing, said = runs("--name", "nobody")
    assert (code, nothing, said) == (0, "", "no orchestration matches.\n")


def test_a_history_is_a_timeline_with_the_child_s_steps_inside(runs: Runs) -> None:
    code, out, _ = runs("show", "calm")
    assert code == 0
    assert out.startswith("journey  calm  Completed, ")
    steps = [line[37:] for line in out.splitlines() if "+" in line[:25]]
    said = [step.split(" until ")[0] for step in steps]
    assert said == [
        "✓ double → 2",
        "✓ double → 4",
        "✓ sub-orchestration stage calm-stage → 10",
        "  ✓ double → 10",
        "✓ signal to @place@here visit",
        said[5],
        "✓ timer",
        "✓ event go → gently",
    ]
    assert said[5].startswith("✓ entity @place@here visit → ")
    assert 'output: {"doubled": [2, 4], "stage": 10' in out


def test_a_failure_is_shown_with_the_stack_of_the_app(runs: Runs) -> None:
    _, out, _ = runs("show", "burnt")
    assert "✗ burn → Activity function 'burn' failed: ValueError: toast is burnt" in out
    assert "in burn" in out


def test_an_open_wait_has_no_end(runs: Runs) -> None:
    _, out, _ = runs("show", "waiting")
    _, document, _ = runs("show", "waiting", "--json")
    assert "… event (not here yet)" in out
    assert json.loads(document)["spans"][-1]["end"] is None


def test_an_orchestration_can_be_ended_once(host: HostProcess, runs: Runs) -> None:
    start(host, "ended")
    assert runs("terminate", "ended", "--reason", "enough") == (0, "ended is asked to end.\n", "")
    eventually(lambda: status(host, "ended") == "Terminated")
    assert "✓ terminated enough" in runs("show", "ended")[1]
    code, _, said = runs("terminate", "ended")
    assert (code, said) == (1, "./eira runs: ended has ended already.\n")


@pytest.mark.parametrize("action", ["show", "terminate"])
def test_an_unknown_id_is_one_clear_line(runs: Runs, action: str) -> None:
    code, _, said = runs(action, "nobody")
    assert code == 1
    assert said == "./eira runs: there is no orchestration nobody; `./eira runs` lists all.\n"


def test_an_unknown_status_is_one_clear_line(runs: Runs) -> None:
    code, _, said = runs("--status", "odd")
    assert code == 2
    assert said.startswith("./eira runs: there is no status 'odd'; --status takes: running, ")


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        *(
            ("--host", url, f"argument --host: '{url}' is no URL such as http://127.0.0.1:7071")
            for url in ("foo", "127.0.0.1:7071", "ftp://x", "http://[::1", "http://h:99999", "")
        ),
        ("--key", "€", "argument --key: not a key: it has characters that no key has"),
    ],
)
def test_a_url_or_key_that_cannot_be_one_is_said(
    option: str, value: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["runs", "tail", option, value])
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(f"./eira runs tail: error: {said}\n")


def test_nothing_that_runs_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["runs"]) == 1
    assert capsys.readouterr().err == f"./eira runs: {NOTHING_RUNS}\n"
    assert main(["runs", "tail", "--host", "http://127.0.0.1:9"]) == 1
    assert capsys.readouterr().err.startswith("./eira runs: no host answers at http://127.0.0.1:9;")


def test_tail_tells_every_change_until_it_is_interrupted(host: HostProcess, tmp_path: Path) -> None:
    output = tmp_path / "tail.txt"
    with output.open("wb") as file:
        tail = subprocess.Popen(
            [sys.executable, "-c", INTERRUPTIBLE, "runs", "tail", "--host", host.url],
            cwd=ROOT,
            stdout=file,
        )
    try:
        eventually(lambda: "waiting" in output.read_text())
        start(host, "followed")
        post(host, "instances/followed/raiseEvent/go", "burn")
        eventually(lambda: "Failed" in output.read_text())
        tail.send_signal(signal.SIGINT)
        assert tail.wait(20) == 0
    finally:
        tail.kill()
        tail.wait()
    told = output.read_text()
    assert "calm" not in told
    assert told.index("Running     journey followed") < told.index("Failed      journey followed")
    assert "ValueError: toast is burnt" in told
