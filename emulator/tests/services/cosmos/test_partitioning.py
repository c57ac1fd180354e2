"""Effective partition keys must be those the SDK computes: it routes by them."""

from typing import Any

import pytest
from azure.cosmos import PartitionKey as SdkPartitionKey
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.partition_key import _Undefined
from hypothesis import given
from hypothesis import strategies as st

from emulator.services.cosmos.partitioning import (
    END,
    MISSING,
    Component,
    PartitionKey,
    parse_components,
)

from .conftest import Account, query

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8"), max_size=300),
    st.just(MISSING),
)


def definition(*paths: str) -> PartitionKey:
    return PartitionKey.parse({"paths": list(paths), "kind": "Hash", "version": 2})


def for_sdk(component: Component) -> object:
    return _Undefined() if component is MISSING else component


@given(scalars)
def test_a_single_key_hashes_as_in_the_sdk(value: Component) -> None:
    expected = SdkPartitionKey("/a")._get_effective_partition_key_string([for_sdk(value)])  # type: ignore[list-item]
    assert definition("/a").effective([value]) == expected


@given(st.lists(scalars, min_size=1, max_size=3))
def test_a_hierarchical_key_hashes_as_in_the_sdk(values: list[Component]) -> None:
    sdk = SdkPartitionKey(["/a", "/b", "/c"], kind="MultiHash")
    expected = sdk._get_effective_partition_key_string([for_sdk(value) for value in values])  # type: ignore[misc]
    assert definition("/a", "/b", "/c").effective(values) == expected


@given(st.lists(scalars, min_size=3, max_size=3), st.integers(1, 2))
def test_a_prefix_spans_exactly_the_keys_that_begin_with_it(
    values: list[Component], levels: int
) -> None:
    key = definition("/a", "/b", "/c")
    bounds = key.range_of(values[:levels])
    assert bounds.end is not None
    assert bounds.start <= key.effective(values) < bounds.end <= END + END
    other = key.range_of([*values[: levels - 1], "something else", "x", "y"][:levels])
    if other != bounds:
        assert not other.start <= key.effective(values) < str(other.end)


@given(scalars)
def test_every_key_lies_in_the_one_range_of_the_account(value: Component) -> None:
    assert "" <= definition("/a").effective([value]) < END


def test_true_and_one_are_different_keys_but_one_and_one_point_zero_are_not() -> None:
    key = definition("/a")
    assert key.effective([True]) != key.effective([1])
    assert key.effective([1]) == key.effective([1.0])
    assert key.effective([0]) != key.effective([False])


def test_the_header_may_name_a_missing_value() -> None:
    assert parse_components('["a",{},null]') == ("a", MISSING, None)


@pytest.mark.parametrize("partition", [["a"], ["a", "x"], ["nobody"]])
async def test_a_query_sees_its_partition_or_prefix_only(
    account: Account, partition: list[str]
) -> None:
    visits = account.container("visits")
    every = [(tenant, user) for tenant in "ab" for user in "xy"]
    for number, (tenant, user) in enumerate(every):
        await visits.create_item({"id": str(number), "tenant": tenant, "user": user})
    found = await query(visits, "SELECT * FROM c", partition_key=partition)
    wanted = [pair for pair in every if list(pair)[: len(partition)] == partition]
    assert [(one["tenant"], one["user"]) for one in found] == wanted


async def test_a_prefix_query_counts_over_all_its_partitions(account: Account) -> None:
    visits = account.container("visits")
    for number in range(5):
        await visits.create_item({"id": str(number), "tenant": "a", "user": str(number)})
    options: dict[str, Any] = {"partition_key": ["a"]}
    assert await query(visits, "SELECT VALUE COUNT(1) FROM c", **options) == [5]


async def test_a_where_on_the_partition_key_finds_what_a_partition_query_finds(
    orders: ContainerProxy,
) -> None:
    for tenant in ("a", "b"):
        await orders.create_item({"id": "1", "tenant": tenant})
    parameters = [{"name": "@t", "value": "b"}]
    text = "SELECT VALUE c.tenant FROM c WHERE c.tenant = @t AND c.id = '1'"
    assert await query(orders, text, parameters=parameters) == ["b"]
