"""Pages put together are the whole: nothing twice, nothing lost."""

import asyncio
import random
from collections.abc import Iterator
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.services.embedding import shared_embedder
from emulator.services.search.json_types import Json, JsonObject
from emulator.services.search.service import SearchService
from emulator.services.search.store import Store

WORDS = ["uno", "dos", "tres", "cuatro"]
DOCUMENTS = 160
DEFINITION: JsonObject = {
    "name": "paginas",
    "fields": [
        {"name": "id", "type": "Edm.String", "key": True},
        {"name": "text", "type": "Edm.String", "analyzer": "es.lucene"},
        {"name": "group", "type": "Edm.Int32"},
        {
            "name": "vector",
            "type": "Collection(Edm.Single)",
            "dimensions": 3,
            "vectorSearchProfile": "p",
        },
    ],
    "vectorSearch": {
        "algorithms": [{"name": "a", "kind": "hnsw"}],
        "profiles": [{"name": "p", "algorithm": "a"}],
    },
}


def document(key: int, chance: random.Random) -> JsonObject:
    """A document much like the others, so that scores tie."""
    return {
        "id": f"d{key}",
        "text": " ".join(chance.choices(WORDS, k=3)),
        "group": chance.choice([None, 0, 1, 2]),
        "vector": [float(chance.randint(0, 1)) for _ in range(3)],
    }


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchService]:
    chance = random.Random(7)
    made = SearchService(
        Store(tmp_path_factory.mktemp("paging") / "search.sqlite"), shared_embedder()
    )
    made.create_index(DEFINITION)

    async def fill() -> None:
        # Many small batches leave many segments, and replaced documents holes among the rows.
        for start in range(0, DOCUMENTS, 8):
            batch: list[Json] = [document(key, chance) for key in range(start, start + 8)]
            await made.change("paginas", {"value": batch})
        replaced: list[Json] = [document(key, chance) for key in range(0, DOCUMENTS, 5)]
        deleted: list[Json] = [{"@search.action": "delete", "id": f"d{key}"} for key in range(9)]
        await made.change("paginas", {"value": replaced})
        await made.change("paginas", {"value": deleted})

    asyncio.run(fill())
    yield made
    made.close()


def keys(service: SearchService, body: JsonObject) -> list[str]:
    answer = asyncio.run(service.search("paginas", body, "https://localhost"))
    return [str(found["id"]) for found in cast(list[JsonObject], answer["value"])]


def in_pages(service: SearchService, body: JsonObject, size: int) -> list[str]:
    found: list[str] = []
    while page := keys(service, {**body, "skip": len(found), "top": size}):
        found += page
    return found


VECTOR: JsonObject = {"kind": "vector", "vector": [1.0, 0.5, 0.25], "k": 40, "fields": "vector"}


@settings(max_examples=60)
@given(
    text=st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join),
    size=st.integers(1, 60),
    order=st.sampled_from([None, "group", "group desc", "group asc,search.score() desc"]),
    chosen=st.sampled_from([None, "group eq 1", "group ne null"]),
    vectors=st.booleans(),
)
def test_pages_are_the_whole_in_order(
    service: SearchService,
    text: str,
    size: int,
    order: str | None,
    chosen: str | None,
    vectors: bool,
) -> None:
    body: JsonObject = {"search": text, "orderby": order, "filter": chosen}
    if vectors:
        body["vectorQueries"] = [VECTOR]
    whole = keys(service, {**body, "top": 1000})
    assert in_pages(service, body, size) == whole
    assert len(set(whole)) == len(whole)
    if not text and not vectors:
        counted = asyncio.run(service.search("paginas", {**body, "count": True}, "u"))
        assert counted["@odata.count"] == len(whole)


@settings(max_examples=40)
@given(text=st.text(alphabet='abc ño"*()+-|\\~^/:[]!&ANDOR', max_size=24))
def test_any_text_is_a_valid_simple_query(service: SearchService, text: str) -> None:
    keys(service, {"search": text, "searchMode": "all", "highlight": "text", "top": 5})


def test_continuation_carries_the_rest_of_the_request(service: SearchService) -> None:
    body: JsonObject = {"search": "*", "filter": "group ne null", "count": True}
    answer = asyncio.run(service.search("paginas", body, "u"))
    following = answer["@search.nextPageParameters"]
    assert isinstance(following, dict)
    assert (following["skip"], following["filter"]) == (50, "group ne null")
    assert "top" not in following
