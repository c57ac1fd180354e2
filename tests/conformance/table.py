"""`python -m tests.conformance.table [TESTS]`: write what was compared into docs/local-host.md."""

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.conformance.comparing import Accepted, Report
from tests.conformance.recordings import PROJECT

DOCUMENT = PROJECT / "docs" / "local-host.md"
REPORTS_VARIABLE = "CONFORMANCE_REPORTS"
"""Where the tests leave their reports, when they run to write the document."""

_BEGIN = "<!-- conformance: begin -->"
_END = "<!-- conformance: end -->"
_SECTION = re.compile(r"^### (?P<area>[^\n]+)\n.*?(?=^### |\Z)", re.MULTILINE | re.DOTALL)


def section(report: Report) -> str:
    """The part of the document about one area."""
    lines = [
        f"### {report.area}",
        "",
        f"{report.cases} cases, {report.equal} equal in every field.",
    ]
    if report.accepted:
        lines += ["", "| case | field | why it differs |", "|---|---|---|"]
        lines += [
            f"| {_cell(one.case)} | {_cell(one.path)} | {one.reason} |" for one in report.accepted
        ]
    return "\n".join(lines) + "\n"


def written(area: str, text: str) -> str | None:
    """The document's section about an area; None when it has none."""
    return _sections(text).get(area)


def with_sections(text: str, reports: list[Report], *, complete: bool = False) -> str:
    """The document with these areas' sections replaced or added, in order of their names.

    When the reports are `complete`, areas without one lose their sections.
    """
    before, _, after = _parts(text)
    kept = {} if complete else _sections(text)
    sections = kept | {report.area: section(report) for report in reports}
    body = "\n".join(sections[area] for area in sorted(sections))
    return f"{before}{_BEGIN}\n\n{body}\n{_END}{after}"


def main(tests: list[str]) -> int:
    """Run the tests (all of conformance when none is named) and write what they report."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", "-q", *(tests or [str(Path(__file__).parent)])]
        environment = {**os.environ, REPORTS_VARIABLE: folder}
        code = subprocess.run(command, cwd=PROJECT, env=environment, check=False).returncode
        reports = [_read(file) for file in sorted(Path(folder).iterdir())]
    text = DOCUMENT.read_text("utf-8")
    # A test that fails reports nothing: its section stays as it was.
    complete = not tests and code == 0
    DOCUMENT.write_text(with_sections(text, reports, complete=complete), "utf-8")
    return code


def leave(report: Report, folder: Path) -> None:
    """Write a report where `main` reads it."""
    name = re.sub(r"\W+", "-", report.area)
    (folder / f"{name}.json").write_text(json.dumps(asdict(report)), "utf-8")


def _read(file: Path) -> Report:
    found = json.loads(file.read_text("utf-8"))
    accepted = [Accepted(**one) for one in found["accepted"]]
    return Report(found["area"], found["cases"], found["equal"], accepted)


def _parts(text: str) -> tuple[str, str, str]:
    before, _, rest = text.partition(_BEGIN)
    inside, _, after = rest.partition(_END)
    return before, inside, after


def _sections(text: str) -> dict[str, str]:
    inside = _parts(text)[1]
    return {found["area"]: found[0].rstrip() + "\n" for found in _SECTION.finditer(inside)}


def _cell(glob: str) -> str:
    return f"`{glob.replace('|', '\\|')}`"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
