"""`python -m cli.checks.secrets`: was a secret committed?

What looks like one and is none (made-up keys of tests, examples) stands in `.secrets.baseline`, as
hashes; `--accept` writes that file anew. A file that passed is read again when it has changed.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from multiprocessing import get_context
from pathlib import Path

from detect_secrets.core import baseline
from detect_secrets.core.potential_secret import PotentialSecret
from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import default_settings

BASELINE = Path(".secrets.baseline")
PASSED = Path(".eira/cache/scanned.json")
SKIPPED_FOLDERS = {
    ".git",
    ".venv",
    ".eira",
    ".angular",
    "dist",
    "__pycache__",
    "node_modules",
    ".python_packages",
}
CACHES = ("_cache", ".hypothesis")
SKIPPED_SUFFIXES = {".jsonl", ".sqlite", ".pyc", ".tsbuildinfo"}
"""Labelled texts, and what is no text."""
HASHES = ("requirements", "package-lock", "client.mjs")
"""Lock files are full of them, and so is a bundle."""
OF_THIS_MACHINE = "local.settings.json"
"""Never committed: it holds what one person's services ask for."""
ASKS_SERVICES = "detect_secrets.filters.common.is_ignored_due_to_verification_policies"
PROCESSES = 2


def main(arguments: Sequence[str] | None = None, root: Path = Path()) -> int:
    """Says which lines look like a secret that nobody has accepted; 1 when there are some."""
    parser = argparse.ArgumentParser(prog="python -m cli.checks.secrets")
    parser.add_argument("--accept", action="store_true", help="take what is there for harmless")
    options = parser.parse_args(arguments)
    marks = {name: _mark(root, name) for name in files(root)}
    if options.accept:
        found = scan(root, marks)
        baseline.save_to_file(found, str(root / BASELINE))
        print(f"{len(found.data)} files have something like a secret; {BASELINE} says so now")
        return 0
    return _judge(root, marks)


def files(root: Path) -> list[str]:
    """Every text that may be committed, as told from `root`."""
    found: list[Path] = []
    for folder, folders, names in root.walk():
        folders[:] = [
            each for each in folders if each not in SKIPPED_FOLDERS and not each.endswith(CACHES)
        ]
        found += [folder / name for name in names if _is_read(name)]
    return sorted(str(each.relative_to(root)) for each in found if not each.is_symlink())


def scan(root: Path, names: Iterable[str]) -> SecretsCollection:
    """All that looks like a secret in these files, whose names are told from `root`."""
    found = SecretsCollection(root=str(root))
    parts = [list(names)[start::PROCESSES] for start in range(PROCESSES)]
    # A process that is a copy of this one would share what other threads hold.
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        for name, secret in chain.from_iterable(
            pool.map(_scan_some, [str(root)] * PROCESSES, parts)
        ):
            found[name].add(secret)
    return found


def _scan_some(root: str, names: Sequence[str]) -> list[tuple[str, PotentialSecret]]:
    found = SecretsCollection(root=root)
    with default_settings() as settings:
        # It would try what it finds on the service it seems to be for.
        settings.disable_filters(ASKS_SERVICES)
        for name in names:
            found.scan_file(name)
    return list(found)


def _judge(root: Path, marks: Mapping[str, str]) -> int:
    accepted = _accepted(root)
    before = _passed(root)
    seen = {mark: name for name, mark in marks.items()}
    found = scan(root, [name for name, mark in marks.items() if mark not in before])
    failed = {
        name: sorted({secret.line_number for secret in secrets} - {0})
        for name, secrets in (found - accepted).data.items()
        if secrets
    }
    for name, lines in failed.items():
        print(f"{name}: line {', '.join(map(str, lines))}: this looks like a secret")
    if failed:
        print("a real one: take it out of the history and change it; else: add --accept")
    _keep(root, [mark for mark, name in seen.items() if name not in failed])
    return 1 if failed else 0


def _is_read(name: str) -> bool:
    return (
        Path(name).suffix not in SKIPPED_SUFFIXES
        and not name.startswith(HASHES)
        and name not in (OF_THIS_MACHINE, BASELINE.name)
    )


def _accepted(root: Path) -> SecretsCollection:
    file = root / BASELINE
    if not file.exists():
        return SecretsCollection()
    return baseline.load(json.loads(file.read_text("utf-8")), str(file))


def _mark(root: Path, name: str) -> str:
    """What a file's judgement depends on."""
    known = root / BASELINE
    accepted = known.read_bytes() if known.exists() else b""
    return hashlib.sha256(name.encode() + (root / name).read_bytes() + accepted).hexdigest()


def _passed(root: Path) -> set[str]:
    try:
        return set(json.loads((root / PASSED).read_text("utf-8")))
    except (FileNotFoundError, json.JSONDecodeError):
        return set()


def _keep(root: Path, marks: Iterable[str]) -> None:
    file = root / PASSED
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(sorted(marks)), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
