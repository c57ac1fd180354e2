"""Finding records: filters, words, pages."""

import pytest

from .client import A_TASK, ErpClient


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        ("/tasks?status=en_curso", ["T-1002"]),
        ("/tasks?priority=alta", ["T-1005", "T-1001"]),
        ("/tasks?assignee=luis", ["T-1004", "T-1001"]),
        ("/tasks?assignee=luis&priority=alta", ["T-1001"]),
        ("/tasks?project=P-1003", ["T-1003"]),
        ("/tasks?project=acme%20log%C3%ADstica", ["T-1004"]),
        ("/tasks?project=ACME", ["T-1004", "T-1002"]),
        ("/tasks?q=almacen", ["T-1001"]),
        ("/tasks?q=facturas%20ACME", ["T-1002"]),
        ("/tasks?q=facturas%20inexistentes", []),
        ("/projects?customer=acme", ["P-1002", "P-1001"]),
        ("/projects?status=cerrado", ["P-1006"]),
        ("/users?role=gestor&department=obras", ["U-1004"]),
        ("/users?q=beltran", ["U-1004"]),
    ],
)
async def test_filters_find_exactly_what_matches_newest_first(
    seeded: ErpClient, path: str, ids: list[str]
) -> None:
    answer = await seeded.get(path)

    assert answer.status == 200
    assert answer.ids == ids
    assert answer.body["total"] == len(ids)


async def test_pages_together_hold_every_record_once(seeded: ErpClient) -> None:
    seen: list[object] = []
    following: object = ""
    while following is not None:
        after = f"&after={following}" if following else ""
        page = await seeded.get(f"/tasks?limit=3{after}")
        assert page.body["total"] == 8
        seen += page.ids
        following = page.body["next"]

    assert seen == [f"T-{number}" for number in range(1008, 1000, -1)]


async def test_a_record_made_meanwhile_does_not_shift_the_pages(seeded: ErpClient) -> None:
    first = await seeded.get("/tasks?limit=4")
    await seeded.post("/tasks", A_TASK)

    second = await seeded.get(f"/tasks?limit=4&after={first.body['next']}")

    assert second.ids == ["T-1004", "T-1003", "T-1002", "T-1001"]
    assert second.body["next"] is None


async def test_a_page_behind_the_last_is_empty_and_still_knows_the_total(
    seeded: ErpClient,
) -> None:
    page = await seeded.get("/tasks?after=0")

    assert page.items == []
    assert page.body["total"] == 8


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "/limit"),
        ("limit=101", "/limit"),
        ("limit=many", "/limit"),
        ("after=here", "/after"),
        ("status=lista", "/status"),
    ],
)
async def test_a_bad_parameter_is_named(erp: ErpClient, query: str, pointer: str) -> None:
    answer = await erp.get(f"/tasks?{query}")

    assert answer.status == 422
    assert answer.pointers == [pointer]


async def test_a_changed_title_is_found_by_its_new_words_only(erp: ErpClient) -> None:
    await erp.post("/tasks", A_TASK)
    await erp.patch("/tasks/T-1001", {"title": "Archivar el expediente"})

    assert (await erp.get("/tasks?q=expediente")).ids == ["T-1001"]
    assert (await erp.get("/tasks?q=contrato")).ids == []
