"""Databases and containers: declared, made, changed, deleted, and still there after a restart."""

from typing import Any

import pytest
from azure.cosmos import PartitionKey, exceptions
from azure.cosmos.aio import ContainerProxy

from emulator.services.configuration import ConfigurationError

from .conftest import Account, query


async def test_the_declared_containers_are_there(account: Account) -> None:
    database = account.client().get_database_client("shop")
    names = [container["id"] async for container in database.list_containers()]
    assert names == ["orders", "visits", "notes", "beats", "blobs"]
    visits = await database.get_container_client("visits").read()
    assert visits["partitionKey"] == {
        "paths": ["/tenant", "/user"],
        "kind": "MultiHash",
        "version": 2,
    }
    assert (await database.get_container_client("beats").read())["defaultTtl"] == 60


async def test_databases_and_containers_can_be_made_and_deleted(account: Account) -> None:
    client = account.client()
    database = await client.create_database("other")
    with pytest.raises(exceptions.CosmosResourceExistsError):
        await client.create_database("other")
    container = await database.create_container_if_not_exists("c", PartitionKey("/a/b"))
    again = await database.create_container_if_not_exists("c", PartitionKey("/a/b"))
    await container.create_item({"id": "1", "a": {"b": "x"}})
    assert (await again.read_item("1", "x"))["id"] == "1"
    await database.delete_container("c")
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        await container.read_item("1", "x")
    await client.delete_database("other")
    assert [one["id"] async for one in client.list_databases()] == ["shop"]


async def test_a_container_made_again_is_empty(account: Account) -> None:
    database = account.client().get_database_client("shop")
    await account.container("orders").create_item({"id": "1", "tenant": "a"})
    await database.delete_container("orders")
    await database.create_container("orders", PartitionKey("/tenant"))
    assert await query(account.container("orders"), "SELECT * FROM c") == []


async def test_the_partition_key_of_a_container_cannot_be_changed(account: Account) -> None:
    database = account.client().get_database_client("shop")
    with pytest.raises(exceptions.CosmosHttpResponseError) as refused:
        await database.replace_container("orders", PartitionKey("/other"))
    assert refused.value.status_code == 400


async def test_a_missing_container_answers_404_with_its_substatus(account: Account) -> None:
    with pytest.raises(exceptions.CosmosResourceNotFoundError) as missing:
        await account.container("nowhere").read()
    assert missing.value.sub_status == 1003


async def test_everything_survives_a_restart(account: Account) -> None:
    orders = account.container("orders")
    created = await orders.create_item({"id": "1", "tenant": "a"})
    await account.client().create_database("other")
    await account.restart()
    orders = account.container("orders")
    assert await orders.read_item("1", "a") == created
    later = await orders.upsert_item({"id": "1", "tenant": "a"})
    assert later["_etag"] != created["_etag"]
    names = [one["id"] async for one in account.client().list_databases()]
    assert sorted(names) == ["other", "shop"]


async def test_a_changed_configuration_holds_from_the_next_start(account: Account) -> None:
    await account.container("orders").create_item({"id": "1", "tenant": "a"})
    orders = {"name": "orders", "partitionKey": ["/tenant"], "defaultTtl": 30, "indexing": "none"}
    account.config = {"database": "shop", "containers": [orders]}
    await account.restart()
    properties = await account.container("orders").read()
    assert properties["defaultTtl"] == 30
    assert properties["indexingPolicy"]["includedPaths"] == []
    account.clock.now += 31
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        await account.container("orders").read_item("1", "a")


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"database": 1}, "database"),
        ({"database": "d", "containers": {}}, "containers"),
        ({"database": "d", "containers": ["c"]}, "container"),
        ({"database": "d", "containers": [{"name": "c"}]}, "partitionKey"),
        ({"database": "d", "containers": [{"name": "c", "partitionKey": ["a"]}]}, "must look like"),
        (
            {"database": "d", "containers": [{"name": "c", "partitionKey": ["/a"], "indexing": 1}]},
            "indexing",
        ),
    ],
)
async def test_a_wrong_configuration_is_named_at_the_start(
    account: Account, config: dict[str, Any], says: str
) -> None:
    await account.stop()
    account.config = config
    with pytest.raises(ConfigurationError, match=says):
        await account.start()


async def test_many_items_are_read_at_once(orders: ContainerProxy) -> None:
    for number in range(5):
        await orders.create_item({"id": str(number), "tenant": "ab"[number % 2]})
    wanted: Any = [("0", "a"), ("3", "b"), ("9", "b")]
    assert [item["id"] for item in await orders.read_items(wanted)] == ["0", "3"]
