"""The change feed in latest version mode, through the real SDK."""

from typing import Any

import pytest
from azure.cosmos import exceptions
from azure.cosmos.aio import ContainerProxy

from .conftest import Account


async def changed(container: ContainerProxy, **options: Any) -> list[str]:
    return [str(item["id"]) async for item in container.query_items_change_feed(**options)]


async def fill(container: ContainerProxy, *ids: str, tenant: str = "a") -> None:
    for item_id in ids:
        await container.upsert_item({"id": item_id, "tenant": tenant})


def continuation(container: ContainerProxy) -> str:
    return str(container.client_connection.last_response_headers["etag"])


async def test_from_the_beginning_each_item_comes_once_in_the_order_of_its_last_change(
    orders: ContainerProxy,
) -> None:
    await fill(orders, "1", "2", "3", "1")
    await orders.delete_item("2", "a")
    assert await changed(orders, start_time="Beginning") == ["3", "1"]


async def test_from_now_only_what_changes_later_comes(orders: ContainerProxy) -> None:
    await fill(orders, "1")
    assert await changed(orders, start_time="Now") == []
    mark = continuation(orders)
    await fill(orders, "2", "1")
    assert await changed(orders, continuation=mark) == ["2", "1"]
    assert await changed(orders, continuation=continuation(orders)) == []


async def test_pages_go_on_where_the_last_one_ended(orders: ContainerProxy) -> None:
    await fill(orders, *"12345")
    options: dict[str, Any] = {"start_time": "Beginning", "max_item_count": 2}
    pager: Any = orders.query_items_change_feed(**options).by_page()
    pages = [[item["id"] async for item in page] async for page in pager]
    assert [page for page in pages if page] == [["1", "2"], ["3", "4"], ["5"]]


async def test_a_partition_has_a_feed_of_its_own(orders: ContainerProxy) -> None:
    await fill(orders, "1", "2")
    await fill(orders, "3", tenant="b")
    assert await changed(orders, start_time="Beginning", partition_key="b") == ["3"]
    mark = continuation(orders)
    await fill(orders, "4")
    await fill(orders, "5", tenant="b")
    assert await changed(orders, continuation=mark) == ["5"]


async def test_a_prefix_of_a_hierarchical_key_has_a_feed_too(account: Account) -> None:
    visits = account.container("visits")
    for number, user in enumerate("xyx"):
        await visits.create_item({"id": str(number), "tenant": "a", "user": user})
    await visits.create_item({"id": "9", "tenant": "b", "user": "x"})
    assert await changed(visits, start_time="Beginning", partition_key=["a"]) == ["0", "1", "2"]
    assert await changed(visits, start_time="Beginning", partition_key=["a", "x"]) == ["0", "2"]


async def test_the_feed_goes_on_after_a_restart_even_if_the_last_item_was_deleted(
    account: Account,
) -> None:
    orders = account.container("orders")
    await fill(orders, "1", "2")
    assert await changed(orders, start_time="Beginning") == ["1", "2"]
    mark = continuation(orders)
    await orders.delete_item("2", "a")
    await account.restart()
    orders = account.container("orders")
    await fill(orders, "3")
    assert await changed(orders, continuation=mark) == ["3"]


async def test_expired_items_are_not_in_the_feed(account: Account) -> None:
    beats = account.container("beats")
    await fill(beats, "1")
    account.clock.now += 61
    await fill(beats, "2")
    assert await changed(beats, start_time="Beginning") == ["2"]


async def test_all_versions_and_deletes_are_refused_in_words(orders: ContainerProxy) -> None:
    with pytest.raises(exceptions.CosmosHttpResponseError) as refused:
        await changed(orders, mode="AllVersionsAndDeletes")
    assert refused.value.status_code == 400
    assert "latest version" in str(refused.value)


async def test_the_ranges_of_a_container_are_one(orders: ContainerProxy) -> None:
    ranges = [one async for one in orders.read_feed_ranges()]
    assert len(ranges) == 1
    await fill(orders, "1")
    assert await changed(orders, start_time="Beginning", feed_range=ranges[0]) == ["1"]
