"""The folder where a host keeps state: where it is when nobody says, and one host at a time."""

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from emulator.host.settings import CannotStart

_LOCK = "lock"
# A host that was killed while it forked a worker lets go when that one has begun to run.
_TRIES = 20
_PAUSE_SECONDS = 0.05


def default_folder(app: Path, environment: Mapping[str, str]) -> Path:
    """A folder of that app in the user's folder for state; raises CannotStart without a home.

    Source: XDG Base Directory Specification. Not in the app, which may be read-only and whose
    folder is deployed as a whole.
    """
    given = Path(environment.get("XDG_STATE_HOME", ""))
    try:
        state = given if given.is_absolute() else Path.home() / ".local" / "state"
    except RuntimeError as error:
        raise CannotStart("this user has no home folder: pass --data with a folder", 2) from error
    digest = hashlib.sha256(str(app).encode()).hexdigest()[:8]
    return state / "functions-host" / f"{app.name}-{digest}"


@contextmanager
def taken(data: Path) -> Iterator[None]:
    """Make the folder and keep other hosts off it, until this process ends, however it ends.

    Raises CannotStart when it cannot be made, or another host has it: each would run the app's
    timers and orchestrations, which Azure prevents by leases in the storage that hosts share.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(
            f"{data} cannot be made: {error.strerror}; pass another --data", 2
        ) from error
    try:
        file = (data / _LOCK).open("a+b")
    except OSError as error:
        raise CannotStart(
            f"{data} cannot be written to: {error.strerror}; pass another --data", 2
        ) from error
    with file:
        if not _locked(file):
            raise CannotStart(
                f"another host runs on the data folder {data}: stop it or pass another --data", 3
            )
        yield


def _locked(file: BinaryIO) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows: the ports still keep a second one from starting
        return True
    for _ in range(_TRIES):
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_SECONDS)
        else:
            return True
    return False
