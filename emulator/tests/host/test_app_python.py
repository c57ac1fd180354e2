"""An app with a virtual environment of its own, started from anywhere."""

import sys
import venv
from pathlib import Path

import pytest
from aiohttp import ClientSession

from emulator.host.app_python import interpreter
from emulator.host.settings import CannotStart
from emulator.tests.host.conftest import StartHost

APP = """
import azure.functions as func
import only_in_its_environment
app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
@app.route(route="where")
def where(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(only_in_its_environment.WHERE)
"""


async def test_the_packages_of_the_apps_environment_are_found_and_the_worker_library_too(
    start: StartHost, http: ClientSession, tmp_path: Path
) -> None:
    app, environment = tmp_path / "app", tmp_path / "environment"
    app.mkdir()
    (app / "function_app.py").write_text(APP, "utf-8")
    venv.create(environment)
    [packages] = environment.glob("lib/python*/site-packages")
    (packages / "only_in_its_environment.py").write_text("WHERE = 'here'\n", "utf-8")
    host = start(app, "--no-watch", "--python", str(environment))
    async with http.get(f"{host.url}/api/where") as answer:
        assert await answer.text() == "here"


async def test_a_missing_package_is_said_with_what_to_do(start: StartHost, tmp_path: Path) -> None:
    app = tmp_path / "app"
    app.mkdir()
    (app / "function_app.py").write_text(APP, "utf-8")
    host = start(app, "--no-watch")
    assert "No module named 'only_in_its_environment'" in host.log
    assert f"Install what the app needs: {sys.executable} -m pip install -r" in host.log


def test_what_is_no_interpreter_of_this_version_is_refused(tmp_path: Path) -> None:
    assert interpreter(None) == sys.executable
    assert interpreter(Path(sys.executable)) == sys.executable
    other = tmp_path / "python"
    other.write_text("#!/bin/sh\necho 3.9\n", "utf-8")
    other.chmod(0o755)
    with pytest.raises(CannotStart, match=r"is Python 3\.9"):
        interpreter(other)
    with pytest.raises(CannotStart, match="does not run"):
        interpreter(tmp_path / "nothing")
