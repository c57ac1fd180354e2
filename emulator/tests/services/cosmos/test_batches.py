"""Transactional batches, through the real SDK."""

from typing import Any

import pytest
from azure.cosmos import exceptions
from azure.cosmos.aio import ContainerProxy

from .conftest import charge_of, query


def item(item_id: str, **fields: object) -> dict[str, Any]:
    return {"id": item_id, "tenant": "a", **fields}


async def test_a_batch_runs_all_its_operations(orders: ContainerProxy) -> None:
    results = await orders.execute_item_batch(
        [
            ("create", (item("1"),)),
            ("upsert", (item("2"),)),
            ("read", ("1",)),
            ("replace", ("1", item("1", n=1))),
            ("patch", ("1", [{"op": "incr", "path": "/n", "value": 1}])),
            ("delete", ("2",)),
        ],
        partition_key="a",
    )
    assert [result["statusCode"] for result in results] == [201, 201, 200, 200, 200, 204]
    assert results[4]["resourceBody"]["n"] == 2
    total = sum(float(result["requestCharge"]) for result in results)
    assert charge_of(orders) == pytest.approx(total, abs=0.05)
    assert [one["id"] for one in await query(orders, "SELECT * FROM c")] == ["1"]


async def test_a_failed_batch_stores_nothing_and_says_what_failed(orders: ContainerProxy) -> None:
    await orders.create_item(item("there"))
    with pytest.raises(exceptions.CosmosBatchOperationError) as failed:
        await orders.execute_item_batch(
            [("create", (item("1"),)), ("create", (item("there"),)), ("delete", ("there",))],
            partition_key="a",
        )
    assert failed.value.error_index == 1
    assert failed.value.status_code == 409
    codes = [response["statusCode"] for response in failed.value.operation_responses]
    assert codes == [424, 409, 424]
    assert [one["id"] for one in await query(orders, "SELECT * FROM c")] == ["there"]


async def test_a_stale_etag_fails_the_batch(orders: ContainerProxy) -> None:
    await orders.create_item(item("1"))
    operation = ("replace", ("1", item("1", n=1)), {"if_match_etag": "stale"})
    with pytest.raises(exceptions.CosmosBatchOperationError) as failed:
        await orders.execute_item_batch([operation], partition_key="a")
    assert failed.value.status_code == 412


async def test_a_batch_stays_in_its_partition(orders: ContainerProxy) -> None:
    with pytest.raises(exceptions.CosmosBatchOperationError) as failed:
        await orders.execute_item_batch(
            [("create", ({"id": "1", "tenant": "b"},))], partition_key="a"
        )
    assert failed.value.status_code == 400


async def test_a_batch_takes_at_most_100_operations(orders: ContainerProxy) -> None:
    operations = [("create", (item(str(number)),)) for number in range(101)]
    with pytest.raises(exceptions.CosmosHttpResponseError) as refused:
        await orders.execute_item_batch(operations, partition_key="a")
    assert refused.value.status_code == 400
    await orders.execute_item_batch(operations[:100], partition_key="a")
    assert await query(orders, "SELECT VALUE COUNT(1) FROM c") == [100]
