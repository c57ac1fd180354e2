"""What `./eira` takes, and what its help and READMEs promise."""

import subprocess
import sys
from pathlib import Path

import pytest

from cli.arguments import build_parser, parse

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = [
    "audit",
    "bench",
    "chat",
    "doctor",
    "eval",
    "lock",
    "packs",
    "simulate",
    "smoke",
    "test",
    "token",
    "traces",
    "up",
    "urls",
]


def test_what_follows_two_dashes_goes_to_pytest() -> None:
    assert parse(["test", "--", "tests/unit", "-k", "x"]).pytest_arguments == [
        "tests/unit",
        "-k",
        "x",
    ]


def test_all_that_follows_bench_goes_to_bench() -> None:
    assert parse(["bench", "--help", "--streams", "50"]).handed_over == [
        "--help",
        "--streams",
        "50",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["up", "--port", "99999"], "a port is at most 65535"),
        (["up", "--port", "-1"], "a port is at most 65535"),
        (["up", "--workers", "many"], "'many' is no whole number"),
        (["doctor", "--seconds", "0.5"], "'0.5' is no whole number"),
    ],
)
def test_a_number_that_is_none_is_told_in_words(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse(arguments)
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["urls", "--nope"], ["up", "--workers", "0"], ["fly"], []])
def test_what_it_does_not_know_is_refused_with_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(arguments)
    assert ended.value.code == 2
    assert "usage: ./eira" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_module_and_is_in_help_and_readmes(command: str) -> None:
    assert (ROOT / "cli" / f"{command}.py").exists()
    assert f"\n    {command} " in build_parser().format_help()
    for readme in ("README.md", "README.es.md"):
        assert f"`./eira {command}" in (ROOT / readme).read_text("utf-8")


def test_help_comes_without_importing_any_command() -> None:
    program = (
        "import sys, cli.arguments; cli.arguments.build_parser().format_help();"
        "sys.exit(bool({'cli.chat', 'cli.up', 'ssl', 'aiohttp'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=20)


def test_cerebro_reads_its_own_arguments() -> None:
    options = parse(["cerebro", "load", "handbook", "--role", "employee"])
    assert options.handed_over == ["load", "handbook", "--role", "employee"]
