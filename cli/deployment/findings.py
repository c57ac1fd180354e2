"""What was found when something was looked at, as people and as machines read it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

type Level = Literal["ok", "warning", "error"]

MARKS: dict[Level, str] = {"ok": "✓", "warning": "!", "error": "✗"}
EXIT_FOUND = 1
INDENT = " " * 4


@dataclass(frozen=True, slots=True)
class Finding:
    """`area` was looked at by what was `tried`, and `what` came of it. `mend`: a command or a
    setting, each on a line of its own; none where nothing has to be done."""

    area: str
    level: Level
    what: str
    tried: str = ""
    mend: tuple[str, ...] = ()


def ok(area: str, what: str, tried: str = "") -> Finding:
    return Finding(area, "ok", what, tried)


def warning(area: str, what: str, tried: str = "", *mend: str) -> Finding:
    return Finding(area, "warning", what, tried, mend)


def error(area: str, what: str, tried: str = "", *mend: str) -> Finding:
    return Finding(area, "error", what, tried, mend)


def exit_code(found: Sequence[Finding]) -> int:
    """1 if anything is an error: warnings are for people to judge."""
    return EXIT_FOUND if any(each.level == "error" for each in found) else 0


def in_lines(finding: Finding) -> Iterator[str]:
    """A line, and below it what was tried and how to mend what is not as it should be."""
    yield f"{MARKS[finding.level]} {finding.area}: {finding.what}"
    if finding.level == "ok":
        return
    if finding.tried:
        yield f"{INDENT}tried: {finding.tried}"
    for number, line in enumerate(finding.mend):
        yield f"{INDENT}{'mend: ' if number == 0 else '      '} {line}"


def verdict(found: Sequence[Finding]) -> str:
    """How much of what there is, in one line."""
    counted = {level: sum(each.level == level for each in found) for level in MARKS}
    if not counted["error"] and not counted["warning"]:
        return f"All is well: {_many(counted['ok'], 'check')}."
    errors, warnings = _many(counted["error"], "error"), _many(counted["warning"], "warning")
    return f"{errors}, {warnings}, {counted['ok']} in order."


def as_json(found: Sequence[Finding]) -> str:
    """An object with `ok` and the list `findings`, for machines."""
    document = {"ok": exit_code(found) == 0, "findings": [asdict(each) for each in found]}
    return json.dumps(document, indent=2, ensure_ascii=False)


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"
