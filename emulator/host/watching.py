"""Watches the app's folder for changes that ask for a reload."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
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
        self.app = app
        self._data = data

    @override
    def __call__(self, change: watchfiles.Change, path: str) -> bool:
        file = Path(path)
        if file.is_relative_to(self._data) or not self._counts(file):
            return False
        folders = file.relative_to(self.app).parents
        return all(_is_part_of_app(self.app / folder) for folder in folders if folder.name)

    def _counts(self, file: Path) -> bool:
        match file.suffix:
            case ".py":
                return True
            case ".json":
                return not _RECORD_FOLDERS.intersection(file.relative_to(self.app).parts[:-1])
            case _:
                return False


class _RootFiles(AppFiles):
    """Also folders that are made, in which a package may come to be, and their end.

    `followed` are those that were made since the start, each with the task that watches it.
    """

    def __init__(self, app: Path, data: Path) -> None:
        super().__init__(app, data)
        self.followed: dict[Path, asyncio.Task[None]] = {}

    @override
    def __call__(self, change: watchfiles.Change, path: str) -> bool:
        found = Path(path)
        if found.is_dir():
            return change == watchfiles.Change.added and _is_watched(found)
        return found in self.followed or super().__call__(change, path)


async def watch(app: Path, data: Path, changed: Changed) -> None:
    """Call `changed` with the names of changed files, once for each burst; until cancelled.

    Folders are watched one by one: a watch on the whole tree would follow thousands of files of
    virtual environments and packages.
    """
    folders = _folders_of(app)
    async with asyncio.TaskGroup() as tasks:
        if folders:
            tasks.create_task(_watch_folders(folders, AppFiles(app, data), changed))
        root = _RootFiles(app, data)
        async for burst in _bursts([app], root, recursive=False):
            for path in root.followed.keys() & set(burst):
                root.followed.pop(path).cancel()  # it is gone, or another folder by now
            made = _folders_in(burst)
            for folder in made:
                new = _watch_new(folder, AppFiles(app, data), changed)
                root.followed[folder] = tasks.create_task(new)
            # What has no suffix here is a folder that is gone.
            if files := [path for path in burst if path not in made and path.suffix]:
                changed(_names(files, app))


async def _watch_folders(folders: list[Path], wanted: AppFiles, changed: Changed) -> None:
    async for burst in _bursts(folders, wanted, recursive=True):
        changed(_names(burst, wanted.app))


async def _watch_new(folder: Path, wanted: AppFiles, changed: Changed) -> None:
    """Watch a folder that was just made; what had come to be in it before counts too.

    Without a Python file it says nothing yet: apps make folders for what they write.
    """
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_watch_folders([folder], wanted, changed))
        await asyncio.sleep(0)  # from here on it is watched
        if _has_code(folder):
            changed(_names([folder], wanted.app))


async def _bursts(
    paths: list[Path], wanted: AppFiles, *, recursive: bool
) -> AsyncIterator[list[Path]]:
    """What changed, whenever it is still for a moment; nothing of a folder that is gone already."""
    found = watchfiles.awatch(
        *paths, watch_filter=wanted, debounce=200, step=50, recursive=recursive
    )
    with contextlib.suppress(FileNotFoundError):
        async for burst in found:
            yield [Path(path) for _change, path in burst]


def _folders_of(app: Path) -> list[Path]:
    return [path for path in app.iterdir() if path.is_dir() and _is_watched(path)]


def _folders_in(paths: list[Path]) -> set[Path]:
    return {path for path in paths if path.is_dir()}


def _has_code(folder: Path) -> bool:
    return next(folder.rglob("*.py"), None) is not None


def _names(paths: list[Path], app: Path) -> list[str]:
    return sorted(str(path.relative_to(app)) for path in paths)


def _is_watched(folder: Path) -> bool:
    return _is_part_of_app(folder) and not (folder / "package.json").exists()


def _is_part_of_app(folder: Path) -> bool:
    if folder.name in _CACHES or folder.name.startswith("."):
        return False
    return not (folder / "pyvenv.cfg").exists()
