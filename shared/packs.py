"""Reading packs: what the agents are told, by version, deployed with the app."""

import json
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from shared.contracts.tools import FlowContract, Pack, ToolContract
from shared.errors import ConfigurationError


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
    languages: list[str] = json.loads((folder / "pack.json").read_text("utf-8"))["languages"]
    prompts = {
        language: {
            path.stem: path.read_text("utf-8").strip()
            for path in sorted((folder / "prompts" / language).glob("*.md"))
        }
        for language in languages
    }
    tools = [_read(ToolContract, path) for path in sorted((folder / "tools").glob("*.json"))]
    flows = [_read(FlowContract, path) for path in sorted((folder / "flows").glob("*.json"))]
    return Pack.model_validate(
        {
            "version": folder.name,
            "prompts": prompts,
            "tools": {tool.name: tool for tool in tools},
            "flows": {flow.flow_type: flow for flow in flows},
        }
    )


def _read[T: (ToolContract, FlowContract)](contract: type[T], path: Path) -> T:
    try:
        return contract.model_validate_json(path.read_text("utf-8"))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"{path.name}: {where}: {first['msg']}") from error
