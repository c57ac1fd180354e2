"""The doctor and the smoke test against the running app, as people call them."""

import asyncio
import json
import os
import subprocess
import sys

from cli.deployment.findings import Finding
from cli.deployment.smoke import Smoke
from tests.e2e.cloud import ROOT, Host, Services
from tests.e2e.stores import Stores
from tests.e2e.surroundings import Surroundings

PATIENT = ("--seconds", "300")
NOBODY = "http://127.0.0.1:9"


def doctor(services: Services, *words: str, **settings: str) -> tuple[int, dict[str, object]]:
    """Its exit code and its document."""
    command = [sys.executable, "-m", "cli.deployment.doctor", "--local", "--json", *PATIENT, *words]
    environment = {**os.environ, **services.environment, **settings}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


async def test_a_cloud_that_works_is_found_healthy_and_left_as_it_was(
    services: Services, host: Host, stores: Stores
) -> None:
    words = ("--app", host.url, "--grid", services.urls["eventgrid"])
    status, document = await asyncio.to_thread(doctor, services, *words)
    findings = document["findings"]
    assert isinstance(findings, list)
    assert [each for each in findings if each["level"] == "error"] == []
    assert (status, document["ok"]) == (0, True)
    assert {each["area"] for each in findings} == {
        "settings", "identity", "reachability", "clock", "app", "durable", "events", "cosmos",
        "search", "models", "keyvault", "erp", "moderation",
    }  # fmt: skip
    quotas = await stores.items("quotas", "select c.id from c where startswith(c.id, 'doctor')")
    assert quotas == []


async def test_an_app_that_is_down_and_settings_that_are_wrong_are_told_together(
    services: Services,
) -> None:
    status, document = await asyncio.to_thread(
        doctor, services, "--app", NOBODY, Cosmos__Endpoint="nowhere", Search__Top="99"
    )
    findings = document["findings"]
    assert isinstance(findings, list)
    assert (status, document["ok"]) == (1, False)
    assert sorted((each["area"], each["level"]) for each in findings) == [
        ("app", "error"), ("settings", "error"), ("settings", "error"),
    ]  # fmt: skip
    assert all(each["mend"] for each in findings)


async def test_the_smoke_test_passes_and_leaves_no_conversation(
    host: Host, around: Surroundings, stores: Stores
) -> None:
    token = await around.token("marta")
    told: list[Finding] = []
    found = await asyncio.to_thread(Smoke(host.url, lambda: token, told.append).run)
    assert [(each.area, each.level) for each in found] == [
        ("health", "ok"), ("sign-in", "ok"), ("conversation", "ok"), ("resume", "ok"),
        ("erased", "ok"),
    ]  # fmt: skip
    assert told == [*found]
    left = await stores.items("conversations", "select * from c where c.title = 'smoke test'")
    assert left == []
