"""The packs that are deployed: one folder for each version, read when it is first asked for."""

from functools import cache
from pathlib import Path

from shared.contracts.tools import Pack
from shared.errors import ConfigurationError, PackGoneError
from shared.packs.problems import refuse
from shared.packs.reading import PackFolder

PACKS = Path(__file__).parents[2] / "packs"
"""Those of the app."""


class FolderPacks:
    """Versions are the folders of `root`; the newest name is the current one, unless pinned."""

    def __init__(self, root: Path, pinned: str | None = None) -> None:
        self._root = root
        self._versions = versions_in(root)
        if not self._versions or (pinned and pinned not in self._versions):
            raise ConfigurationError(
                f"Packs__Version: {pinned or 'no pack'} is not in {root}; "
                f"found {list(self._versions)}"
            )
        self._current = pinned or self._versions[-1]

    @property
    def current(self) -> str:
        return self._current

    @property
    def versions(self) -> tuple[str, ...]:
        return self._versions

    def get(self, version: str) -> Pack:
        folder = self._root / version
        if not version or not (folder / "pack.json").is_file():
            raise PackGoneError(version)
        return load_pack(folder)


def versions_in(root: Path) -> tuple[str, ...]:
    """The names of the folders with a manifest, the oldest first."""
    return tuple(sorted(path.parent.name for path in root.glob("*/pack.json")))


@cache
def load_pack(folder: Path) -> Pack:
    """Raises ConfigurationError that names file and line of everything that is wrong."""
    reading = PackFolder(folder, f"{folder.parent.name}/{folder.name}").read()
    refuse(reading.problems)
    return reading.pack
