"""Finds the recordings of the real host: beside the project, or the copies in the repository."""

import gzip
import json
import shutil
from pathlib import Path

type Json = str | int | float | bool | list[Json] | dict[str, Json] | None
type JsonObject = dict[str, Json]

PROJECT = Path(__file__).resolve().parents[2]
ORIGINALS = PROJECT.parent / "shared" / "golden"
COPIES = Path(__file__).parent / "recordings"
# No test reads these: readable renderings of durable/raw, and figures of one machine.
_NOT_COPIED = ("README.md", "durable/normalised/", "timings/")


def read(name: str) -> str:
    """The text of one recorded file, named by its path below the recordings' folder."""
    original = ORIGINALS / name
    if original.is_file():
        return original.read_text("utf-8")
    return gzip.decompress((COPIES / f"{name}.gz").read_bytes()).decode("utf-8")


def names(folder: str) -> list[str]:
    """The names of all recorded files in a folder and below it."""
    if ORIGINALS.is_dir():
        return sorted(_originals(folder))
    return sorted(
        file.relative_to(COPIES).as_posix().removesuffix(".gz")
        for file in (COPIES / folder).rglob("*.gz")
    )


def document(name: str) -> JsonObject:
    """A recorded JSON object."""
    parsed: JsonObject = json.loads(read(name))
    return parsed


def lines(name: str) -> list[JsonObject]:
    """The objects of a recorded NDJSON file."""
    return [json.loads(line) for line in read(name).splitlines() if line]


def app(name: str, into: Path) -> Path:
    """Lay out a probe app in the folder `into`, which is made; the app's folder."""
    for file in names(f"apps/{name}"):
        place = into / file.removeprefix(f"apps/{name}/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(read(file), "utf-8")
    return into


def renew_copies() -> None:
    """Make the copies anew from the originals."""
    shutil.rmtree(COPIES, ignore_errors=True)
    for name in _originals(""):
        place = COPIES / f"{name}.gz"
        place.parent.mkdir(parents=True, exist_ok=True)
        # Without a time in it the file is the same whenever it is made.
        place.write_bytes(gzip.compress((ORIGINALS / name).read_bytes(), 9, mtime=0))


def _originals(folder: str) -> list[str]:
    found = (file for file in (ORIGINALS / folder).rglob("*") if file.is_file())
    relative = (file.relative_to(ORIGINALS).as_posix() for file in found)
    return [
        name for name in relative if not name.startswith(_NOT_COPIED) and "__pycache__" not in name
    ]


if __name__ == "__main__":
    renew_copies()
