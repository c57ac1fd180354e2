"""Many clients at once: exactly one wins, and nobody sees an error that is not theirs."""

import asyncio
from collections import Counter

import pytest
from azure.core import MatchConditions
from azure.cosmos import exceptions
from azure.cosmos.aio import ContainerProxy

from .conftest import Account, query


async def test_of_many_creates_exactly_one_succeeds(orders: ContainerProxy) -> None:
    async def attempt(number: int) -> str:
        try:
            await orders.create_item({"id": "1", "tenant": "a", "by": number})
        except exceptions.CosmosResourceExistsError:
            # The loser can always read what won.
            await orders.read_item("1", "a")
            return "lost"
        return "won"

    outcomes = Counter(await asyncio.gather(*map(attempt, range(20))))
    assert outcomes == {"won": 1, "lost": 19}


async def test_of_many_conditional_replaces_exactly_one_succeeds(orders: ContainerProxy) -> None:
    created = await orders.create_item({"id": "1", "tenant": "a"})

    async def attempt(number: int) -> str:
        try:
            await orders.replace_item(
                "1",
                {"id": "1", "tenant": "a", "by": number},
                etag=created["_etag"],
                match_condition=MatchConditions.IfNotModified,
            )
        except exceptions.CosmosAccessConditionFailedError:
            return "lost"
        return "won"

    outcomes = Counter(await asyncio.gather(*map(attempt, range(20))))
    assert outcomes == {"won": 1, "lost": 19}


async def test_no_increment_is_lost(orders: ContainerProxy) -> None:
    await orders.create_item({"id": "1", "tenant": "a", "n": 0})
    operations = [{"op": "incr", "path": "/n", "value": 1}]
    await asyncio.gather(*(orders.patch_item("1", "a", operations) for _ in range(50)))
    assert (await orders.read_item("1", "a"))["n"] == 50


async def test_fifty_clients_write_and_read_without_errors(account: Account) -> None:
    async def use(number: int) -> None:
        client = await account.open_client()
        container = client.get_database_client("shop").get_container_client("orders")
        await container.create_item({"id": str(number), "tenant": f"t{number % 5}"})
        assert (await container.read_item(str(number), f"t{number % 5}"))["id"] == str(number)

    await asyncio.gather(*map(use, range(50)))
    assert await query(account.container("orders"), "SELECT VALUE COUNT(1) FROM c") == [50]


async def test_a_failing_batch_undoes_nothing_of_its_neighbours(orders: ContainerProxy) -> None:
    await orders.create_item({"id": "there", "tenant": "a"})

    async def fail(number: int) -> None:
        new, old = {"id": f"lost{number}", "tenant": "a"}, {"id": "there", "tenant": "a"}
        with pytest.raises(exceptions.CosmosBatchOperationError):
            await orders.execute_item_batch([("create", (new,)), ("create", (old,))], "a")

    async def succeed(number: int) -> None:
        await orders.create_item({"id": f"kept{number:02}", "tenant": "a"})

    await asyncio.gather(*map(fail, range(10)), *map(succeed, range(10)))
    found = await query(orders, "SELECT VALUE c.id FROM c ORDER BY c.id", partition_key="a")
    assert found == [*(f"kept{number:02}" for number in range(10)), "there"]


async def test_a_fault_that_was_asked_for_reaches_the_sdk(
    account: Account, orders: ContainerProxy
) -> None:
    await orders.create_item({"id": "1", "tenant": "a"})
    async with account.http() as http:
        fault = {"count": 1, "status": 429, "retryAfter": 0.001, "path": "/docs/1"}
        await (await http.post("/_emulator/faults", json=fault)).read()
        await (await http.delete("/_emulator/calls")).read()
        # The SDK waits as told and tries again by itself.
        assert (await orders.read_item("1", "a"))["id"] == "1"
        calls = await (await http.get("/_emulator/calls")).json()
    assert calls["byPath"]["GET /dbs/shop/colls/orders/docs/1/"] == 2
