"""The `search` block of an agent call."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from shared.contracts.search import FLAT_SPELLINGS, SearchIntent


def read(**fields: object) -> SearchIntent:
    return SearchIntent.model_validate_json(json.dumps(fields))


def places(**fields: object) -> set[tuple[int | str, ...]]:
    """Where a block is refused."""
    with pytest.raises(ValidationError) as refused:
        read(**fields)
    return {error["loc"] for error in refused.value.errors()}


def test_the_flows_own_example_is_accepted_as_it_stands() -> None:
    intent = read(
        mode="hybrid", indexes=["tramites-es", "faq-ciudadania"],
        semanticConfiguration="semantic-config-es", topK=5, filter="category eq 'transito'",
        select=["title", "content", "url"], answers="extractive", captions="extractive",
        retrievalPolicy="always", inject="system", citationStyle="inline", queryLanguage="es",
    )  # fmt: skip
    assert intent.chosen_indexes == ("tramites-es", "faq-ciudadania")
    assert (intent.top_k, intent.query_language) == (5, "es")


def test_a_name_that_azure_gives_to_an_index_is_taken() -> None:
    for name in ("idx-hotels-2024", "idx_hotels", "2024", "a" * 128):
        assert read(index=name).chosen_indexes == (name,)


def test_an_empty_block_asks_for_nothing_in_particular() -> None:
    assert read() == SearchIntent()
    assert read().chosen_indexes == ()


def test_a_block_survives_being_written_and_read() -> None:
    intent = read(index="a", search_mode="vector", vector=[1, 0.5], vectorFields="contentVector",
                  semantic_config="s", language="en",
                  highlight="title, content, title")  # fmt: skip
    assert read(**intent.wire()) == intent
    assert intent.highlight == ("title", "content")


@pytest.mark.parametrize("flat", FLAT_SPELLINGS)
def test_a_node_may_write_its_own_names(flat: str) -> None:
    values: dict[str, Any] = {
        "search_index": "a", "search_indexes": ["a"], "search_mode": "vector",
        "semantic_config": "s", "topK": 3, "filter": "a", "select": ["a"], "language": "es",
    }  # fmt: skip
    assert read(**{flat: values[flat]}) == read(**{FLAT_SPELLINGS[flat]: values[flat]})


def test_one_index_and_several_are_taken_together() -> None:
    assert read(index="a", indexes=["b", "a", "c"]).chosen_indexes == ("a", "b", "c")
    assert places(index="d", indexes=["a", "b", "c"]) == {("indexes",)}
    assert places(indexes=["a", "b", "c", "d"]) == {("indexes",)}


@pytest.mark.parametrize("name", ["", "A", "a/b", "a'b", "-a", "a" * 129, "a?b", "../a"])
def test_a_name_that_azure_gives_to_no_index_is_refused(name: str) -> None:
    assert places(index=name) == {("index",)}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("topK", 0), ("topK", 11), ("topK", "5"), ("skip", -1), ("skip", 1_001), ("mode", "magic"),
        ("filter", ""), ("filter", "x" * 4_001), ("answers", "none"), ("answersCount", 11),
        ("answersThreshold", 1.1), ("captions", "abstractive"), ("queryLanguage", "es'"),
        ("vector", []), ("nothing", 1), ("inject", "tool"), ("citationStyle", "apa"),
        ("retrievalPolicy", "maybe"), ("queryType", "lucene"),
    ],
)  # fmt: skip
def test_what_is_out_of_bounds_is_refused_by_its_name(field: str, value: object) -> None:
    assert places(**{field: value}) == {(field,)}


def test_a_vector_holds_finite_numbers_and_no_more_than_an_index_can() -> None:
    assert places(vector=[1.0] * 4_097) == {("vector",)}
    with pytest.raises(ValidationError):
        SearchIntent.model_validate_json('{"vector": [1, 1e999]}')


@pytest.mark.parametrize("name", ["a b", "a'", "a-3", "$a", "a" * 129])
def test_names_of_fields_are_names(name: str) -> None:
    assert places(select=[name]) == {("select", 0)}
    assert places(highlight=name) == {("highlight", 0)}
