"""Every `./eira …` in the papers is a command that there is, with options that it takes."""

import argparse
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from cli.arguments import build_parser

ROOT = Path(__file__).parents[2]
PAPERS = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "README.es.md"]
COMMAND = re.compile(r"\./eira((?: +(?:--)?[a-z][a-z-]*| +[A-Z]\b)*)")


def documented() -> list[tuple[str, tuple[str, ...]]]:
    """Where it stands, and its words."""
    return sorted(
        {
            (paper.name, tuple(found.split()))
            for paper in PAPERS
            for code in _code(paper.read_text("utf-8"))
            for found in COMMAND.findall(code)
            if found.split()
        }
    )


def _code(text: str) -> list[str]:
    """What is written as code, by the line, without comments."""
    blocks = re.findall(r"(?ms)^ *```\w*\n(.*?)^ *```", text)
    lines = [line.partition("#")[0] for block in blocks for line in block.splitlines()]
    return [*lines, *re.findall(r"`([^`\n]+)`", text)]


DELEGATED = {
    "audit": ("cli/auditing.py",),
    "bench": ("bench", "tests/e2e/under_fire", "emulator/tests/crashes"),
    "cerebro": ("cli/knowledge/cerebro_arguments.py",),
    "eval": ("evaluation",),
    "simulate": ("bench/capacity",),
}
"""Commands that read their own arguments, and where they do."""


def _choices(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _wrong(words: Iterator[str], parser: argparse.ArgumentParser) -> Iterator[str]:
    """The words that no command takes in this place."""
    for word in words:
        if word == "--":
            return
        inner = _choices(parser)
        if word in inner:
            parser = inner[word]
        elif word.startswith("--"):
            option = parser._option_string_actions.get(word)
            if option is None:
                yield word
            elif option.nargs != 0:
                next(words, None)
        elif inner and word.islower():
            yield word


def _wrong_delegated(words: Iterable[str], places: Iterable[str]) -> Iterator[str]:
    found = [ROOT / each for each in places]
    files = [file for each in found for file in ([each] if each.is_file() else each.rglob("*.py"))]
    code = "".join(file.read_text("utf-8") for file in files)
    yield from (word for word in words if word.startswith("--") and f'"{word}"' not in code)


@pytest.mark.parametrize(("paper", "words"), documented(), ids=str)
def test_a_command_in_the_papers_is_there(paper: str, words: tuple[str, ...]) -> None:
    places = DELEGATED.get(words[0])
    wrong = _wrong_delegated(words, places) if places else _wrong(iter(words), build_parser())
    assert list(wrong) == [], f"{paper}: {' '.join(words)}"


def test_commands_that_read_their_own_arguments_are_known_here() -> None:
    commands = _choices(build_parser())
    assert {name for name, each in commands.items() if not each.add_help} == set(DELEGATED)


def test_what_is_not_there_is_noticed() -> None:
    for line in ("rums", "runs shew", "runs --states", "up --port 7 --frehs"):
        assert len(list(_wrong(iter(line.split()), build_parser()))) == 1, line
    assert list(_wrong_delegated(["--quik"], DELEGATED["bench"])) == ["--quik"]
