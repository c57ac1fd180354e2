"""The store keeps its promises when several processes write the same file."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from demo.erp.kinds import TASKS, USERS
from demo.erp.store import Created, KeyReused, NewRecord, Query, Store, ValueTaken, fold

WRITERS = 6


def a_record(title: str = "Revisar", key: str | None = "effect-1") -> NewRecord:
    return NewRecord(tenant="t", record={"title": title}, request_hash=title, idempotency_key=key)


def in_parallel(file: Path, key: str | None) -> list[Created]:
    """Each writer has a connection of its own, as a process would."""

    def write(_: int) -> Created:
        store = Store(file)
        try:
            return store.create(TASKS, a_record(key=key))
        finally:
            store.close()

    Store(file).close()
    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(write, range(WRITERS)))


def test_writers_with_one_key_make_one_record(tmp_path: Path) -> None:
    made = in_parallel(tmp_path / "erp.sqlite", key="effect-1")

    assert {created.record["id"] for created in made} == {"T-1001"}
    assert [created.replayed for created in made].count(False) == 1


def test_writers_without_keys_get_numbers_of_their_own(tmp_path: Path) -> None:
    made = in_parallel(tmp_path / "erp.sqlite", key=None)

    assert {created.record["id"] for created in made} == {
        f"T-{1001 + count}" for count in range(WRITERS)
    }


def test_a_refused_write_leaves_nothing_behind(tmp_path: Path) -> None:
    store = Store(tmp_path / "erp.sqlite")
    store.create(TASKS, a_record())

    with pytest.raises(KeyReused):
        store.create(TASKS, a_record(title="Otra"))
    store.create(TASKS, a_record(title="Otra", key="effect-2"))

    assert store.find(TASKS, Query(tenant="t", limit=10)).total == 2
    store.close()


def test_the_same_address_may_occur_in_two_tenants_but_not_in_one(tmp_path: Path) -> None:
    store = Store(tmp_path / "erp.sqlite")
    carmen = {"fullName": "Carmen", "email": "carmen@valdeoro.example"}
    for tenant in ("t1", "t2"):
        store.create(USERS, NewRecord(tenant, carmen, "hash"))

    with pytest.raises(ValueTaken):
        store.create(USERS, NewRecord("t1", carmen, "hash"))
    store.close()


def test_searching_ignores_case_and_accents() -> None:
    assert fold("Renovación del ALMACÉN") == "renovacion del almacen"
