"""What a run of the bench found: gathered, shown as a table, written as JSON."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from bench.figures import Figure, Report
from bench.machine import describe_machine
from bench.table import table


@dataclass(slots=True)
class Findings:
    """Figures in the order of their measuring; details by the measurement's name."""

    figures: list[Figure] = field(default_factory=list)
    details: dict[str, object] = field(default_factory=lambda: {"machine": describe_machine()})

    def add(self, name: str, report: Report) -> None:
        self.figures += report.figures
        self.details[name] = report.details

    def document(self) -> str:
        """All of it as JSON, with how busy the machine is now."""
        document = {
            **self.details,
            "loadAverageAtEnd": describe_machine()["loadAverage"],
            "figures": [one.to_json() for one in self.figures],
        }
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def show(findings: Findings, file: Path | None) -> None:
    """The table on the terminal, the document in `file`."""
    print(table(findings.figures))
    if file is not None:
        file.write_text(findings.document(), "utf-8")
