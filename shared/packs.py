"""Reading packs: what the agents are told, by version, deployed with the app."""

from collections.abc import Sequence, Set
from functools import cache
from pathlib import Path

from pydantic import Field, ValidationError

from shared.contracts.base import Contract
from shared.contracts.identity import Language
from shared.contracts.tools import FlowContract, Pack, ToolContract
from shared.errors import ConfigurationError


class Manifest(Contract):
    """pack.json."""

    languages: tuple[Language, ...] = Field(min_length=1)


class FolderPacks:
    """Versions are the folders of `root`; the newest name is the current one, unless pinned."""

    def __init__(self, root: Path, pinned: str | None = None) -> None:
        self._root = root
        versions = sorted(path.parent.name for path in root.glob("*/pack.json"))
        if not versions or (pinned and pinned not in versions):
            raise ConfigurationError(
                f"Packs__Version: {pinned or 'no pack'} is not in {root}; found {versions}"
            )
        self._current = pinned or versions[-1]

    @property
    def current(self) -> str:
        return self._current

    def get(self, version: str) -> Pack:
        folder = self._root / version
        if not version or not (folder / "pack.json").is_file():
            raise ConfigurationError(f"pack {version!r} is not deployed")
        return load_pack(folder)


@cache
def load_pack(folder: Path) -> Pack:
    """Raises ConfigurationError naming the file that is wrong."""
    manifest = _read(Manifest, folder / "pack.json")
    tools = [_read(ToolContract, path) for path in sorted((folder / "tools").glob("*.json"))]
    return Pack(
        version=folder.name,
        prompts=_prompts(folder / "prompts", manifest.languages),
        tools={tool.name: tool for tool in tools},
        flows=_flows(folder / "flows", {tool.name for tool in tools}),
    )


def _prompts(folder: Path, languages: Sequence[Language]) -> dict[Language, dict[str, str]]:
    """Every language has every prompt: which one is used is not known before somebody writes."""
    names = sorted({path.name for path in folder.glob("*/*.md")})
    for path in (folder / language / name for language in languages for name in names):
        if not path.is_file():
            raise ConfigurationError(f"prompts/{path.parent.name}/{path.name} is missing")
    return {
        language: {
            name.removesuffix(".md"): (folder / language / name).read_text("utf-8").strip()
            for name in names
        }
        for language in languages
    }


def _flows(folder: Path, tools: Set[str]) -> dict[str, FlowContract]:
    flows: dict[str, FlowContract] = {}
    for path in sorted(folder.glob("*.json")):
        flow = _read(FlowContract, path)
        if unknown := {*flow.tools, *flow.required} - tools:
            raise ConfigurationError(f"{path.name}: no such tool: {', '.join(sorted(unknown))}")
        flows[flow.flow_type] = flow
    return flows


def _read[T: Contract](contract: type[T], path: Path) -> T:
    try:
        return contract.model_validate_json(path.read_text("utf-8"))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"{path.name}: {where}: {first['msg']}") from error
