"""What SQLite decides for a query must never change what the query finds."""

from typing import Any

import pytest
from azure.cosmos.aio import ContainerProxy
from hypothesis import given
from hypothesis import strategies as st

from emulator.services.cosmos.indexing import IndexingPolicy, policy_document
from emulator.services.cosmos.narrowing import Narrowed, narrow
from emulator.services.cosmos.partitioning import EVERYTHING, PartitionKey
from emulator.services.cosmos.sql.evaluation import Row
from emulator.services.cosmos.sql.plan import compile_query

from .conftest import Account, query

KEY = PartitionKey.parse({"paths": ["/tenant", "/user"]})


def narrowed(where: str, policy: str = "all", **parameters: Any) -> Narrowed:
    plan = compile_query(" ".join(["SELECT * FROM c WHERE", where]))
    named = {f"@{name}": value for name, value in parameters.items()}
    return narrow(plan, named, KEY, IndexingPolicy.parse(policy_document(policy)))


def test_equalities_on_the_partition_key_limit_the_range() -> None:
    assert narrowed("c.tenant = @t AND c.user = 'x'", t="a").range == KEY.range_of(["a", "x"])
    assert narrowed("c.tenant = 'a' AND c.n > 1").range == KEY.range_of(["a"])
    assert narrowed("c.user = 'x'").range == EVERYTHING
    assert narrowed("c.tenant = 'a' OR c.n = 1").range == EVERYTHING
    assert narrowed("NOT c.tenant = 'a'").range == EVERYTHING


def test_texts_and_whole_numbers_are_left_to_sqlite() -> None:
    found = narrowed("c.a.b = 'x' AND 3 = c.n AND c.id = 'i' AND c.f = 0.1 AND c['o d'] = 'x'")
    assert found.compared == (("$.a.b", "=", "x"), ("$.n", "=", 3))
    assert found.item_id == "i"


def test_comparisons_go_to_sqlite_without_their_strictness() -> None:
    found = narrowed("c.n > 1 AND 5 > c.n AND c.s <= @s AND c.m != 1", s="z")
    assert found.compared == (("$.n", ">=", 1), ("$.n", "<=", 5), ("$.s", "<=", "z"))


def test_without_an_index_nothing_but_id_and_partition_is() -> None:
    assert narrowed("c.kind = 'x'", policy="none").compared == ()


values: list[Any] = ["x", "", 'q"uo\\te', "ñ\u2028\n", 1, 1.0, 0, True, False, None, 0.1, [1], {}]


@pytest.fixture
async def filled(orders: ContainerProxy) -> ContainerProxy:
    for number, value in enumerate(values):
        await orders.create_item({"id": str(number), "tenant": "a", "v": value, "w": {"v": value}})
    await orders.create_item({"id": "none", "tenant": "a"})
    return orders


@pytest.mark.parametrize("operator", ["=", "<", "<=", ">", ">="])
async def test_a_pushed_comparison_finds_what_the_language_finds(
    filled: ContainerProxy, operator: str
) -> None:
    for number, value in enumerate(values):
        await check_comparison(filled, operator, number, value)


async def check_comparison(
    filled: ContainerProxy, operator: str, number: int, value: object
) -> None:
    parameters: list[dict[str, Any]] = [{"name": "@v", "value": value}]
    pushed = "SELECT VALUE c.id FROM c WHERE c.v = @v AND c.w.v = @v".replace("=", operator)
    kept = "SELECT VALUE c.id FROM c WHERE (c.v = @v OR false)".replace("=", operator)
    found = await query(filled, pushed, parameters=parameters)
    assert found == await query(filled, kept, parameters=parameters)
    assert (str(number) in found) is ("=" in operator and (operator == "=" or number < 11))


async def test_a_filter_on_what_is_not_indexed_still_finds_it(account: Account) -> None:
    blobs = account.container("blobs")
    await blobs.create_item({"id": "1", "tenant": "a", "kind": "x"})
    assert await query(blobs, "SELECT VALUE c.id FROM c WHERE c.kind = 'x'") == ["1"]


conditions = st.tuples(
    st.sampled_from(["c.tenant", "c.user", "c.id", "c.n"]),
    st.sampled_from(["=", "!="]),
    st.sampled_from(["'a'", "1"]),
).map(" ".join)


@given(st.lists(conditions, min_size=1, max_size=4), st.sampled_from([" AND ", " OR "]))
def test_a_document_that_matches_lies_in_the_range(parts: list[str], glue: str) -> None:
    where = glue.join(parts)
    plan = compile_query(" ".join(["SELECT * FROM c WHERE", where]))
    limits = narrowed(where)
    for tenant in ("a", "b", 1):
        for user in ("a", 1):
            document: Any = {"id": "a", "tenant": tenant, "user": user, "n": 1}
            if any(plan.rows(Row({"c": document}))):
                epk = KEY.effective((tenant, user))
                end = limits.range.end
                assert epk == limits.range.start if end is None else limits.range.start <= epk < end
                assert limits.item_id in (None, "a")
