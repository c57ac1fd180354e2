"""What the ERP accepts in a record, and how it says no."""

import pytest

from .client import A_TASK, ErpClient

A_PROJECT = {"name": "Alumbrado", "customer": "Obras", "startDate": "2026-12-01"}
A_USER = {"fullName": "Carmen Ruiz", "email": "carmen@valdeoro.example", "role": "empleado"}


async def test_a_task_without_priority_is_of_medium_priority_and_pending(erp: ErpClient) -> None:
    created = await erp.post("/tasks", A_TASK)

    assert created.body["priority"] == "media"
    assert created.body["status"] == "pendiente"


@pytest.mark.parametrize(
    ("path", "body", "pointers"),
    [
        ("/tasks", {}, ["/dueDate", "/title"]),
        ("/tasks", {**A_TASK, "title": ""}, ["/title", "/title"]),
        ("/tasks", {**A_TASK, "title": "   "}, ["/title"]),
        ("/tasks", {**A_TASK, "title": 7}, ["/title"]),
        ("/tasks", {**A_TASK, "title": "x" * 201}, ["/title"]),
        ("/tasks", {**A_TASK, "dueDate": "27/11/2026"}, ["/dueDate"]),
        ("/tasks", {**A_TASK, "dueDate": "2026-02-30"}, ["/dueDate"]),
        ("/tasks", {**A_TASK, "priority": "altísima"}, ["/priority"]),
        ("/tasks", {**A_TASK, "colour": "red"}, ["/colour"]),
        ("/tasks", {**A_TASK, "status": "hecha"}, ["/status"]),
        ("/tasks", {**A_TASK, "projectId": "P-9999"}, ["/projectId"]),
        ("/tasks", {**A_TASK, "projectId": "ACME"}, ["/projectId"]),
        ("/projects", {"name": "Alumbrado"}, ["/customer", "/startDate"]),
        ("/projects", {**A_PROJECT, "endDate": "2026-11-30"}, ["/endDate"]),
        ("/users", {**A_USER, "email": "carmen"}, ["/email", "/email"]),
        ("/users", {**A_USER, "role": "jefa"}, ["/role"]),
    ],
)
async def test_every_wrong_field_is_named(
    erp: ErpClient, path: str, body: object, pointers: list[str]
) -> None:
    answer = await erp.post(path, body)

    assert answer.status == 422
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.pointers == pointers


async def test_a_refused_record_is_not_stored(erp: ErpClient) -> None:
    await erp.post("/tasks", {"title": "Sin fecha"}, Idempotency_Key="effect-1")

    assert (await erp.get("/tasks")).body["total"] == 0
    corrected = await erp.post("/tasks", A_TASK, Idempotency_Key="effect-1")
    assert corrected.status == 201


async def test_problems_are_told_in_spanish_unless_english_is_asked_for(erp: ErpClient) -> None:
    spanish = await erp.post("/tasks", {"title": "Sin fecha"})
    english = await erp.post("/tasks", {"title": "No date"}, Accept_Language="en-GB,en")

    assert spanish.body["detail"] == "Falta «dueDate»."
    assert english.body["detail"] == "“dueDate” is missing."


async def test_a_closed_project_takes_no_tasks(seeded: ErpClient) -> None:
    answer = await seeded.post("/tasks", {**A_TASK, "projectId": "P-1006"})

    assert answer.status == 422
    assert "cerrado" in str(answer.body["detail"])


async def test_an_address_occurs_once_whatever_its_case(erp: ErpClient) -> None:
    await erp.post("/users", A_USER)

    second = await erp.post("/users", {**A_USER, "email": "Carmen@Valdeoro.example"})

    assert second.status == 409
    assert second.pointers == ["/email"]


async def test_a_change_may_not_take_anothers_address(erp: ErpClient) -> None:
    await erp.post("/users", A_USER)
    await erp.post("/users", {**A_USER, "email": "pablo@valdeoro.example"})

    answer = await erp.patch("/users/U-1002", {"email": A_USER["email"]})

    assert answer.status == 409


async def test_a_change_keeps_the_rest_and_says_when(erp: ErpClient) -> None:
    created = await erp.post("/tasks", {**A_TASK, "assignee": "Luis Prieto"})

    changed = await erp.patch("/tasks/T-1001", {"status": "en_curso", "assignee": None})

    assert changed.status == 200
    assert changed.body["status"] == "en_curso"
    assert changed.body["title"] == created.body["title"]
    assert "assignee" not in changed.body
    assert "updatedAt" in changed.body
    assert (await erp.get("/tasks/T-1001")).body == changed.body


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"status": "lista"}, ["/status"]),
        ({"title": None}, ["/title"]),
        ({"id": "T-7"}, ["/id"]),
        ({"tenantId": "other"}, ["/tenantId"]),
        ({"projectId": "P-9999"}, ["/projectId"]),
    ],
)
async def test_a_bad_change_is_refused_and_changes_nothing(
    erp: ErpClient, change: object, pointers: list[str]
) -> None:
    created = await erp.post("/tasks", A_TASK)

    answer = await erp.patch("/tasks/T-1001", change)

    assert answer.status == 422
    assert answer.pointers == pointers
    assert (await erp.get("/tasks/T-1001")).body == created.body


@pytest.mark.parametrize("body", ["{", "[]", '"text"', ""])
async def test_a_body_that_is_no_object_answers_400(erp: ErpClient, body: str) -> None:
    headers = {"Authorization": f"Bearer {erp.person_token('t', 'u')}"}

    answer = await erp.call("POST", "/tasks", headers=headers, data=body)

    assert answer.status == 400


async def test_a_body_that_is_too_large_answers_413(erp: ErpClient) -> None:
    answer = await erp.post("/tasks", {**A_TASK, "description": "x" * 70_000})

    assert answer.status == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("DELETE", "/tasks", 405), ("GET", "/tasks/T-1", 404)],
)
async def test_what_does_not_exist_is_a_problem_document_too(
    erp: ErpClient, method: str, path: str, status: int
) -> None:
    headers = {"Authorization": f"Bearer {erp.person_token('t', 'u')}"}

    answer = await erp.call(method, path, headers=headers)

    assert answer.status == answer.body["status"] == status
