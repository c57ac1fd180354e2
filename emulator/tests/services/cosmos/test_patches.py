"""Partial updates, through the real SDK."""

from typing import Any

import pytest
from azure.cosmos import exceptions
from azure.cosmos.aio import ContainerProxy

ITEM: dict[str, Any] = {
    "id": "1",
    "tenant": "a",
    "n": 1,
    "tags": ["x", "y"],
    "address": {"city": "Lima", "a/b": 1},
}


async def patched(orders: ContainerProxy, *operations: dict[str, Any]) -> dict[str, Any]:
    await orders.upsert_item(ITEM)
    return dict(await orders.patch_item("1", "a", list(operations)))


async def refused(orders: ContainerProxy, *operations: dict[str, Any]) -> str:
    with pytest.raises(exceptions.CosmosHttpResponseError) as error:
        await patched(orders, *operations)
    assert error.value.status_code == 400
    assert (await orders.read_item("1", "a"))["n"] == ITEM["n"]
    return str(error.value)


async def test_the_operations_apply_in_order(orders: ContainerProxy) -> None:
    item = await patched(
        orders,
        {"op": "add", "path": "/tags/1", "value": "new"},
        {"op": "add", "path": "/tags/-", "value": "last"},
        {"op": "set", "path": "/tags/0", "value": "first"},
        {"op": "remove", "path": "/tags/2"},
        {"op": "replace", "path": "/address/city", "value": "Cusco"},
        {"op": "incr", "path": "/n", "value": 2.5},
        {"op": "incr", "path": "/fresh", "value": -1},
        {"op": "move", "from": "/address/city", "path": "/town"},
        {"op": "remove", "path": "/address/a~1b"},
    )
    assert item["tags"] == ["first", "new", "last"]
    assert (item["n"], item["fresh"], item["town"], item["address"]) == (3.5, -1, "Cusco", {})


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "/nowhere", "value": 1},
        {"op": "remove", "path": "/nowhere"},
        {"op": "add", "path": "/no/where", "value": 1},
        {"op": "add", "path": "/tags/9", "value": 1},
        {"op": "incr", "path": "/tags", "value": 1},
        {"op": "incr", "path": "/n", "value": "1"},
        {"op": "set", "path": "/_ts", "value": 1},
        {"op": "set", "path": "/id", "value": "2"},
        {"op": "move", "from": "/address", "path": "/address/inner"},
        {"op": "unknown", "path": "/n", "value": 1},
    ],
)
async def test_an_impossible_operation_answers_400_and_leaves_the_item(
    orders: ContainerProxy, operation: dict[str, Any]
) -> None:
    await refused(orders, {"op": "set", "path": "/n", "value": 99}, operation)


async def test_more_than_ten_operations_are_refused(orders: ContainerProxy) -> None:
    message = await refused(orders, *[{"op": "incr", "path": "/n", "value": 1}] * 11)
    assert "at most 10" in message


async def test_a_condition_that_holds_lets_the_patch_pass(orders: ContainerProxy) -> None:
    await orders.create_item(ITEM)
    operations = [{"op": "set", "path": "/n", "value": 2}]
    item = await orders.patch_item("1", "a", operations, filter_predicate="FROM c WHERE c.n = 1")
    assert item["n"] == 2


async def test_a_condition_that_does_not_hold_answers_412(orders: ContainerProxy) -> None:
    await orders.create_item(ITEM)
    operations = [{"op": "set", "path": "/n", "value": 2}]
    with pytest.raises(exceptions.CosmosAccessConditionFailedError):
        await orders.patch_item("1", "a", operations, filter_predicate="FROM c WHERE c.n > 1")
    assert (await orders.read_item("1", "a"))["n"] == 1


async def test_a_patch_of_a_missing_item_answers_404(orders: ContainerProxy) -> None:
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        await orders.patch_item("1", "a", [{"op": "set", "path": "/n", "value": 2}])
