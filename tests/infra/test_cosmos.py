"""The containers in Azure are those of the local cloud, which the stores are tested with."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.infra.templates import ROOT, declared, evaluated

NOTHING = {"includedPaths": [], "excludedPaths": [{"path": "/*"}]}
LOCAL = json.loads((ROOT / "demo/cloud.json").read_text("utf-8"))["services"]["cosmos"]


def in_azure() -> dict[str, dict[str, Any]]:
    found: Any = evaluated(declared("app/cosmos.bicep", "variables")["containers"]["value"], {})
    return {each["name"]: each for each in found}


def test_the_same_containers_are_there() -> None:
    assert sorted(in_azure()) == sorted(each["name"] for each in LOCAL["containers"])


def of_the_stores() -> Iterator[tuple[str, str]]:
    """Each container that a store opens, with the text of its file."""
    for path in sorted((ROOT / "shared").rglob("*.py")):
        text = path.read_text("utf-8")
        yield from ((name, text) for name in re.findall(r'CosmosContainer\(\w+, "(\w+)"', text))


def test_there_is_a_container_for_every_store_and_a_store_for_every_container() -> None:
    assert {name for name, _ in of_the_stores()} == set(in_azure())


def test_what_expires_by_itself_is_where_that_is_on() -> None:
    expiring = {name for name, text in of_the_stores() if '"ttl"' in text}
    assert expiring
    assert {name for name in expiring if "defaultTtl" not in in_azure()[name]} == set()


@pytest.mark.parametrize("local", LOCAL["containers"], ids=lambda each: each["name"])
def test_a_container_is_the_same(local: dict[str, Any]) -> None:
    azure = in_azure()[local["name"]]
    assert azure["paths"] == local["partitionKey"]
    assert azure["kind"] == ("MultiHash" if len(local["partitionKey"]) > 1 else "Hash")
    assert azure.get("defaultTtl") == local.get("defaultTtl")
    # Cosmos DB lets nothing expire where its indexing mode is none.
    nothing = local.get("indexing") == "none"
    assert azure.get("indexingPolicy") == (NOTHING if nothing else local.get("indexing"))


def sorted_by() -> Iterator[tuple[str, str]]:
    """Container and field of every query of the stores that sorts; a file is of one container."""
    for path in sorted((ROOT / "shared/stores").glob("*.py")):
        text = path.read_text("utf-8")
        fields = set(re.findall(r"order by c\.(\w+)", text))
        (container,) = (
            set(re.findall(r'CosmosContainer\(database, "(\w+)"', text)) if fields else {""}
        )
        yield from ((container, field) for field in sorted(fields))


def test_there_are_queries_that_sort() -> None:
    assert ("runs", "askedAt") in set(sorted_by())


@pytest.mark.parametrize(("container", "field"), tuple(sorted_by()))
def test_what_is_sorted_by_is_indexed(container: str, field: str) -> None:
    """Cosmos DB refuses a query that sorts by what is not; the local one would answer it."""
    included = in_azure()[container]["indexingPolicy"]["includedPaths"]
    assert {"path": f"/{field}/?"} in included
