"""Documents one by one, through the real SDK."""

import io

import pytest
from azure.core import MatchConditions
from azure.cosmos import exceptions
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.partition_key import NonePartitionKeyValue

from .conftest import Account


async def test_a_created_item_is_read_back_with_its_system_properties(
    orders: ContainerProxy,
) -> None:
    created = await orders.create_item({"id": "1", "tenant": "a", "text": "Año 'x' \U0001f600"})
    found = await orders.read_item("1", "a")
    assert found == created
    assert found["text"] == "Año 'x' \U0001f600"
    assert {"_rid", "_self", "_etag", "_attachments", "_ts"} < set(found)


async def test_a_second_create_answers_409_and_changes_nothing(orders: ContainerProxy) -> None:
    await orders.create_item({"id": "1", "tenant": "a", "n": 1})
    with pytest.raises(exceptions.CosmosResourceExistsError):
        await orders.create_item({"id": "1", "tenant": "a", "n": 2})
    assert (await orders.read_item("1", "a"))["n"] == 1


async def test_the_same_id_may_live_in_two_partitions(orders: ContainerProxy) -> None:
    await orders.create_item({"id": "1", "tenant": "a", "n": 1})
    await orders.create_item({"id": "1", "tenant": "b", "n": 2})
    assert (await orders.read_item("1", "b"))["n"] == 2


@pytest.mark.parametrize(("item", "tenant"), [("2", "a"), ("1", "b")])
async def test_a_missing_item_answers_404(orders: ContainerProxy, item: str, tenant: str) -> None:
    await orders.create_item({"id": "1", "tenant": "a"})
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        await orders.read_item(item, tenant)


async def test_an_upsert_creates_and_then_replaces(orders: ContainerProxy) -> None:
    first = await orders.upsert_item({"id": "1", "tenant": "a", "n": 1})
    second = await orders.upsert_item({"id": "1", "tenant": "a", "n": 2})
    assert first["_etag"] != second["_etag"]
    assert first["_rid"] == second["_rid"]
    assert (await orders.read_item("1", "a"))["n"] == 2


async def test_replacing_or_deleting_what_is_not_there_answers_404(orders: ContainerProxy) -> None:
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        await orders.replace_item("1", {"id": "1", "tenant": "a"})
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        await orders.delete_item("1", "a")


async def test_a_stale_etag_answers_412_for_every_kind_of_write(orders: ContainerProxy) -> None:
    old = await orders.create_item({"id": "1", "tenant": "a"})
    new = await orders.upsert_item({"id": "1", "tenant": "a", "n": 1})
    stale = {"etag": old["_etag"], "match_condition": MatchConditions.IfNotModified}
    with pytest.raises(exceptions.CosmosAccessConditionFailedError):
        await orders.replace_item("1", {"id": "1", "tenant": "a"}, **stale)
    with pytest.raises(exceptions.CosmosAccessConditionFailedError):
        await orders.upsert_item({"id": "1", "tenant": "a"}, **stale)
    with pytest.raises(exceptions.CosmosAccessConditionFailedError):
        await orders.patch_item("1", "a", [{"op": "set", "path": "/n", "value": 2}], **stale)
    with pytest.raises(exceptions.CosmosAccessConditionFailedError):
        await orders.delete_item("1", "a", **stale)
    assert await orders.read_item("1", "a") == new


async def test_a_current_etag_lets_the_write_pass(orders: ContainerProxy) -> None:
    created = await orders.create_item({"id": "1", "tenant": "a"})
    replaced = await orders.replace_item(
        "1",
        {"id": "1", "tenant": "a", "n": 1},
        etag=created["_etag"],
        match_condition=MatchConditions.IfNotModified,
    )
    assert replaced["n"] == 1


async def test_an_unchanged_item_answers_304(account: Account, orders: ContainerProxy) -> None:
    created = await orders.create_item({"id": "1", "tenant": "a"})
    headers = {"x-ms-documentdb-partitionkey": '["a"]', "if-none-match": created["_etag"]}
    path = "/dbs/shop/colls/orders/docs/1"
    async with account.http() as http, http.get(path, headers=headers) as answer:
        assert answer.status == 304
        assert await answer.read() == b""


async def test_a_deleted_item_can_be_created_again_as_another_one(orders: ContainerProxy) -> None:
    first = await orders.create_item({"id": "1", "tenant": "a"})
    await orders.delete_item("1", "a")
    second = await orders.create_item({"id": "1", "tenant": "a"})
    assert first["_rid"] != second["_rid"]


