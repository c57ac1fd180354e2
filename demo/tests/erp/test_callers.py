"""Who may call, and whose records they see."""

import pytest

from .client import A_TASK, TENANT_A, TENANT_B, ErpClient


async def test_a_call_without_a_token_answers_401(erp: ErpClient) -> None:
    answer = await erp.call("GET", "/tasks", headers={"x-tenant-id": TENANT_A})

    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("token", ["not.a.token", ""])
async def test_a_token_that_is_none_answers_401(erp: ErpClient, token: str) -> None:
    answer = await erp.call("GET", "/tasks", headers={"Authorization": f"Bearer {token}"})

    assert answer.status == 401


async def test_a_token_for_another_service_answers_401(erp: ErpClient) -> None:
    bearer = f"Bearer {erp.app_token('https://cosmos.azure.com')}"

    assert (await erp.call("GET", "/tasks", headers={"Authorization": bearer})).status == 401


async def test_the_app_must_say_for_whom_it_acts(erp: ErpClient) -> None:
    bearer = {"Authorization": f"Bearer {erp.app_token()}"}

    without_tenant = await erp.call("GET", "/tasks", headers=bearer)
    without_user = await erp.call("GET", "/tasks", headers={**bearer, "x-tenant-id": TENANT_A})

    assert (without_tenant.status, without_user.status) == (400, 400)
    assert "x-tenant-id" in str(without_tenant.body["detail"])
    assert "x-user-id" in str(without_user.body["detail"])


async def test_a_record_says_who_made_it_and_where_it_lies(erp: ErpClient) -> None:
    created = await erp.acting_for(TENANT_B, "olga").post("/tasks", A_TASK)

    assert created.status == 201
    assert created.body["createdBy"] == "olga"
    assert created.body["tenantId"] == TENANT_B
    assert created.headers["Location"] == f"/tasks/{created.body['id']}"


async def test_tenants_never_see_each_others_records(erp: ErpClient) -> None:
    await erp.post("/tasks", A_TASK)
    stranger = erp.acting_for(TENANT_B)

    assert (await stranger.get("/tasks/T-1001")).status == 404
    assert (await stranger.patch("/tasks/T-1001", {"status": "hecha"})).status == 404
    assert (await stranger.get("/tasks")).body["total"] == 0


async def test_a_task_cannot_join_another_tenants_project(seeded: ErpClient) -> None:
    answer = await seeded.post("/tasks", {**A_TASK, "projectId": "P-1007"})

    assert answer.status == 422
    assert answer.pointers == ["/projectId"]


async def test_a_persons_token_counts_and_the_headers_do_not(erp: ErpClient) -> None:
    await erp.post("/tasks", A_TASK)
    bearer = f"Bearer {erp.person_token(TENANT_B, 'olga')}"
    headers = {"Authorization": bearer, "x-tenant-id": TENANT_A, "x-user-id": "ana"}

    created = await erp.call("POST", "/tasks", headers=headers, json=A_TASK)
    seen = await erp.call("GET", "/tasks", headers=headers)

    assert created.body["createdBy"] == "olga"
    assert seen.ids == [created.body["id"]]
