"""What GitHub, pre-commit and dev containers read from this repository, parsed."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
DEPENDABOT = ROOT / ".github/dependabot.yml"
PRE_COMMIT = ROOT / ".pre-commit-config.yaml"
CONTAINER = ROOT / ".devcontainer/devcontainer.json"
type Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """One job of a workflow."""

    workflow: Path
    name: str
    tree: Tree

    @property
    def steps(self) -> list[Tree]:
        return cast(list[Tree], self.tree.get("steps", []))


def read_yaml(path: Path) -> Tree:
    return cast(Tree, yaml.safe_load(path.read_text("utf-8")))


def read_json(path: Path) -> Tree:
    return cast(Tree, json.loads(path.read_text("utf-8")))


def workflow(name: str) -> Tree:
    return read_yaml(ROOT / f".github/workflows/{name}.yml")


def started_by(path: Path) -> Tree:
    """The events of a workflow and what narrows them."""
    # YAML takes the word `on` for true.
    return cast(dict[bool, Tree], read_yaml(path))[True]


def jobs() -> Iterator[Job]:
    for path in WORKFLOWS:
        for name, tree in read_yaml(path)["jobs"].items():
            yield Job(path, name, tree)


def commands() -> Iterator[str]:
    """Each line that a workflow has a shell run."""
    for job in jobs():
        for step in job.steps:
            yield from filter(None, str(step.get("run", "")).splitlines())


def actions() -> Iterator[str]:
    """What is used of others, by the line that names it: `owner/name@commit # version`."""
    for path in WORKFLOWS:
        yield from re.findall(r"uses: (\S+@.*)$", path.read_text("utf-8"), re.MULTILINE)


def paths_in(command: str) -> set[str]:
    """The files of this repository that a command line names."""
    words = re.findall(r"[\w./-]+", command)
    return {word for word in words if re.match(r"(\.?/|\.\w+/|infra/|[\w-]+\.bicep$)", word)}
