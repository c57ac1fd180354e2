"""The same request twice makes one record."""

import asyncio

from .client import A_TASK, TENANT_B, ErpClient


async def test_twenty_equal_requests_at_once_make_one_record(erp: ErpClient) -> None:
    answers = await asyncio.gather(
        *(erp.post("/tasks", A_TASK, Idempotency_Key="effect-1") for _ in range(20))
    )

    assert {answer.status for answer in answers} == {201}
    assert {answer.body["id"] for answer in answers} == {"T-1001"}
    replayed = [answer for answer in answers if "Idempotent-Replayed" in answer.headers]
    assert len(replayed) == 19
    assert (await erp.get("/tasks")).body["total"] == 1


async def test_a_replay_answers_the_record_as_it_is_now(erp: ErpClient) -> None:
    await erp.post("/tasks", A_TASK, Idempotency_Key="effect-1")
    await erp.patch("/tasks/T-1001", {"status": "hecha"})

    again = await erp.post("/tasks", A_TASK, Idempotency_Key="effect-1")

    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Location"] == "/tasks/T-1001"
    assert again.body["status"] == "hecha"


async def test_the_order_of_fields_does_not_make_another_request(erp: ErpClient) -> None:
    await erp.post("/tasks", A_TASK, Idempotency_Key="effect-1")

    again = await erp.post("/tasks", dict(sorted(A_TASK.items())), Idempotency_Key="effect-1")

    assert again.body["id"] == "T-1001"


async def test_the_same_key_with_another_body_is_refused(erp: ErpClient) -> None:
    await erp.post("/tasks", A_TASK, Idempotency_Key="effect-1")

    other = await erp.post("/tasks", {**A_TASK, "title": "Otra"}, Idempotency_Key="effect-1")

    assert other.status == 422
    assert other.body["type"] == "urn:problem:erp:idempotency-key-reused"


async def test_a_key_finds_the_record_it_made_and_nothing_else(erp: ErpClient) -> None:
    await erp.post("/tasks", A_TASK, Idempotency_Key="effect-1")
    await erp.post("/tasks", A_TASK, Idempotency_Key="effect-2")

    assert (await erp.get("/tasks?idempotencyKey=effect-2")).ids == ["T-1002"]
    assert (await erp.get("/tasks?idempotencyKey=never-sent")).items == []


async def test_two_tenants_may_use_the_same_key(erp: ErpClient) -> None:
    await erp.post("/tasks", A_TASK, Idempotency_Key="effect-1")

    other = await erp.acting_for(TENANT_B).post("/tasks", A_TASK, Idempotency_Key="effect-1")

    assert other.status == 201
    assert other.body["id"] == "T-1002"


async def test_a_user_whose_creation_is_repeated_is_no_duplicate_address(erp: ErpClient) -> None:
    carmen = {"fullName": "Carmen Ruiz", "email": "carmen@valdeoro.example", "role": "empleado"}
    await erp.post("/users", carmen, Idempotency_Key="effect-1")

    again = await erp.post("/users", carmen, Idempotency_Key="effect-1")

    assert again.status == 201
    assert again.body["id"] == "U-1001"


async def test_without_a_key_every_request_makes_a_record(erp: ErpClient) -> None:
    await erp.post("/tasks", A_TASK)
    await erp.post("/tasks", A_TASK)

    assert (await erp.get("/tasks")).body["total"] == 2


async def test_an_overlong_key_is_refused(erp: ErpClient) -> None:
    answer = await erp.post("/tasks", A_TASK, Idempotency_Key="k" * 256)

    assert answer.status == 400


# --- changes -------------------------------------------------------------------------------------


async def test_a_change_that_is_repeated_with_its_key_undoes_nothing(erp: ErpClient) -> None:
    await erp.post("/tasks", A_TASK)
    first = await erp.patch("/tasks/T-1001", {"priority": "baja"}, Idempotency_Key="effect-1")
    await erp.patch("/tasks/T-1001", {"priority": "urgente"})

    again = await erp.patch("/tasks/T-1001", {"priority": "baja"}, Idempotency_Key="effect-1")

    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (first.body["priority"], again.body["priority"]) == ("baja", "urgente")


async def test_twenty_equal_changes_at_once_are_one(erp: ErpClient) -> None:
    await erp.post("/tasks", A_TASK)
    change = {"assignee": "Marta Salgado"}
    answers = await asyncio.gather(
        *(erp.patch("/tasks/T-1001", change, Idempotency_Key="effect-1") for _ in range(20))
    )

    assert {answer.status for answer in answers} == {200}
    assert len([a for a in answers if "Idempotent-Replayed" in a.headers]) == 19


async def test_the_key_of_a_change_is_for_that_change_of_that_record(erp: ErpClient) -> None:
    for _ in range(2):
        await erp.post("/tasks", A_TASK)
    await erp.patch("/tasks/T-1001", {"priority": "baja"}, Idempotency_Key="effect-1")

    other_body = await erp.patch("/tasks/T-1001", {"priority": "alta"}, Idempotency_Key="effect-1")
    other_task = await erp.patch("/tasks/T-1002", {"priority": "baja"}, Idempotency_Key="effect-1")

    assert {other_body.status, other_task.status} == {422}
    assert (await erp.get("/tasks/T-1002")).body["priority"] == "media"
