"""Schemathesis calls every operation of the running app, with what its document allows and with
what it does not: no answer is a defect or undocumented. The same requests in every run."""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.cloud import Host
from tests.e2e.people import Person
from tests.e2e.surroundings import Durable
from tests.e2e.waiting import until

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "negative_data_rejection",
    "ignored_auth",
)
EVERY_FIELD = ["--phases", "examples,coverage,fuzzing", "--max-examples", "3"]
"""Each field with each kind of value, valid or not."""
AT_RANDOM = ["--phases", "examples,fuzzing", "--max-examples", "12"]
AT_RANDOM += ["--header", "Prefer: respond-async"]
"""For what has too many fields. Every valid call is a run, which nobody waits for: one that may
take a millisecond fails on some machines only."""
AGENT_CALLS = ("/chat", "/v1/chat/completions", "/agui")


def only(which: str) -> list[str]:
    """`include` or `exclude` the routes that call agents."""
    return [word for path in AGENT_CALLS for word in (f"--{which}-path", path)]


def called(host: Host, who: Person, data: Path, *options: str) -> dict[str, Any]:
    """The report of what was called and what came of it."""
    report = data / "report.json"
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{host.url}/api/openapi.json"]
    command += ["--url", f"{host.url}/api", "--header", f"Authorization: Bearer {who.token}"]
    command += ["--generation-deterministic", "--continue-on-failure", "--no-shrink"]
    command += ["--suppress-health-check", "all", "--checks", ",".join(CHECKS), "--no-color"]
    # Of a header that is no UTF-8 the host leaves the value out: nobody is told what was wrong.
    command += ["--request-timeout", "120", "--generation-codec", "ascii"]
    command += ["--report", "json", "--report-json-path", str(report), *options]
    done = subprocess.run(
        command, cwd=data, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    found: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return found


@pytest.mark.parametrize(
    "options",
    [
        [*EVERY_FIELD, *only("exclude")],
        [*AT_RANDOM, *only("include")],
    ],
    ids=["every-field", "agent-calls"],
)
async def test_no_answer_is_a_defect_or_undocumented(
    host: Host, ana: Person, durable: Durable, tmp_path: Path, options: list[str]
) -> None:
    begun = datetime.now(UTC)
    report = await asyncio.to_thread(called, host, ana, tmp_path, *options)

    async def is_quiet() -> bool:
        return await durable.under_way(begun) == []

    # What nobody waits for would meet the failures that later tests ask of the services.
    await until(is_quiet)
    assert report["complete"]
    assert report["failures"] == []
    assert report["errors"] == []
    assert report["operations"]["tested"] == report["operations"]["selected"] > 0
    assert report["test_cases"]["generated"] > 20
