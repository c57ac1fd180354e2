"""Watches the app's folder for changes that ask for a reload."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import watchfiles

_IGNORED_FOLDERS = frozenset(
    {
        ".venv",
        ".git",
        ".eira",
        ".python_packages",
        "__pycache__",
        "node_modules",
        "tests",
        "emulator",
        "docs",
        "data",
    }
)
_SUFFIXES = frozenset({".py", ".json"})

# The host names the file that changed; the library's count of changes would be a line more.
logging.getLogger("watchfiles").setLevel(logging.WARNING)


class AppFiles(watchfiles.BaseFilter):
    """Python and JSON files, except in folders that are no part of the running app."""

    def __init__(self, app: Path, data: Path) -> None:
        super().__init__()
        self._app = app
        self._data = data

    def __call__(self, change: watchfiles.Change, path: str) -> bool:
        file = Path(path)
        if file.suffix not in _SUFFIXES or file.is_relative_to(self._data):
            return False
        return not _IGNORED_FOLDERS.intersection(file.relative_to(self._app).parts[:-1])


async def watch(app: Path, data: Path, changed: Callable[[str], None]) -> None:
    """Call `changed` with the name of a changed file, once for each burst; until cancelled.

    Folders are watched one by one: a watch on the whole tree would follow thousands of files of
    virtual environments and packages.
    """
    folders = _folders_of(app)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_watch([app], app, data, changed, recursive=False))
        if folders:
            tasks.create_task(_watch(folders, app, data, changed, recursive=True))


async def _watch(
    paths: list[Path],
    app: Path,
    data: Path,
    changed: Callable[[str], None],
    *,
    recursive: bool,
) -> None:
    wanted = AppFiles(app, data)
    bursts = watchfiles.awatch(
        *paths, watch_filter=wanted, debounce=200, step=50, recursive=recursive
    )
    async for burst in bursts:
        changed(min(str(Path(path).relative_to(app)) for _change, path in burst))


def _folders_of(app: Path) -> list[Path]:
    return [path for path in app.iterdir() if path.is_dir() and _is_part_of_app(path)]


def _is_part_of_app(folder: Path) -> bool:
    if folder.name in _IGNORED_FOLDERS or folder.name.startswith("."):
        return False
    return not (folder / "package.json").exists()
