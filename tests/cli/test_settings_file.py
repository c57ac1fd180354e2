"""A broken or incomplete settings file is reported in one line that says what to do."""

import json
from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.settings_file import FILE, check_real_services, read_settings


def test_a_missing_file_holds_no_settings(tmp_path: Path) -> None:
    assert read_settings(tmp_path) == {}


def test_values_are_read_as_text(tmp_path: Path) -> None:
    values = {"Cosmos__Database": "eira", "Search__Top": 5}
    (tmp_path / FILE).write_text(json.dumps({"IsEncrypted": False, "Values": values}))
    assert read_settings(tmp_path) == {"Cosmos__Database": "eira", "Search__Top": "5"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{\n  "Values": {\n    "A": "1",\n  }\n}', "line 3, column 13"),
        ("", "line 1, column 1"),
        ("[]", "must hold an object"),
    ],
)
def test_a_broken_file_is_named_with_the_place(tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / FILE).write_text(content)
    with pytest.raises(CommandError) as caught:
        read_settings(tmp_path)
    assert caught.value.message.startswith(f"{FILE}: ")
    assert reason in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.exit_code == 2


def test_a_real_service_needs_its_settings_and_the_missing_ones_are_named() -> None:
    with pytest.raises(CommandError, match="needs Erp__BaseUrl and Erp__Scope"):
        check_real_services(["erp"], {"Erp__BaseUrl": "https://erp.example"})


def test_a_key_of_openai_is_enough_for_the_model() -> None:
    check_real_services(["model"], {"openai__apikey": "made-up"})


def test_an_empty_setting_is_a_missing_one() -> None:
    with pytest.raises(CommandError, match="OpenAI__ApiKey or AzureOpenAI__Endpoint"):
        check_real_services(["model"], {"OpenAI__ApiKey": ""})


def test_an_unknown_service_is_told_which_there_are() -> None:
    with pytest.raises(CommandError, match="takes: model, search, cosmos, keyvault, erp, identity"):
        check_real_services(["redis"], {})
