"""What is deployed: the Function App and nothing else."""

import re

import pytest

from tests.architecture.deployed import ROOT, deployed_files, is_left_out

DEPLOYED = {
    "function_app.py",
    "host.json",
    "requirements.txt",
    "requirements-anthropic.txt",
    "requirements-google.txt",
    ".funcignore",
    "activities",
    "api",
    "orchestrators",
    "packs",
    "shared",
}

LOCKS = {path.with_suffix(".txt").name for path in ROOT.glob("requirements*.in")}


def test_only_the_function_app_is_deployed() -> None:
    for entry in ROOT.iterdir():
        path = f"{entry.name}/any.py" if entry.is_dir() else entry.name
        assert is_left_out(path) != (entry.name in DEPLOYED), entry.name


def test_what_must_be_deployed_is_there() -> None:
    assert {path.parts[0] for path in deployed_files()} == DEPLOYED


@pytest.mark.parametrize("name", ["shared/llm/__pycache__/x.pyc", "api/__pycache__/x.pyc"])
def test_compiled_files_are_left_out(name: str) -> None:
    assert is_left_out(name)


def test_every_locked_requirement_has_a_hash_and_no_address() -> None:
    for lock in LOCKS:
        text = (ROOT / lock).read_text("utf-8")
        assert "://" not in text
        entries = [line for line in text.splitlines() if re.match(r"^[A-Za-z0-9]", line)]
        assert entries
        assert text.count("--hash=sha256:") >= len(entries)


@pytest.mark.parametrize("extra", ["requirements-anthropic", "requirements-google"])
def test_an_extra_is_tested_in_the_version_that_it_installs(extra: str) -> None:
    """And agrees with what is deployed, whose requirements it may be named in."""
    tested = pinned("requirements-dev.in")
    wanted = pinned(f"{extra}.in")
    assert wanted
    assert wanted <= tested
    deployed = dict(each.split("==") for each in pinned("requirements.txt"))
    for each in pinned(f"{extra}.txt"):
        name, version = each.split("==")
        assert deployed.get(name, version) == version


def pinned(file: str) -> set[str]:
    return set(re.findall(r"^[\w.-]+==[\w.]+", (ROOT / file).read_text("utf-8"), re.MULTILINE))
