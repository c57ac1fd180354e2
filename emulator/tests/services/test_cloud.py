"""The supervisor, seen from the terminal and from a test that uses it."""

import asyncio
import json
import os
import signal
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from emulator.cloud import CloudError, running_cloud
from emulator.plan import CloudOptions
from emulator.tests.services.processes import SECONDS, lives, until_dead

ROOT = Path(__file__).parents[3]
TOY: Mapping[str, object] = {"port": 7981, "module": "emulator.tests.services.toy"}

READ_A_SECRET = """
import sys
from azure.identity import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient
client = SecretClient(sys.argv[1], DefaultAzureCredential(), verify_challenge_resource=False)
print(client.get_secret("greeting").value)
"""


def write_config(folder: Path, document: Mapping[str, object]) -> Path:
    path = folder / "cloud.json"
    path.write_text(json.dumps(document, indent=2), "utf-8")
    return path


def toy_config(folder: Path, **section: object) -> Path:
    return write_config(folder, {"services": {"toy": {**TOY, **section}}})


@pytest.fixture
def data(data_root: Path) -> Path:
    return data_root


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    out: str
    err: str


async def spawn_up(*flags: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "emulator", "up", *flags),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def end_of(process: asyncio.subprocess.Process) -> Ended:
    async with asyncio.timeout(SECONDS):
        out, err = await process.communicate()
    return Ended(process.returncode or 0, out.decode(), err.decode())


async def up(config: Path, data: Path, *flags: str) -> Ended:
    """For a cloud that is expected not to start."""
    return await end_of(
        await spawn_up("--config", str(config), "--data", str(data), "--no-host", *flags)
    )


