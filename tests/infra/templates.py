"""The Bicep templates, parsed: what they declare, what they hand on, what they say."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from pycep import BicepParser

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
MAIN = "main.bicep"
type Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Module:
    """One use of a template; `path` from infra, or the address of a verified module."""

    file: str
    symbol: str
    path: str
    params: Tree

    @property
    def is_verified(self) -> bool:
        return self.path.startswith("avm/")


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role that is given, to whom, and what its comment says it is for."""

    file: str
    role: str
    principal: str
    reason: str


def names() -> list[str]:
    return sorted(str(path.relative_to(INFRA)) for path in INFRA.rglob("*.bicep"))


@cache
def text(name: str) -> str:
    return (INFRA / name).read_text("utf-8")


def code(name: str) -> str:
    """Without comments and descriptions."""
    kept = re.sub(r"(?m)(^|\s)//.*$", "", text(name))
    return re.sub(r"(?m)^(@description\(.*\)|metadata .*)$", "", kept)


@cache
def parser() -> BicepParser:
    return BicepParser()


@cache
def tree(name: str) -> Tree:
    return cast(Tree, parser().parse(text=text(name)))


def declared(name: str, kind: str) -> Tree:
    """`kind` is parameters, variables, resources, modules or outputs."""
    return cast(Tree, tree(name).get(kind, {}))


def required(name: str) -> set[str]:
    parameters = declared(name, "parameters")
    return {each for each, of in parameters.items() if of.get("default") is None} - {
        each for each in parameters if re.search(rf"(?m)^param {each} .*=", text(name))
    }


@cache
def modules() -> tuple[Module, ...]:
    return tuple(_modules())


def _modules() -> Iterator[Module]:
    for name in names():
        for symbol, of in declared(name, "modules").items():
            config = of["config"]
            while "config" in config:  # of a condition or a loop
                config = config["config"]
            yield Module(name, symbol, _path(name, of["detail"]), config["params"])


def _path(name: str, detail: Tree) -> str:
    if "tag" in detail:
        return f"{detail['path']}:{detail['tag']}"
    return str((INFRA / name).parent.joinpath(detail["path"]).resolve().relative_to(INFRA))


def verified(path: str) -> Module:
    """The only use of a verified module, by its path without `avm/res/` and version."""
    (found,) = (each for each in modules() if each.path.startswith(f"avm/res/{path}:"))
    return found


@cache
def verified_interfaces() -> dict[str, dict[str, list[str]]]:
    """What the verified modules take and give, as their published sources say."""
    found = json.loads((ROOT / "tests/infra/verified_modules.json").read_text("utf-8"))
    return cast(dict[str, dict[str, list[str]]], found)


@cache
def assignments() -> tuple[Assignment, ...]:
    return tuple(each for name in names() for each in _assignments(name))


def _assignments(name: str) -> Iterator[Assignment]:
    lines = text(name).splitlines()
    for at, line in enumerate(lines):
        if (found := re.search(r"roleDefinitionId(?:OrName)?: .*\broles\.(\w+)", line)) is None:
            continue
        before = (each.strip() for each in reversed(lines[max(at - 6, 0) : at]))
        reason = next((each[3:] for each in before if each.startswith("// ")), "")
        principal = re.search(r"principalId: (\S+)", "\n".join(lines[at : at + 4]))
        yield Assignment(name, found[1], principal[1] if principal else "", reason)


def evaluated(node: object, known: Mapping[str, object]) -> object:
    """An expression's value, where `known` says what its parameters, variables and outputs are
    (`cosmos.outputs.endpoint`). Raises KeyError at what nobody knows."""
    match node:
        case {"function": {"type": "string", "parameters": {"value_to_convert": inner}}}:
            return json.dumps(evaluated(inner, known))
        case {"operator": {"type": "property_accessor"}}:
            return known[dotted(node)]
        case {"operator": {"type": "minus", "operands": {"integer_value": value}}}:
            return -int(value)
        case {"operator": _} | {"function": _}:
            raise KeyError(str(node))
        case dict():
            return {
                _text(key.strip("'"), known): evaluated(value, known) for key, value in node.items()
            }
        case list():
            return [evaluated(each, known) for each in node]
        case str() if node in known:
            return known[node]
        case str():
            return _text(node, known)
        case _:
            return node


def _text(written: str, known: Mapping[str, object]) -> str:
    return re.sub(r"\$\{([\w.]+)\}", lambda found: str(known[found[1]]), written)


def dotted(node: object) -> str:
    match node:
        case {"operator": {"type": "property_accessor", "operands": operands}}:
            return f"{dotted(operands['operand_1'])}.{dotted(operands['operand_2'])}"
        case _:
            return str(node)
