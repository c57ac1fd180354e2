"""What is settled before anything starts: ports, overrides, settings."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from emulator.plan import CloudOptions, Plan, make_plan
from emulator.services.configuration import ConfigurationError

SERVICES: Mapping[str, object] = {
    "identity": {"port": 7081, "httpPort": 7080},
    "erp": {"port": 7086, "module": "demo.erp", "hook": ["${app.url}/hook"]},
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "cloud.json"
    settings = {
        "Erp__Url": "${services.erp.url}/api",
        "Flags": [1, 2],
        "Mix": "a",
        "Folder": "${data}/told",
    }
    path.write_text(json.dumps({"services": SERVICES, "appSettings": settings}))
    return path


def numbers(plan: Plan) -> list[int]:
    return [port.number for port in plan.ports]


def test_the_config_names_the_ports(config: Path, tmp_path: Path) -> None:
    plan = make_plan(CloudOptions(config, tmp_path / "data", port=7071))
    assert numbers(plan) == [7081, 7080, 7086]
    assert plan.app_url == "http://127.0.0.1:7071"
    assert [service.url for service in plan.services] == [
        "https://localhost:7081",
        "https://localhost:7086",
    ]


def test_ports_may_follow_one_another_from_a_number_on(config: Path, tmp_path: Path) -> None:
    plan = make_plan(CloudOptions(config, tmp_path / "data", ports=9000))
    assert plan.app_port == 9000
    assert numbers(plan) == [9001, 9002, 9003]


def test_random_ports_are_all_different_and_free(config: Path, tmp_path: Path) -> None:
    plan = make_plan(CloudOptions(config, tmp_path / "data", ports="random"))
    drawn = [plan.app_port, *numbers(plan)]
    assert len(set(drawn)) == 4
    assert all(port.is_free() for port in plan.ports)


def test_of_random_ports_the_app_has_the_one_that_is_named(config: Path, tmp_path: Path) -> None:
    plan = make_plan(CloudOptions(config, tmp_path / "data", port=7099, ports="random"))
    assert plan.app_port == 7099
    assert 7099 not in numbers(plan)


def test_an_app_needs_its_port_and_the_one_of_durables_rpc(config: Path, tmp_path: Path) -> None:
    (tmp_path / "function_app.py").touch()
    plan = make_plan(CloudOptions(config, tmp_path / "data", app=tmp_path, port=7071))
    assert numbers(plan)[-2:] == [7071, 17071]
    assert plan.ports[-1].remedy == "pass --port with another number than 7071"


def test_a_service_is_told_its_port_and_what_differs_from_the_file(
    config: Path, tmp_path: Path
) -> None:
    data = (tmp_path / "data").resolve()
    plan = make_plan(CloudOptions(config, data, ports=9000))
    identity, erp = (service.command(plan.config, plan.data) for service in plan.services)
    common = ["--config", str(config), "--data", str(data), "--port"]
    assert identity == [
        *("emulator.services", "identity", *common, "9001", "--set", "httpPort=9002")
    ]
    hook = 'hook=["http://127.0.0.1:9000/hook"]'
    assert erp == ["demo.erp", *common, "9003", "--set", hook]


def test_settings_are_texts_with_urls_and_folder_filled_in(config: Path, tmp_path: Path) -> None:
    plan = make_plan(CloudOptions(config, tmp_path / "data"))
    assert plan.app_settings == {
        "Erp__Url": "https://localhost:7086/api",
        "Flags": "[1, 2]",
        "Mix": "a",
        "Folder": str(tmp_path.resolve() / "data" / "told"),
    }


def test_settings_that_point_to_what_is_left_out_are_left_out(config: Path, tmp_path: Path) -> None:
    options = CloudOptions(config, tmp_path / "data", without=frozenset({"erp"}))
    assert "Erp__Url" not in make_plan(options).app_settings
    more = tmp_path / "more.json"
    more.write_text('{"Values": {"Erp__Url": "https://erp.example", "Mix": "b"}}')
    options = CloudOptions(config, tmp_path / "data", without=frozenset({"erp"}), settings=more)
    settings = make_plan(options).app_settings
    assert (settings["Erp__Url"], settings["Mix"]) == ("https://erp.example", "b")


GIVEN = {"Mix": "mine"}


@pytest.mark.parametrize("where", ["environment", "file", "local.settings.json"])
def test_a_setting_is_left_out_when_that_which_it_is_made_for_is_given(
    where: str, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = json.loads(config.read_text()) | {"appSettingsUnless": {"Flags": "Mix"}}
    config.write_text(json.dumps(document))
    app, more = tmp_path / "app", tmp_path / "more.json"
    app.mkdir()
    (app / "function_app.py").touch()
    options = CloudOptions(config, tmp_path / "data", app=app)
    assert make_plan(options).app_settings["Flags"] == "[1, 2]"
    match where:
        case "environment":
            monkeypatch.setenv("Mix", GIVEN["Mix"])
        case "file":
            more.write_text(json.dumps({"Values": GIVEN}))
            options = replace(options, settings=more)
        case _:
            (app / "local.settings.json").write_text(json.dumps({"Values": GIVEN}))
    settings = make_plan(options).app_settings
    assert "Flags" not in settings
    assert settings.get("Mix") == (GIVEN["Mix"] if where == "file" else None)


def test_what_answers_in_plain_http_has_an_address_for_that(config: Path, tmp_path: Path) -> None:
    document = {
        "services": SERVICES,
        "host": {"cors": ["${services.identity.httpUrl}", "https://a.example"]},
        "appSettings": {"Place": "${services.identity.httpUrl}/x"},
    }
    config.write_text(json.dumps(document))
    (tmp_path / "function_app.py").touch()
    options = CloudOptions(config, tmp_path / "data", app=tmp_path)
    plan = make_plan(options)
    assert [one.http_url for one in plan.services] == ["http://localhost:7080", None]
    assert plan.app_settings == {"Place": "http://localhost:7080/x"}
    command = plan.host_command()
    assert command[command.index("--cors") + 1] == "http://localhost:7080,https://a.example"
    plan = make_plan(replace(options, without=frozenset({"identity"})))
    assert (plan.cors, plan.app_settings) == (["https://a.example"], {})


def test_origins_that_are_no_list_are_refused(config: Path, tmp_path: Path) -> None:
    config.write_text(json.dumps({"services": SERVICES, "host": {"cors": "https://a.example"}}))
    with pytest.raises(ConfigurationError, match="must be a JSON list of origins"):
        make_plan(CloudOptions(config, tmp_path / "data"))
