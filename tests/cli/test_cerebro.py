"""`./eira cerebro`: what it says before it hands over, and the arguments that it refuses."""

from pathlib import Path

import pytest

from cli.cerebro import where
from cli.knowledge.cerebro_arguments import build_parser

LOCAL = {"AzureSearch__Endpoint": "https://127.0.0.1:7", "AzureSearch__DefaultIndex": "cerebro"}
AZURE = {"azuresearch__endpoint": "https://eira.search.windows.net"}


@pytest.mark.parametrize("named", [["--index", "dos"], ["--index=dos"]])
def test_the_index_and_its_service_are_said(named: list[str]) -> None:
    assert where(["status"], LOCAL, {}) == "Index cerebro at https://127.0.0.1:7"
    assert where(["drop", "--yes", *named], AZURE, AZURE) == (
        "Index dos at https://eira.search.windows.net"
    )
    assert where(["status"], AZURE, AZURE).startswith("Index cerebro at ")


def test_a_service_of_the_settings_that_is_not_used_is_named() -> None:
    said = where(["drop"], {**AZURE, **LOCAL}, AZURE)
    assert said.startswith("Index cerebro at https://127.0.0.1:7 ")
    assert "not https://eira.search.windows.net of the settings" in said


def test_an_index_without_a_name_is_left_to_the_program_itself() -> None:
    assert where(["drop", "--index"], LOCAL, {}).startswith("Index cerebro at ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--confidence", "x"], "a number from 0 to 1, not 'x'"),
        (["--confidence", "2"], "a number from 0 to 1, not '2'"),
        (["--confidence", "nan"], "a number from 0 to 1, not 'nan'"),
        (["--index", "BAD NAME"], "'BAD NAME' is no name of an index: lower-case letters"),
    ],
)
def test_an_argument_that_is_wrong_says_what_is_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args(["load", str(tmp_path), *arguments])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
