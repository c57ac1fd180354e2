"""What the app has told of its runs, read from the files of the local cloud."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.cloud import Services
from tests.e2e.waiting import until

RUN = "eira.run.id"


@dataclass(frozen=True, slots=True)
class Trace:
    """The spans of one trace, the earliest first."""

    spans: Sequence[Mapping[str, Any]]

    @property
    def names(self) -> list[str]:
        return [span["name"] for span in self.spans]

    def about(self, name: str) -> Mapping[str, Any]:
        """The attributes of the only span of this name."""
        (found,) = [span for span in self.spans if span["name"] == name]
        attributes: Mapping[str, Any] = found["attributes"]
        return attributes

    def parents(self, name: str) -> set[str | None]:
        """The names of the spans that those of this name are below."""
        by_id = {span["spanId"]: span["name"] for span in self.spans}
        return {by_id.get(span["parentId"]) for span in self.spans if span["name"] == name}

    def callers(self) -> set[str | None]:
        """The ids of parents that are nobody's here."""
        known = {span["spanId"] for span in self.spans}
        return {span["parentId"] for span in self.spans if span["parentId"] not in known}


def folder(services: Services) -> Path:
    return Path(services.environment["Telemetry__Folder"])


def told(services: Services) -> list[dict[str, Any]]:
    """Every span that is written; the last line may not be whole yet."""
    file = folder(services) / "spans.jsonl"
    lines = file.read_text("utf-8").splitlines(keepends=True) if file.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]


async def traces_of(services: Services, run_id: str) -> list[Trace]:
    """The traces that hold spans of the steps of this run, once its request, the run and its last
    step are told."""

    async def whole() -> list[Trace] | None:
        spans = told(services)
        its = [span for span in spans if span["attributes"].get(RUN) == run_id]
        names = {span["name"] for span in its}
        answered = any(name.startswith("POST /api/") for name in names)
        if not answered or not names >= {"invoke_agent eira", "finish"}:
            return None
        ids = {span["traceId"] for span in its}
        return [
            Trace(sorted(
                (span for span in spans if span["traceId"] == each),
                key=lambda span: span["start"],
            ))
            for each in ids
        ]  # fmt: skip

    found = await until(whole)
    assert found is not None
    return found
