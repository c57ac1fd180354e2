"""The supervisor together with a real host and a small function app."""

import asyncio
import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path

import aiohttp
import pytest

from emulator.cloud import running_cloud
from emulator.plan import CloudOptions
from emulator.tests.services.processes import SECONDS, lives, until_dead

FUNCTION_APP = """
import json, os
import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

@app.route(route="environment")
async def environment(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(json.dumps({**os.environ, "pid": str(os.getpid())}))
"""

CONFIG: Mapping[str, object] = {
    "services": {
        "identity": {"port": 7081, "httpPort": 7080},
        "keyvault": {"port": 7082},
        "absent": {"port": 7083},
    },
    "appSettings": {
        "Vault__Uri": "${services.keyvault.url}",
        "Absent__Uri": "${services.absent.url}",
        "Colour": "template",
        "Shape": "template",
        "Size": "template",
    },
}


@pytest.fixture
def options(tmp_path: Path, data_root: Path) -> CloudOptions:
    app = tmp_path / "app"
    app.mkdir()
    (app / "function_app.py").write_text(FUNCTION_APP)
    (app / "host.json").write_text('{"version": "2.0"}')
    local = {"IsEncrypted": False, "Values": {"Size": "local"}}
    (app / "local.settings.json").write_text(json.dumps(local))
    (tmp_path / "cloud.json").write_text(json.dumps(CONFIG))
    (tmp_path / "more.json").write_text('{"Shape": "more", "Size": "more"}')
    return CloudOptions(
        config=tmp_path / "cloud.json",
        data=data_root,
        app=app,
        settings=tmp_path / "more.json",
        without=frozenset({"absent"}),
        ports="random",
    )


async def environment_of(http: aiohttp.ClientSession, url: str) -> dict[str, str]:
    async with http.get(f"{url}/api/environment") as response:
        answer: dict[str, str] = json.loads(await response.text())
        return answer


async def test_the_app_is_given_the_cloud_and_its_own_settings_win(
    options: CloudOptions, http: aiohttp.ClientSession
) -> None:
    async with running_cloud(options) as cloud:
        seen = await environment_of(http, cloud.urls.app)
    assert seen["Vault__Uri"] == cloud.urls.services["keyvault"]
    assert seen["IDENTITY_ENDPOINT"] == cloud.urls.identity_endpoint
    assert seen["SSL_CERT_FILE"] == cloud.environment["SSL_CERT_FILE"]
    assert (seen["Colour"], seen["Shape"], seen["Size"]) == ("template", "more", "local")
    assert "Absent__Uri" not in seen
    assert not lives(seen["pid"])


async def test_a_worker_that_dies_is_replaced_and_the_cloud_goes_on(
    options: CloudOptions, http: aiohttp.ClientSession
) -> None:
    async with running_cloud(options) as cloud:
        first = (await environment_of(http, cloud.urls.app))["pid"]
        os.kill(int(first), signal.SIGKILL)
        await until_dead(first)
        second = (await environment_of(http, cloud.urls.app))["pid"]
    assert second != first


async def test_a_host_that_dies_ends_the_cloud(
    options: CloudOptions, http: aiohttp.ClientSession
) -> None:
    async with running_cloud(options) as cloud:
        worker = (await environment_of(http, cloud.urls.app))["pid"]
        cloud.children["host"].process.kill()
        async with asyncio.timeout(SECONDS):
            death = await cloud.death()
        assert str(death).startswith("host was killed by signal 9; everything was stopped.")
        await until_dead(worker)
