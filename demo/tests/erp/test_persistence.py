"""What is stored stays, and the seed fills only what is empty."""

import json

import aiohttp

from demo.erp.kinds import KINDS
from demo.erp.seeding import read_seed
from demo.erp.validation import check_changed
from emulator.services.tokens import SigningKeys

from .client import A_TASK, TENANT_A, TENANT_B, ErpClient
from .conftest import DEMO, StartErp

SEEDED = {"seed": "erp/seed.json"}


async def test_records_and_keys_survive_a_restart(
    start_erp: StartErp, session: aiohttp.ClientSession, keys: SigningKeys
) -> None:
    before = await start_erp()
    created = await ErpClient(session, before.url, keys).post(
        "/tasks", A_TASK, Idempotency_Key="effect-1"
    )
    await before.stop()

    after = ErpClient(session, (await start_erp()).url, keys)

    assert (await after.get("/tasks/T-1001")).body == created.body
    again = await after.post("/tasks", A_TASK, Idempotency_Key="effect-1")
    assert again.body == created.body


async def test_the_seed_does_not_undo_what_was_changed(
    start_erp: StartErp, session: aiohttp.ClientSession, keys: SigningKeys
) -> None:
    before = await start_erp(SEEDED)
    await ErpClient(session, before.url, keys).patch("/tasks/T-1001", {"status": "hecha"})
    await before.stop()

    after = ErpClient(session, (await start_erp(SEEDED)).url, keys)

    assert (await after.get("/tasks/T-1001")).body["status"] == "hecha"
    assert (await after.get("/tasks")).body["total"] == 8


async def test_new_records_are_numbered_behind_the_seed(seeded: ErpClient) -> None:
    assert (await seeded.post("/tasks", A_TASK)).body["id"] == "T-1017"


async def test_a_failing_answer_does_not_undo_the_record(erp: ErpClient) -> None:
    await erp.call("POST", "/_emulator/faults", headers={}, json={"cut": "mid", "method": "POST"})

    lost = False
    try:
        await erp.post("/tasks", A_TASK, Idempotency_Key="effect-1")
    except (aiohttp.ClientError, json.JSONDecodeError):
        lost = True

    assert lost
    assert (await erp.get("/tasks?idempotencyKey=effect-1")).ids == ["T-1001"]


async def test_a_refused_call_makes_no_record(erp: ErpClient) -> None:
    await erp.call("POST", "/_emulator/faults", headers={}, json={"status": 503})

    assert (await erp.post("/tasks", A_TASK)).status == 503
    assert (await erp.get("/tasks")).body["total"] == 0


def test_the_seed_keeps_the_erps_own_rules() -> None:
    seed = read_seed(DEMO / "erp" / "seed.json")
    generated = {"id", "createdAt", "createdBy", "tenantId"}

    assert set(seed) == {TENANT_A, TENANT_B}
    for records in seed.values():
        projects = {record["id"] for record in records["projects"]}
        for kind in KINDS:
            for record in records[kind.path]:
                check_changed(kind, {k: v for k, v in record.items() if k not in generated})
        assert {t["projectId"] for t in records["tasks"] if "projectId" in t} <= projects
