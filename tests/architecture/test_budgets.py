"""The budgets of the house: sizes, and names that hide what a file is for."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).parents[2]
ROOMS = (
    "activities",
    "api",
    "bench",
    "cli",
    "demo",
    "emulator",
    "evaluation",
    "orchestrators",
    "shared",
    "tests",
)
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}


def sources() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def line_count(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def function_lengths() -> Iterator[int]:
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_file_is_over_500_lines() -> None:
    assert {str(path): line_count(path) for path in sources() if line_count(path) > 500} == {}


def test_the_median_file_has_at_most_150_lines() -> None:
    assert median(line_count(path) for path in sources()) <= 150


def test_nine_functions_of_ten_have_at_most_30_lines() -> None:
    assert quantiles(function_lengths(), n=10)[-1] <= 30


def test_names_say_what_a_file_is_for() -> None:
    assert [str(path) for path in sources() if path.stem in VAGUE] == []


def test_every_module_says_what_it_is_in_its_first_line() -> None:
    silent = [
        str(path)
        for path in sources()
        if path.read_text("utf-8").strip()
        and "tests" not in path.parts
        and ast.get_docstring(ast.parse(path.read_text("utf-8"))) is None
    ]
    assert silent == []
