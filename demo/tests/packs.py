"""Reads the pack under test as plain data, without the app."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

import yaml

type Document = Mapping[str, object]

PACK = Path(__file__).parents[2] / "packs" / "2026.11"
LANGUAGES = ("es", "en")


@dataclass(frozen=True, slots=True)
class Knowledge:
    """One document of the knowledge folder."""

    file: Path
    meta: Document
    text: str


def read_json(path: Path) -> Document:
    return cast(Document, json.loads(path.read_text("utf-8")))


def part(document: Document, *names: str) -> Document:
    """The object found by following `names`; fails the test when it is none."""
    for name in names:
        found = document[name]
        assert isinstance(found, dict), f"{name} is no object"
        document = found
    return document


def texts(document: Document, name: str) -> Sequence[str]:
    found = document[name]
    assert isinstance(found, list)
    assert all(isinstance(one, str) for one in found)
    return found


@cache
def contracts() -> Mapping[str, Document]:
    return {path.stem: read_json(path) for path in sorted((PACK / "tools").glob("*.json"))}


@cache
def tools() -> Mapping[str, Document]:
    """The contracts a turn may plan with; those only agents are offered are `agent_tools`."""
    return {name: tool for name, tool in contracts().items() if not tool.get("forAgents")}


@cache
def agent_tools() -> Mapping[str, Document]:
    return {name: tool for name, tool in contracts().items() if tool.get("forAgents")}


@cache
def flows() -> Mapping[str, Document]:
    return {path.stem: read_json(path) for path in sorted((PACK / "flows").glob("*.json"))}


@cache
def knowledge() -> Sequence[Knowledge]:
    return [_knowledge(path) for path in sorted((PACK / "knowledge").glob("*.md"))]


def _knowledge(path: Path) -> Knowledge:
    opening, meta, text = path.read_text("utf-8").split("---\n", 2)
    assert opening == "", f"{path.name} begins with its front matter"
    return Knowledge(path, cast(Document, yaml.safe_load(meta)), text)
