"""Watches the app's folder for changes that ask for a reload."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import override

import watchfiles

_CACHES = frozenset({"__pycache__", "node_modules"})
# An app may write records there; its code and settings are read from anywhere.
_RECORD_FOLDERS = frozenset({"data", "docs", "tests"})

type Changed = Callable[[list[str]], None]
"""Takes the names of the files that changed, relative to the app, sorted; at least one."""

# The host names the file that changed; the library's count of changes would be a line more.
logging.getLogger("watchfiles").setLevel(logging.WARNING)


class AppFiles(watchfiles.BaseFilter):
    """The app's Python files anywhere, and its JSON files where they are no mere records.

    What is in hidden folders, virtual environments, caches and the host's own folder is not.
    """

    def __init__(self, app: Path, data: Path) -> None:
        super().__init__()
        self._app = app
        self._data = data

    @override
    def __call__(self, change: watchfiles.Change, path: str) -> bool:
        file = Path(path)
        if file.is_relative_to(self._data) or not self._counts(file):
            return False
        folders = file.relative_to(self._app).parents
        return all(_is_part_of_app(self._app / folder) for folder in folders if folder.name)

    def _counts(self, file: Path) -> bool:
        match file.suffix:
            case ".py":
                return True
            case ".json":
                return not _RECORD_FOLDERS.intersection(file.relative_to(self._app).parts[:-1])
            case _:
                return False


class _AlsoNewFolders(AppFiles):
    """Folders that are made count too: a package may come to be in them."""

    @override
    def __call__(self, change: watchfiles.Change, path: str) -> bool:
        made = change == watchfiles.Change.added and Path(path).is_dir()
        return (made and _is_watched(Path(path))) or super().__call__(change, path)


async def watch(app: Path, data: Path, changed: Changed) -> None:
    """Call `changed` with the names of changed files, once for each burst; until cancelled.

    Folders are watched one by one: a watch on the whole tree would follow thousands of files of
    virtual environments and packages.
    """
    while True:
        folders = _folders_of(app)
        outdated = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_watch_root(app, data, changed, outdated))
            if folders:
                tasks.create_task(_watch_folders(folders, app, data, changed, outdated))


async def _watch_root(app: Path, data: Path, changed: Changed, outdated: asyncio.Event) -> None:
    """Watch the app's folder without those in it; a new one makes the others' watch outdated."""
    bursts = watchfiles.awatch(
        app,
        watch_filter=_AlsoNewFolders(app, data),
        debounce=200,
        step=50,
        recursive=False,
        stop_event=outdated,
    )
    async for burst in bursts:
        paths = [Path(path) for _change, path in burst]
        folders = {path for path in paths if path.is_dir()}
        if folders:
            outdated.set()
        # A folder alone says nothing: apps make some for what they write.
        said = [path for path in paths if path not in folders or next(path.rglob("*.py"), None)]
        if said:
            changed(_names(said, app))


async def _watch_folders(
    folders: list[Path],
    app: Path,
    data: Path,
    changed: Changed,
    outdated: asyncio.Event,
) -> None:
    bursts = watchfiles.awatch(
        *folders, watch_filter=AppFiles(app, data), debounce=200, step=50, stop_event=outdated
    )
    async for burst in bursts:
        changed(_names([Path(path) for _change, path in burst], app))


def _names(paths: list[Path], app: Path) -> list[str]:
    return sorted(str(path.relative_to(app)) for path in paths)


def _folders_of(app: Path) -> list[Path]:
    return [path for path in app.iterdir() if path.is_dir() and _is_watched(path)]


def _is_watched(folder: Path) -> bool:
    return _is_part_of_app(folder) and not (folder / "package.json").exists()


def _is_part_of_app(folder: Path) -> bool:
    if folder.name in _CACHES or folder.name.startswith("."):
        return False
    return not (folder / "pyvenv.cfg").exists()
