"""Brings packages and built files to what the lock and the sources say; quick when they are."""

import contextlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from cli.running import DATA

from .node import FOLDER, Say, ng_command, npm_command, run_logged
from .stamps import digest_of, is_current

LOGS = DATA / "logs"
OUTPUT = FOLDER / "dist" / "app" / "browser"

LIBRARIES = ("agents-client", "flow-engine")
"""Projects that others may have without the page."""

# Beside what it is about: who deletes that deletes the stamp.
_INSTALLED = FOLDER / "node_modules" / ".installed"
_STAMPS = FOLDER / "dist"
_PACKAGES = ("package-lock.json", ".npmrc")
_WANTED = ("dependencies", "devDependencies", "overrides")
_SOURCES = (
    "angular.json",
    "package-lock.json",
    "projects",
    "public",
    "src",
    "staticwebapp.config.json",
    "tsconfig.app.json",
    "tsconfig.json",
)


def bring_up_to_date(say: Say) -> bool:
    """Installs and builds what is not current; False when there was nothing to do. Raises
    CommandError."""
    with _only_one_at_a_time(say):
        installed = _install(say)
        return _build("app", OUTPUT / "index.html", "building", say) or installed


def build_libraries(say: Say) -> bool:
    """What other apps get, as `bring_up_to_date` builds the page. Raises CommandError."""
    with _only_one_at_a_time(say):
        done = _install(say)
        for name in LIBRARIES:
            made = FOLDER / "dist" / name / "package.json"
            done = _build(name, made, f"building {name}", say) or done
        return done


def install(say: Say) -> bool:
    """Only the packages; False when they were there. Raises CommandError."""
    with _only_one_at_a_time(say):
        return _install(say)


def _install(say: Say) -> bool:
    digest = _digest_of_packages()
    if is_current(_INSTALLED, digest):
        return False
    with _told(say, "installing its packages, once"):
        # npm ci removes the folder first, and the stamp with it: a cut-off run is begun again.
        command = npm_command(
            "ci", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"
        )
        run_logged(command, LOGS / "frontend-install.log", "npm ci failed", say)
    _INSTALLED.write_text(digest, "utf-8")
    return True


def _digest_of_packages() -> str:
    """What npm ci installs; the scripts of package.json have no part in it."""
    package = json.loads((FOLDER / "package.json").read_text("utf-8"))
    wanted = json.dumps([package.get(name) for name in _WANTED], sort_keys=True)
    return f"{digest_of(FOLDER / name for name in _PACKAGES)} {wanted}"


def _build(project: str, made: Path, what: str, say: Say) -> bool:
    digest = digest_of(FOLDER / name for name in _SOURCES)
    stamp = _STAMPS / f".{project}"
    if is_current(stamp, digest) and made.exists():
        return False
    stamp.unlink(missing_ok=True)
    with _told(say, what):
        command = ng_command("build", project)
        run_logged(command, LOGS / f"frontend-{project}.log", "it could not be built", say)
    stamp.write_text(digest, "utf-8")
    return True


@contextlib.contextmanager
def _told(say: Say, what: str) -> Iterator[None]:
    say(f"Front end: {what} …")
    begin = time.monotonic()
    yield
    say(f"Front end: {what} took {time.monotonic() - begin:.1f} s")


@contextlib.contextmanager
def _only_one_at_a_time(say: Say) -> Iterator[None]:
    """Holds the lock file of the packages, so that two commands do not build over one another."""
    try:
        import fcntl
    except ImportError:
        # Windows: no such lock; two builds at once are the user's to avoid.
        yield
        return
    with (FOLDER / "package-lock.json").open("rb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Front end: another ./eira is building; waiting for it …")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def say_on_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
