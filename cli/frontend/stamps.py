"""What was made from which files: equal digests mean that there is nothing to do."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path


def digest_of(paths: Iterable[Path]) -> str:
    """Of names and contents; folders count with all that is in them."""
    digest = hashlib.sha256()
    for path in sorted(_files(paths)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.as_posix()}\0{content}\0".encode())
    return digest.hexdigest()


def is_current(stamp: Path, digest: str) -> bool:
    return stamp.exists() and stamp.read_text("utf-8") == digest


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from (file for file in path.rglob("*") if file.is_file())
        elif path.exists():
            yield path
