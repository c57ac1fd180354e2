"""The pages that a link to a record leads to."""

from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from demo.erp.kinds import TASKS
from demo.erp.pages import pages
from demo.erp.store import NewRecord, Store

MARKUP = "<img src=x onerror=alert(1)>"


@pytest.fixture
def empty_store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "erp.sqlite")
    yield store
    store.close()


async def page(store: Store, path: str, **headers: str) -> tuple[aiohttp.ClientResponse, str]:
    async with TestClient(TestServer(pages(store))) as client:
        answer = await client.get(path, headers=headers)
        return answer, await answer.text()


def filled(store: Store, title: str) -> str:
    record = {"title": title, "dueDate": "2026-11-27", "tenantId": "t1"}
    created = store.create(TASKS, NewRecord("t1", record, "hash", None), None)
    return str(created.record["id"])


async def test_a_record_is_shown_as_text_whatever_is_in_it(empty_store: Store) -> None:
    record_id = filled(empty_store, MARKUP)
    answer, text = await page(empty_store, f"/records/t1/tasks/{record_id}")
    assert answer.status == 200
    assert f"<h1>Tarea {record_id}</h1>" in text
    assert "&lt;img src=x" in text
    assert "<img" not in text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_it_is_of_its_tenant_and_in_the_readers_language(empty_store: Store) -> None:
    record_id = filled(empty_store, "Revisar")
    path = f"/tasks/{record_id}"
    answer, text = await page(empty_store, f"/records/t2{path}", **{"Accept-Language": "en"})
    assert answer.status == 404
    assert "There is no record here" in text
    assert "Revisar" not in text
    _, text = await page(empty_store, f"/records/t1{path}", **{"Accept-Language": "en"})
    assert "<h1>Task " in text
