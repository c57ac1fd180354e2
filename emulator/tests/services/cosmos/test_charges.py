"""Request units: on every answer, near what the service charges, and added up for benches."""

from typing import Any

import pytest
from azure.cosmos import exceptions
from azure.cosmos.aio import ContainerProxy

from emulator.services.cosmos import charges
from emulator.services.cosmos.indexing import IndexingPolicy, policy_document
from emulator.services.cosmos.jsonvalues import Json, JsonObject

from .conftest import Account, charge_of, query

SMALL: dict[str, Any] = {"id": "1", "tenant": "a"}


def test_sizes_cost_what_microsoft_publishes() -> None:
    assert charges.read(1024) == 1
    assert charges.read(100 * 1024) == pytest.approx(10)
    assert charges.create(100 * 1024, 0) - charges.create(1024, 0) == pytest.approx(45)
    assert charges.query(60_951, 399_998_938) == pytest.approx(4059.95, rel=0.02)


async def test_the_smallest_item_costs_what_is_commonly_reported(orders: ContainerProxy) -> None:
    await orders.create_item(SMALL)
    assert charge_of(orders) == 6.29
    await orders.read_item("1", "a")
    assert charge_of(orders) == 1
    await orders.upsert_item(SMALL)
    assert charge_of(orders) == 10.29
    await orders.replace_item("1", SMALL)
    assert charge_of(orders) == 10.29
    await orders.patch_item("1", "a", [{"op": "set", "path": "/id", "value": "1"}])
    assert charge_of(orders) == 10.29
    await orders.delete_item("1", "a")
    assert charge_of(orders) == 6.29
    await orders.upsert_item(SMALL)
    assert charge_of(orders) == 6.29


async def test_without_an_index_a_write_costs_the_same_however_many_properties(
    account: Account,
) -> None:
    blobs = account.container("blobs")
    await blobs.create_item(SMALL)
    assert charge_of(blobs) == 5.33
    await blobs.create_item({**SMALL, "id": "2", "many": list(range(50))})
    assert charge_of(blobs) == 5.33


async def test_each_indexed_value_and_each_kilobyte_adds_to_a_write(
    orders: ContainerProxy,
) -> None:
    await orders.create_item({**SMALL, "more": {"a": 1, "b": [1, 2]}})
    assert charge_of(orders) == pytest.approx(6.29 + 3 * charges.INDEXED_LEAF)
    await orders.create_item({**SMALL, "id": "2", "text": "x" * 10_240})
    assert 10 < charge_of(orders) < 12


async def test_refusals_are_charged_too(orders: ContainerProxy) -> None:
    with pytest.raises(exceptions.CosmosResourceNotFoundError) as missing:
        await orders.read_item("1", "a")
    assert missing.value.headers["x-ms-request-charge"] == "1.00"
    await orders.create_item(SMALL)
    with pytest.raises(exceptions.CosmosResourceExistsError) as there:
        await orders.create_item(SMALL)
    assert 1 <= float(there.value.headers["x-ms-request-charge"]) < 2


async def test_a_query_costs_2_3_and_a_little_for_each_item(orders: ContainerProxy) -> None:
    await query(orders, "SELECT * FROM c", partition_key="a")
    assert charge_of(orders) == 2.3
    for number in range(10):
        await orders.create_item({"id": str(number), "tenant": "a"})
    await query(orders, "SELECT * FROM c", partition_key="a")
    assert 2.6 < charge_of(orders) < 3


async def test_a_filter_without_an_index_loads_all_documents(account: Account) -> None:
    costs = {}
    for name in ("orders", "blobs"):
        container = account.container(name)
        for number in range(20):
            await container.create_item({"id": str(number), "tenant": "a", "n": number})
        await query(container, "SELECT * FROM c WHERE c.n = 1", partition_key="a")
        costs[name] = charge_of(container)
    assert costs["orders"] < 2.4 < 3 < costs["blobs"]


async def test_the_ledger_adds_up_by_container_and_operation(account: Account) -> None:
    orders, blobs = account.container("orders"), account.container("blobs")
    async with account.http() as http:
        await (await http.delete("/_emulator/charges")).read()
        await orders.create_item(SMALL)
        await orders.read_item("1", "a")
        await orders.read_item("1", "a")
        await blobs.create_item(SMALL)
        report = await (await http.get("/_emulator/charges")).json()
        assert report["byContainer"]["orders"] == {
            "create": {"charge": 6.29, "requests": 1},
            "read": {"charge": 2.0, "requests": 2},
        }
        assert report["byOperation"]["create"] == pytest.approx(6.29 + 5.33)
        await (await http.delete("/_emulator/charges")).read()
        assert (await (await http.get("/_emulator/charges")).json())["total"] == 0


@pytest.mark.parametrize(
    ("policy", "leaves"),
    [
        ("all", 6),
        ("none", 0),
        ({"indexingMode": "none"}, 0),
        ({"includedPaths": [{"path": "/id/?"}, {"path": "/deep/*"}]}, 4),
        ({"includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/deep/*"}]}, 3),
        (
            {
                "includedPaths": [{"path": "/*"}, {"path": "/deep/b/[]/c/?"}],
                "excludedPaths": [{"path": "/deep/*"}],
            },
            5,
        ),
    ],
)
def test_the_policy_decides_how_many_values_are_indexed(policy: Json, leaves: int) -> None:
    document: JsonObject = {
        "id": "1",
        "_etag": "x",
        "deep": {"a": 1, "b": [{"c": 1}, {"c": 2}]},
        "tags": ["x", "y"],
    }
    found = IndexingPolicy.parse(policy_document(policy)).indexed_leaves(document)
    assert found == leaves
