"""Time to live: expired items are gone at once, and later from the disk as well."""

import sqlite3

import pytest
from azure.cosmos import PartitionKey, exceptions
from azure.cosmos.aio import ContainerProxy

from emulator.services.cosmos.expiry import remove_expired
from emulator.services.cosmos.storage import Storage

from .conftest import Account, query


async def gone(container: ContainerProxy, item_id: str) -> bool:
    try:
        await container.read_item(item_id, "a")
    except exceptions.CosmosResourceNotFoundError:
        return True
    return False


@pytest.mark.parametrize(
    ("container", "ttl", "lives_for"),
    [
        ("beats", None, 60),
        ("beats", 5, 5),
        ("beats", -1, None),
        ("notes", None, None),
        ("notes", 5, 5),
        ("orders", 5, None),
    ],
)
async def test_an_item_lives_as_long_as_container_and_item_say(
    account: Account, container: str, ttl: int | None, lives_for: int | None
) -> None:
    items = account.container(container)
    body = {"id": "1", "tenant": "a"} | ({} if ttl is None else {"ttl": ttl})
    await items.create_item(body)
    account.clock.now += (lives_for or 10_000_000) - 1
    assert not await gone(items, "1")
    account.clock.now += 1
    assert await gone(items, "1") is (lives_for is not None)
    found = await query(items, "SELECT * FROM c", partition_key="a")
    assert bool(found) is (lives_for is None)


async def test_a_write_starts_the_time_anew(account: Account) -> None:
    beats = account.container("beats")
    await beats.create_item({"id": "1", "tenant": "a"})
    account.clock.now += 50
    await beats.patch_item("1", "a", [{"op": "set", "path": "/n", "value": 1}])
    account.clock.now += 50
    assert not await gone(beats, "1")


async def test_an_expired_item_can_be_created_again_but_not_changed(account: Account) -> None:
    beats = account.container("beats")
    first = await beats.create_item({"id": "1", "tenant": "a"})
    account.clock.now += 61
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        await beats.replace_item("1", {"id": "1", "tenant": "a"})
    with pytest.raises(exceptions.CosmosResourceNotFoundError):
        await beats.delete_item("1", "a")
    second = await beats.create_item({"id": "1", "tenant": "a"})
    assert second["_rid"] != first["_rid"]


async def test_a_new_ttl_of_the_container_holds_for_what_is_there(account: Account) -> None:
    beats = account.container("beats")
    await beats.create_item({"id": "1", "tenant": "a"})
    await beats.create_item({"id": "2", "tenant": "a", "ttl": 100})
    database = account.client().get_database_client("shop")
    await database.replace_container("beats", PartitionKey("/tenant"), default_ttl=10)
    account.clock.now += 11
    assert await gone(beats, "1")
    assert not await gone(beats, "2")


async def test_expired_rows_leave_the_disk_and_others_stay(account: Account) -> None:
    beats = account.container("beats")
    for number in range(3):
        await beats.create_item({"id": str(number), "tenant": "a", "ttl": 10 * (number + 1)})
    await account.stop()
    path = account.data / "cosmos" / "cosmos.sqlite"
    storage = Storage(path)
    assert await remove_expired(storage, account.clock.now + 25) == 2
    assert await remove_expired(storage, account.clock.now + 25) == 0
    storage.close()
    with sqlite3.connect(path) as db:
        left = db.execute("SELECT id FROM items").fetchall()
    db.close()
    assert left == [("2",)]
