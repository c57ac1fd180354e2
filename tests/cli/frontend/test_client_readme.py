"""The README of the library for other apps."""

from pathlib import Path

CLIENT = Path(__file__).parents[3] / "frontend" / "projects" / "agents-client"


def test_its_example_is_the_one_that_is_compiled_and_run() -> None:
    example = (CLIENT / "src" / "testing" / "example.ts").read_text("utf-8")
    assert f"```ts\n{example}```\n" in (CLIENT / "README.md").read_text("utf-8")
