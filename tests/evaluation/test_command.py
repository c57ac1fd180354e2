"""`./eira eval`: its help, its mistakes, its exit codes."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cli.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
NOWHERE = {
    "OpenAI__ApiKey": "made-up",
    "AzureSearch__Endpoint": "http://127.0.0.1:9",
    "Cosmos__Endpoint": "http://127.0.0.1:9",
    "Erp__BaseUrl": "http://127.0.0.1:9",
    "Erp__Scope": "api://erp/.default",
    "Auth__Audience": "api://eira",
    "Auth__Tenants": '["t"]',
}


class Refusing(BaseHTTPRequestHandler):
    """A model service that knows nobody: no client tries that again."""

    def do_POST(self) -> None:
        self.send_error(401)

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def refusing() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()


def evaluate(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "evaluation", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_needs_nothing_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    assert main(["eval", "--help"]) == 0
    written = capfd.readouterr().out
    for word in ("--only", "--model", "--json", "injections"):
        assert word in written


def test_without_settings_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AzureSearch__Endpoint", raising=False)
    assert main(["eval"]) == 2
    assert "./eira up" in capsys.readouterr().err


def test_mistakes_end_with_2() -> None:
    unknown = evaluate("--only", "weather")
    assert unknown.returncode == 2
    assert "invalid choice: 'weather'" in unknown.stderr
    unset = evaluate()
    assert unset.returncode == 2
    assert unset.stderr.startswith("setting ")


def test_a_model_that_never_answers_ends_with_1(tmp_path: Path, refusing: str) -> None:
    report = tmp_path / "report.json"
    chosen = ("--only", "several", "--model", "other", "--json", str(report))
    ended = evaluate(*chosen, OpenAI__BaseUrl=refusing, **NOWHERE)
    assert ended.returncode == 1, ended.stderr
    assert "model other (answers as no answer)" in ended.stdout
    assert "broke off: MODEL_UNAVAILABLE" in ended.stdout
    document = json.loads(report.read_text("utf-8"))
    assert document["model"] == {"asked": "other", "answered": [], "scripted": False}
    assert document["accuracy"]["kinds"]["several"]["passed"] == 0