async def test_the_partition_of_an_item_cannot_be_changed(orders: ContainerProxy) -> None:
    created = await orders.create_item({"id": "1", "tenant": "a"})
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        await orders.replace_item("1", {**created, "tenant": "b"})
    with pytest.raises(exceptions.CosmosHttpResponseError) as refused:
        await orders.patch_item("1", "a", [{"op": "set", "path": "/tenant", "value": "b"}])
    assert refused.value.status_code == 400


async def test_a_document_that_contradicts_the_partition_header_is_refused(
    account: Account,
) -> None:
    headers = {"x-ms-documentdb-partitionkey": '["b"]'}
    document = {"id": "1", "tenant": "a"}
    async with (
        account.http() as http,
        http.post("/dbs/shop/colls/orders/docs", json=document, headers=headers) as answer,
    ):
        assert answer.status == 400
        assert answer.headers["x-ms-substatus"] == "1001"
        assert "PartitionKey extracted" in (await answer.json())["message"]


async def test_a_hierarchical_key_needs_all_its_levels_for_one_item(account: Account) -> None:
    visits = account.container("visits")
    await visits.create_item({"id": "1", "tenant": "a", "user": "x", "n": 1})
    await visits.create_item({"id": "1", "tenant": "a", "user": "y", "n": 2})
    assert (await visits.read_item("1", ["a", "y"]))["n"] == 2
    with pytest.raises(exceptions.CosmosHttpResponseError) as refused:
        await visits.read_item("1", ["a"])
    assert refused.value.status_code == 400


async def test_items_without_a_partition_value_live_together(orders: ContainerProxy) -> None:
    await orders.create_item({"id": "1"})
    await orders.create_item({"id": "2", "tenant": None})
    assert (await orders.read_item("1", NonePartitionKeyValue))["id"] == "1"
    assert (await orders.read_item("2", None))["id"] == "2"


@pytest.mark.parametrize("ttl", [0, -2, "10", True])
async def test_an_impossible_ttl_answers_400(orders: ContainerProxy, ttl: object) -> None:
    with pytest.raises(exceptions.CosmosHttpResponseError) as refused:
        await orders.create_item({"id": "1", "tenant": "a", "ttl": ttl})
    assert refused.value.status_code == 400


async def test_a_document_beyond_2_mb_answers_413(account: Account) -> None:
    body = io.BytesIO(b'{"id":"1","tenant":"a","text":"' + b"x" * 2_100_000 + b'"}')
    headers = {"x-ms-documentdb-partitionkey": '["a"]', "content-type": "application/json"}
    async with (
        account.http() as http,
        http.post("/dbs/shop/colls/orders/docs", data=body, headers=headers) as answer,
    ):
        assert answer.status == 413
        assert (await answer.json())["code"] == "RequestEntityTooLarge"


@pytest.mark.parametrize("body", ["", "[]", "{", '{"tenant":"a"}', '{"id":7,"tenant":"a"}'])
async def test_a_body_that_is_no_document_answers_400(account: Account, body: str) -> None:
    headers = {"x-ms-documentdb-partitionkey": '["a"]'}
    async with (
        account.http() as http,
        http.post("/dbs/shop/colls/orders/docs", data=body, headers=headers) as answer,
    ):
        assert answer.status == 400
        assert (await answer.json())["code"] == "BadRequest"


async def test_an_id_with_reserved_characters_reaches_its_item(orders: ContainerProxy) -> None:
    await orders.create_item({"id": "a b%20c+ñ:@", "tenant": "a"})
    assert (await orders.read_item("a b%20c+ñ:@", "a"))["tenant"] == "a"


async def test_a_write_that_wants_no_content_answers_only_the_etag(orders: ContainerProxy) -> None:
    answer = await orders.create_item({"id": "1", "tenant": "a"}, no_response=True)
    assert not answer
    headers = orders.client_connection.last_response_headers
    assert headers["etag"] == (await orders.read_item("1", "a"))["_etag"]


async def test_all_items_of_a_partition_can_be_deleted_at_once(orders: ContainerProxy) -> None:
    for number in range(3):
        await orders.create_item({"id": str(number), "tenant": "a"})
    await orders.create_item({"id": "1", "tenant": "b"})
    await orders.delete_all_items_by_partition_key("a")
    assert [item["tenant"] async for item in orders.read_all_items()] == ["b"]


async def test_every_answer_about_items_carries_a_session_token(orders: ContainerProxy) -> None:
    await orders.create_item({"id": "1", "tenant": "a"})
    first = orders.client_connection.last_response_headers["x-ms-session-token"]
    await orders.upsert_item({"id": "1", "tenant": "a"})
    second = orders.client_connection.last_response_headers["x-ms-session-token"]
    assert first.startswith("0:-1#")
    assert int(second.split("#")[1]) > int(first.split("#")[1])
