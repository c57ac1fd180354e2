"""The containers in Azure are those of the local cloud, which the stores are tested with."""

import json
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


@pytest.mark.parametrize("local", LOCAL["containers"], ids=lambda each: each["name"])
def test_a_container_is_the_same(local: dict[str, Any]) -> None:
    azure = in_azure()[local["name"]]
    assert azure["paths"] == local["partitionKey"]
    assert azure["kind"] == ("MultiHash" if len(local["partitionKey"]) > 1 else "Hash")
    assert azure.get("defaultTtl") == local.get("defaultTtl")
    # Cosmos DB lets nothing expire where its indexing mode is none.
    nothing = local.get("indexing") == "none"
    assert azure.get("indexingPolicy") == (NOTHING if nothing else local.get("indexing"))