@asynccontextmanager
async def running_up(config: Path, data: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await spawn_up(
        *("--config", str(config), "--data", str(data), "--no-host", "--random-ports")
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(SECONDS):
            assert (await process.stdout.readline()).startswith(b"READY http://127.0.0.1:")
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def about(http: aiohttp.ClientSession, url: str) -> dict[str, object]:
    async with http.get(f"{url}/about") as response:
        answer: dict[str, object] = await response.json()
        return answer


def urls_of(data: Path) -> dict[str, dict[str, str]]:
    document: dict[str, dict[str, str]] = json.loads((data / "urls.json").read_text())
    return document


async def test_another_process_uses_the_services_with_the_real_sdks(
    tmp_path: Path, data: Path
) -> None:
    services = {
        "identity": {"port": 7081, "httpPort": 7080},
        "keyvault": {"port": 7082, "secrets": {"greeting": "hola"}},
    }
    config = write_config(tmp_path, {"services": services})
    async with running_cloud(CloudOptions(config=config, data=data, ports="random")) as cloud:
        reader = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", READ_A_SECRET, cloud.urls.services["keyvault"]),
            env={**os.environ, **cloud.environment},
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await reader.communicate()
    assert out.decode().strip() == "hola"


async def test_two_clouds_run_side_by_side(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    config = toy_config(tmp_path)
    first = CloudOptions(config=config, data=tmp_path / "one", ports="random")
    second = CloudOptions(config=config, data=tmp_path / "two", ports="random")
    async with running_cloud(first) as one, running_cloud(second) as two:
        assert one.urls.services["toy"] != two.urls.services["toy"]


async def test_urls_are_announced_while_it_runs_and_only_then(
    tmp_path: Path, data: Path, http: aiohttp.ClientSession
) -> None:
    options = CloudOptions(config=toy_config(tmp_path), data=data, ports="random", port=1)
    async with running_cloud(options) as cloud:
        announced = urls_of(data)
        assert announced["services"]["toy"] == cloud.urls.services["toy"]
        assert set(announced) == {"app", "services", "http", "caFile", "identityEndpoint"}
        trust = ssl.create_default_context(cafile=str(announced["caFile"]))
        async with http.get(f"{cloud.urls.services['toy']}/_emulator/health", ssl=trust) as answer:
            assert answer.status == 200
    assert not (data / "urls.json").exists()
    assert not (data / "app.env").exists()


async def test_what_a_killed_run_announced_is_gone_while_the_next_one_starts(
    tmp_path: Path, data: Path
) -> None:
    for name in ("urls.json", "app.env"):
        (data / name).write_text("{}")
    ended = await up(toy_config(tmp_path, refuse="No."), data, "--random-ports")
    assert ended.code == 2
    assert not (data / "urls.json").exists()
    assert not (data / "app.env").exists()


async def test_a_service_process_cuts_connections_as_one_in_a_test_does(
    tmp_path: Path, data: Path, http: aiohttp.ClientSession
) -> None:
    options = CloudOptions(config=toy_config(tmp_path), data=data, ports="random")
    async with running_cloud(options) as cloud:
        url = f"{cloud.urls.services['toy']}/about"
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await http.get(url, headers={"x-emulator-fault": '{"cut": "before"}'})
        async with http.get(url, headers={"x-emulator-fault": '{"cut": "mid"}'}) as answer:
            with pytest.raises(aiohttp.ClientPayloadError):
                await answer.read()


async def test_a_section_may_name_the_app_and_other_services(
    tmp_path: Path, data: Path, http: aiohttp.ClientSession
) -> None:
    config = toy_config(tmp_path, greeting="${app.url} ${services.toy.url}")
    async with running_cloud(CloudOptions(config=config, data=data, ports="random")) as cloud:
        toy = cloud.urls.services["toy"]
        assert (await about(http, toy))["greeting"] == f"{cloud.urls.app} {toy}"


async def test_data_is_kept_unless_a_fresh_start_is_asked_for(
    tmp_path: Path, data: Path, http: aiohttp.ClientSession
) -> None:
    config = toy_config(tmp_path)
    seen = []
    for fresh in (False, False, True):
        options = CloudOptions(config=config, data=data, ports="random", fresh=fresh)
        async with running_cloud(options) as cloud:
            seen.append((await about(http, cloud.urls.services["toy"]))["starts"])
    assert seen == [1, 2, 1]
    assert (data / "ca" / "ca.pem").exists()


async def test_when_a_service_dies_all_stops_and_one_line_says_where_to_look(
    tmp_path: Path, data: Path, http: aiohttp.ClientSession
) -> None:
    services = {"toy": TOY, "keyvault": {"port": 7082}}
    config = write_config(tmp_path, {"services": services})
    async with running_up(config, data) as process:
        urls = urls_of(data)["services"]
        with pytest.raises(aiohttp.ClientError):
            await http.post(f"{urls['toy']}/die")
        ended = await end_of(process)
    assert ended.code == 1
    assert ended.err == (
        "toy ended with exit code 7; everything was stopped. "
        f"Read {data}/logs/toy.log, then start again. Its last line: A last word.\n"
    )
    with pytest.raises(aiohttp.ClientConnectorError):
        await http.get(f"{urls['keyvault']}/_emulator/health")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_stops_everything(
    tmp_path: Path, data: Path, http: aiohttp.ClientSession, number: signal.Signals
) -> None:
    async with running_up(toy_config(tmp_path), data) as process:
        pid = (await about(http, urls_of(data)["services"]["toy"]))["pid"]
        process.send_signal(number)
        assert await end_of(process) == Ended(0, "", "")
    assert not lives(pid)


async def test_nobody_outlives_a_supervisor_that_was_killed(
    tmp_path: Path, data: Path, http: aiohttp.ClientSession
) -> None:
    async with running_up(toy_config(tmp_path), data) as process:
        pid = (await about(http, urls_of(data)["services"]["toy"]))["pid"]
        process.kill()
        await end_of(process)
    await until_dead(pid)


async def test_a_second_start_on_the_same_data_is_refused_in_one_line(
    tmp_path: Path, data: Path
) -> None:
    config = toy_config(tmp_path)
    async with running_cloud(CloudOptions(config=config, data=data, ports="random")):
        ended = await up(config, data, "--random-ports")
    assert ended.code == 3
    assert ended.err == (
        f"Something is running already on the data folder {data}: stop it first, or name "
        "another folder with --data.\n"
    )


async def test_a_busy_port_is_named_with_its_service_and_the_remedy(
    tmp_path: Path, data: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        config = toy_config(tmp_path, port=port)
        ended = await up(config, data)
    assert ended.code == 3
    assert ended.err == (
        f"Port {port} is taken, and toy needs it: stop the program that uses it, or change "
        f'"services.toy.port" in {config}.\n'
    )


async def test_a_service_that_refuses_its_config_ends_the_start_with_its_own_words(
    tmp_path: Path, data: Path
) -> None:
    ended = await up(toy_config(tmp_path, refuse="I do not like it."), data, "--random-ports")
    assert ended == Ended(2, "", "toy cannot start: I do not like it.\n")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{\n  "services": {,}\n}', "cloud.json, line 2, column 16: this is not JSON"),
        ("[]", "cloud.json: the file must be a JSON object in braces."),
        ("{}", 'cloud.json: "services" must be a JSON object in braces.'),
        ('{"services": {"toy": {}}}', 'cloud.json: "services.toy" needs a "port".'),
        (
            '{"services": {"toy": {"port": "x"}}}',
            'cloud.json: "services.toy.port" must be a number from 1 to 65535.',
        ),
        (
            '{"services": {}, "appSettings": {"A": "${services.tou.url}"}}',
            "cloud.json: ${services.tou.url} stands for nothing",
        ),
    ],
)
async def test_a_config_that_cannot_be_used_says_where_and_why(
    tmp_path: Path, text: str, complaint: str
) -> None:
    (tmp_path / "cloud.json").write_text(text)
    await expect_refusal(
        CloudOptions(config=tmp_path / "cloud.json", data=tmp_path / "data"), complaint
    )


async def expect_refusal(options: CloudOptions, complaint: str) -> None:
    with pytest.raises(CloudError) as raised:
        async with running_cloud(options):
            pass
    assert complaint in str(raised.value)
    assert "\n" not in str(raised.value)
    assert raised.value.exit_code == 2


async def test_missing_files_and_unknown_services_are_named(tmp_path: Path) -> None:
    data, config = tmp_path / "data", toy_config(tmp_path)
    missing = tmp_path / "missing.json"
    await expect_refusal(CloudOptions(missing, data), "missing.json: there is no such file.")
    await expect_refusal(CloudOptions(config, data, settings=missing), "there is no such file.")
    await expect_refusal(CloudOptions(config, data, app=tmp_path), "there is no function_app.py")
    unknown = CloudOptions(config, data, without=frozenset({"tou"}))
    await expect_refusal(unknown, "There is no service 'tou'; the services are: toy.")


async def test_the_command_line_says_the_same_and_exits_with_2(tmp_path: Path) -> None:
    ended = await up(tmp_path / "missing.json", tmp_path / "data")
    assert ended == Ended(2, "", f"{tmp_path}/missing.json: there is no such file.\n")
