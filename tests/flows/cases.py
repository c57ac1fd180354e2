"""The conformance suite of the flow language, as this runner reads it (README.md says the form)."""

import json
from pathlib import Path
from typing import Any

type Case = dict[str, Any]

HERE = Path(__file__).parent


def cases(kind: str) -> list[Case]:
    """All of a kind, by file and in their order; each is called by its file and its name."""
    return [
        {**case, "id": f"{path.stem}: {case['name']}"}
        for path in sorted(HERE.glob("*.json"))
        for case in json.loads(path.read_text("utf-8"))["cases"]
        if case["kind"] == kind
    ]


def called(case: Case) -> str:
    return str(case["id"])
