"""`python -m cli.checks.dependencies`: is a locked package known to be vulnerable?

A lock that passed is asked about again on the next day, not at every run.
"""

import hashlib
import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from cli.checks.packages import Advisory, Finding, read_advisories, weak
from cli.checks.services import Answer, ask_npm, ask_pip_audit

ADVISORIES = Path(__file__).with_name("advisories.toml")
PASSED = Path(".eira/cache/audited.json")
PYTHON_LOCK = "requirements-dev.txt"
"""It holds what all others hold."""
NODE_LOCK = "package-lock.json"
SKIPPED = {".venv", ".eira", ".git", "node_modules"}


def main(root: Path = Path()) -> int:
    """Says what was asked, and 1 when something was found."""
    today = datetime.now(UTC).date()
    passed = _passed(root / PASSED, today)
    failed = False
    for lock in locks(root):
        mark = _mark(lock)
        if mark in passed:
            print(f"{lock.relative_to(root)}: asked about today already")
            continue
        answer = ask_npm(lock) if lock.name == NODE_LOCK else ask_pip_audit(lock)
        found = judged(answer, read_advisories(ADVISORIES))
        _tell(str(lock.relative_to(root)), answer, found)
        failed = failed or bool(found)
        if not found:
            passed.append(mark)
    _keep(root / PASSED, today, passed)
    return 1 if failed else 0


def locks(root: Path) -> list[Path]:
    """Python's lock, and that of every package of Node."""
    node: list[Path] = []
    for folder, folders, files in root.walk():
        folders[:] = [each for each in folders if each not in SKIPPED]
        node += [folder / NODE_LOCK for name in files if name == NODE_LOCK]
    return [root / PYTHON_LOCK, *sorted(node)]


def judged(answer: Answer, advisories: Sequence[Advisory]) -> tuple[Finding, ...]:
    """What the service found, and of the packages it was not asked about what is written down."""
    return (*answer.found, *weak(answer.unasked, advisories))


def _tell(lock: str, answer: Answer, found: Sequence[Finding]) -> None:
    if answer.unasked:
        print(
            f"{lock}: the service did not answer for {len(answer.unasked)} packages; "
            f"compared with {ADVISORIES.name}, which is never complete"
        )
    for finding in found:
        print(f"{lock}: {finding}")
    if not found:
        print(f"{lock}: no known weakness")


def _mark(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes() + ADVISORIES.read_bytes()).hexdigest()


def _passed(file: Path, today: date) -> list[str]:
    try:
        kept = json.loads(file.read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return []
    return list(kept["locks"]) if kept["day"] == today.isoformat() else []


def _keep(file: Path, today: date, passed: Sequence[str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"day": today.isoformat(), "locks": list(passed)}), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
