"""Settings files: what is read, and how a broken one is explained."""

import logging
from pathlib import Path

import pytest

from emulator.host.settings import (
    CannotStart,
    Cors,
    allowed_origins,
    read_durable,
    read_env_file,
    read_host_json,
    read_local_settings,
)


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def test_local_settings_give_values_port_and_cors(tmp_path: Path) -> None:
    written(
        tmp_path,
        "local.settings.json",
        """{"IsEncrypted": false, "Values": {"A": "1", "N": 2, "B": true},
            "Host": {"LocalHttpPort": 7075, "CORS": "https://a.example, https://b.example/",
                     "CORSCredentials": true}}""",
    )
    local = read_local_settings(tmp_path)
    assert local.values == {"A": "1", "N": "2", "B": "true"}
    assert local.port == 7075
    assert local.cors == Cors(("https://a.example", "https://b.example"), credentials=True)


def test_the_command_line_allows_origins_besides_those_of_the_settings() -> None:
    local = Cors(("https://a.example",), credentials=True)
    more = "http://localhost:1/, https://a.example"
    both = ("https://a.example", "http://localhost:1")
    assert allowed_origins(local, more) == Cors(both, credentials=True)
    assert allowed_origins(None, "http://localhost:1") == Cors(("http://localhost:1",), False)
    assert allowed_origins(local, "") == local
    assert allowed_origins(None, "") is None


def test_an_app_without_settings_has_none(tmp_path: Path) -> None:
    local = read_local_settings(tmp_path)
    assert (local.values, local.port, local.cors) == ({}, None, None)


def test_broken_json_is_said_with_file_and_position(tmp_path: Path) -> None:
    file = written(tmp_path, "local.settings.json", '{"Values": {\n  "A": }}')
    with pytest.raises(CannotStart) as raised:
        read_local_settings(tmp_path)
    assert str(raised.value).startswith(f"{file} is not valid JSON: line 2, column 8: ")
    assert raised.value.exit_code == 2


def test_json_that_is_no_object_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, "host.json", "[]")
    with pytest.raises(CannotStart, match="must hold a JSON object") as raised:
        read_host_json(tmp_path)
    assert str(file) in str(raised.value)


def test_encrypted_settings_are_refused_with_advice(tmp_path: Path) -> None:
    written(tmp_path, "local.settings.json", '{"IsEncrypted": true, "Values": {}}')
    with pytest.raises(CannotStart, match="func settings decrypt"):
        read_local_settings(tmp_path)


def test_an_env_file_has_names_comments_and_quotes(tmp_path: Path) -> None:
    file = written(tmp_path, "env", "# secret\nA=1\n\nexport B='two = 2'\nC=\"3\"\nD=\n")
    assert read_env_file(file) == {"A": "1", "B": "two = 2", "C": "3", "D": ""}


def test_a_line_that_is_no_assignment_is_refused_without_its_text(tmp_path: Path) -> None:
    file = written(tmp_path, "env", "A=1\nsecret\n")
    with pytest.raises(CannotStart) as raised:
        read_env_file(file)
    assert str(raised.value) == f"{file}, line 2: expected NAME=value"


def test_a_missing_env_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="cannot be read: No such file"):
        read_env_file(tmp_path / "none")


def test_the_formatter_keeps_what_the_writer_added(caplog: pytest.LogCaptureFixture) -> None:
    from emulator.host.console import LineFormatter

    with caplog.at_level(logging.INFO):
        logging.getLogger("probe").info("two\nlines", extra={"run_id": "R1"})
    line = LineFormatter().format(caplog.records[0])
    assert line[8:] == " INFO probe: two\n    lines run_id=R1"


def test_connection_strings_reach_the_app_as_core_tools_names_them(tmp_path: Path) -> None:
    written(tmp_path, "local.settings.json", '{"ConnectionStrings": {"db": "Server=x"}}')
    assert read_local_settings(tmp_path).values == {"ConnectionStrings:db": "Server=x"}


def test_a_connection_string_may_name_its_provider(tmp_path: Path) -> None:
    entry = '{"ConnectionString": "Server=x", "ProviderName": "System.Data.SqlClient"}'
    written(tmp_path, "local.settings.json", f'{{"ConnectionStrings": {{"db": {entry}}}}}')
    assert read_local_settings(tmp_path).values == {"ConnectionStrings:db": "Server=x"}


def test_comments_and_last_commas_are_overlooked_as_by_the_real_host(tmp_path: Path) -> None:
    text = f"""// mine
    {{"version": "2.0", /* two
    lines */ "a": "http://x /* no */ \\" //,]", "b": [1, 2, // last {"/" * 99}
    ], }}"""
    written(tmp_path, "host.json", text)
    expected = {"version": "2.0", "a": 'http://x /* no */ " //,]', "b": [1, 2]}
    assert read_host_json(tmp_path) == expected


def test_comments_do_not_move_the_place_of_an_error(tmp_path: Path) -> None:
    file = written(tmp_path, "host.json", '// one\n/* two\nthree */ {"a": }')
    with pytest.raises(CannotStart) as raised:
        read_host_json(tmp_path)
    assert str(raised.value).startswith(f"{file} is not valid JSON: line 3, column 16: ")


def test_an_app_in_another_language_is_refused(tmp_path: Path) -> None:
    text = '{"Values": {"FUNCTIONS_WORKER_RUNTIME": "node"}}'
    written(tmp_path, "local.settings.json", text)
    with pytest.raises(CannotStart, match="is node: this host runs Python apps only"):
        read_local_settings(tmp_path)


def test_a_port_that_is_none_is_refused(tmp_path: Path) -> None:
    written(tmp_path, "local.settings.json", '{"Host": {"LocalHttpPort": "http"}}')
    with pytest.raises(CannotStart, match=r"Host\.LocalHttpPort is 'http'"):
        read_local_settings(tmp_path)


@pytest.mark.parametrize("text", ['{"version": "1.0"}', '{"extensions": {}}'])
def test_a_host_json_of_another_version_is_refused(tmp_path: Path, text: str) -> None:
    written(tmp_path, "host.json", text)
    with pytest.raises(CannotStart, match=r'must say "version": "2\.0"'):
        read_host_json(tmp_path)


def test_durable_settings_that_cannot_be_are_refused() -> None:
    hub = {"maxConcurrentActivityFunctions": 0}
    with pytest.raises(CannotStart, match="maxConcurrentActivityFunctions"):
        read_durable({"extensions": {"durableTask": hub}}, {})


def test_the_name_of_a_hub_may_stand_in_an_app_setting() -> None:
    document = {"extensions": {"durableTask": {"hubName": "%MyHub%"}}}
    assert read_durable(document, {"MyHub": "OrdersHub"}).hub_name == "OrdersHub"
    with pytest.raises(CannotStart, match=r"hubName is %MyHub%, .* no app setting 'MyHub'"):
        read_durable(document, {})
