"""`./eira token` and `./eira urls`, with and without a platform that runs."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from cli.__main__ import main
from cli.running import Running
from tests.cli.conftest import Eira
from tests.cli.fake_platform import FakeApp


async def test_a_token_is_printed_alone(eira: Eira) -> None:
    ended = await eira("token", "--user", "luis", app=FakeApp([]))
    assert (ended.status, ended.out, ended.err) == (0, "token-of-luis\n", "")


async def test_an_unknown_user_is_told_who_there_is(eira: Eira) -> None:
    ended = await eira("token", "--user", "eva", app=FakeApp([]))
    assert (ended.status, ended.out) == (1, "")
    assert "no user 'eva'; the users are: ana, luis." in ended.err
    assert len(ended.err.splitlines()) == 1


async def test_urls_are_json_with_each_service_and_the_ca(eira: Eira) -> None:
    ended = await eira("urls", app=FakeApp([]))
    document = json.loads(ended.out)
    assert document["app"].startswith("http://127.0.0.1:")
    assert document["identity"] == document["services"]["identity"]
    assert document["caFile"].endswith("ca.pem")


def test_a_page_is_there_once_its_address_serves_it(tmp_path: Path) -> None:
    answers = iter([503, 200])

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(next(answers))
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing of it is to be read."""

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        page = f"http://127.0.0.1:{server.server_port}"
        running = Running("http://127.0.0.1:1", {}, tmp_path, {"staticweb": page})
        for there in (False, True):
            serving = threading.Thread(target=server.handle_request)
            serving.start()
            assert running.page_answers() is there
            serving.join()
    assert not running.page_answers()
    assert not Running("http://127.0.0.1:1", {}, tmp_path).page_answers()


@pytest.mark.parametrize("arguments", [["urls"], ["token"], ["chat", "Hola"]])
def test_when_nothing_runs_one_line_says_how_to_start_it(
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    written = capsys.readouterr()
    assert written.out == ""
    assert "`./eira up`" in written.err
    assert len(written.err.splitlines()) == 1


async def test_what_a_killed_run_left_behind_does_not_count_as_running(
    eira: Eira, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await eira("urls", app=FakeApp([]))
    # The servers are gone now, their file is still there.
    assert (tmp_path / ".eira" / "urls.json").exists()
    assert main(["urls"]) == 1
    assert "`./eira up`" in capsys.readouterr().err
