"""Search requests of the real SDK, and the answers it reads."""

from collections.abc import Mapping
from typing import cast

import pytest
from azure.core.exceptions import HttpResponseError
from azure.search.documents.aio import SearchClient
from azure.search.documents.models import VectorizableTextQuery, VectorizedQuery, VectorQuery

from .cloud import Cloud, ids
from .library import LIBRARY, library_index

ALL = [str(document["id"]) for document in LIBRARY]


async def test_without_a_text_every_document_is_found(library: SearchClient) -> None:
    results = await library.search(include_total_count=True)
    assert await results.get_count() == len(LIBRARY)
    assert await ids(results) == ALL


async def test_all_words_are_demanded_or_any_is_enough(library: SearchClient) -> None:
    assert set(await ids(await library.search("dieta inventario"))) == {"gastos", "almacen"}
    assert await ids(await library.search("dieta inventario", search_mode="all")) == []
    assert await ids(await library.search("dieta noche", search_mode="all")) == ["gastos"]


async def test_the_simple_syntax_knows_phrases_prefixes_and_operators(
    library: SearchClient,
) -> None:
    assert await ids(await library.search('"medio de pago"')) == ["devoluciones"]
    assert await ids(await library.search("rembols* | reembols*")) == ["devoluciones"]
    assert await ids(await library.search("+pago -urgente", search_mode="all")) == ["devoluciones"]
    assert await ids(await library.search("pago + (transferencia | reembolso) + urgente")) == [
        "proveedores"
    ]


async def test_the_full_syntax_knows_fields_boosts_and_fuzzy_words(library: SearchClient) -> None:
    async def full(text: str) -> list[str]:
        return await ids(await library.search(text, query_type="full"))

    assert await full("title:envíos") == ["transporte"]
    assert await full("factuar~1") == ["facturas"]
    assert await full("pago AND NOT urgente") == ["devoluciones"]
    assert (await full("salas^9 OR envíos"))[0] == "reuniones"
    assert (await full("salas OR envíos^9"))[0] == "transporte"
    assert await full("/recu.*/") == ["almacen"]


async def test_a_broken_full_query_is_refused(library: SearchClient) -> None:
    with pytest.raises(HttpResponseError, match="Failed to parse query string"):
        await ids(await library.search("(pago", query_type="full"))


async def test_a_filter_on_roles_leaves_out_what_the_caller_may_not_see(
    library: SearchClient,
) -> None:
    results = await library.search(
        "*", filter="allowedRoles/any(r: search.in(r, 'almacen,informatica')) and pages gt 2"
    )
    assert await ids(results) == ["almacen", "seguridad", "transporte"]


async def test_a_filter_may_search_for_words(library: SearchClient) -> None:
    results = await library.search(
        "*", filter="search.ismatch('urgente') and category eq 'compras'"
    )
    assert await ids(results) == ["proveedores"]


async def test_results_are_ordered_selected_and_cut(library: SearchClient) -> None:
    results = await library.search(
        "*", order_by=["category", "pages desc"], select=["id", "pages"], top=3, skip=1
    )
    documents = [
        {name: value for name, value in document.items() if not name.startswith("@")}
        async for document in results
    ]
    assert documents == [
        {"id": "impuestos", "pages": 9},
        {"id": "gastos", "pages": 3},
        {"id": "seguridad", "pages": 4},
    ]


async def test_facets_count_what_was_found(library: SearchClient) -> None:
    results = await library.search(
        "*",
        filter="pages le 4",
        facets=["category,count:2", "allowedRoles,sort:value", "pages,interval:2"],
        include_total_count=True,
        top=1,
    )
    facets = await results.get_facets()
    assert facets is not None
    matching = [document for document in LIBRARY if cast(int, document["pages"]) <= 4]
    assert await results.get_count() == len(matching)
    assert facets["category"][0] == {"value": "ventas", "count": 3}
    assert len(facets["category"]) == 2
    roles = [bucket["value"] for bucket in facets["allowedRoles"]]
    assert roles == sorted(roles)
    assert sum(bucket["count"] for bucket in facets["pages"]) == len(matching)
    assert [bucket["value"] for bucket in facets["pages"]] == [0, 2, 4]


async def test_matched_words_are_highlighted_between_the_tags_asked_for(
    library: SearchClient,
) -> None:
    results = await library.search(
        "facturar", highlight_fields="content-1,title", highlight_pre_tag="<b>",
        highlight_post_tag="</b>",
    )  # fmt: skip
    marks = [cast(Mapping[str, list[str]], found["@search.highlights"]) async for found in results]
    assert marks[0]["title"] == ["Emisión de <b>facturas</b>"]
    assert "La <b>facturación</b> se hace" in marks[0]["content"][0]
    assert len(marks[0]["content"]) == 1


async def test_more_than_a_page_is_fetched_by_continuation(cloud: Cloud) -> None:
    await (await cloud.indexes()).create_index(library_index("grande"))
    client = await cloud.search("grande")
    keys = [f"k{number:04}" for number in range(1120)]
    await client.upload_documents([{"id": key, "title": "igual"} for key in keys])
    assert await ids(await client.search("igual")) == keys
    assert await ids(await client.search("igual", top=1100)) == keys[:1100]
    assert await ids(await client.search("igual", top=60, skip=1000)) == keys[1000:1060]


def unit(position: int) -> list[float]:
    """A vector that points along one axis."""
    return [1.0 if at == position else 0.0 for at in range(4)]


@pytest.fixture
async def vectors(cloud: Cloud) -> SearchClient:
    """Four documents along four axes of a vector field; their words count the other way."""
    await (await cloud.indexes()).create_index(library_index("ejes", dimensions=4))
    client = await cloud.search("ejes")
    await client.upload_documents(
        [
            {"id": str(at), "category": "even" if at % 2 == 0 else "odd", "contentVector": unit(at),
             "title": "común " * (4 - at)}
            for at in range(4)
        ]
    )  # fmt: skip
    return client


def near(*weights: float, k: int = 4, weight: float = 1.0) -> VectorizedQuery:
    """A query near each axis as far as its weight says."""
    return VectorizedQuery(
        vector=list(weights), k_nearest_neighbors=k, fields="contentVector", weight=weight
    )


async def test_vectors_are_found_by_nearness(vectors: SearchClient) -> None:
    results = await vectors.search(None, vector_queries=[near(0.1, 0.2, 0.9, 0.3, k=3)])
    found = [document async for document in results]
    assert [document["id"] for document in found] == ["2", "3", "1"]
    # Azure's score of a vector is 1 / (1 + distance), with the cosine distance.
    cosine = 0.9 / (0.01 + 0.04 + 0.81 + 0.09) ** 0.5
    assert found[0]["@search.score"] == pytest.approx(1 / (2 - cosine), abs=1e-5)


async def test_a_filter_comes_before_the_neighbours_or_after(vectors: SearchClient) -> None:
    query = near(0.1, 0.2, 0.9, 0.3, k=2)
    before = await vectors.search(None, vector_queries=[query], filter="category eq 'even'")
    assert await ids(before) == ["2", "0"]
    after = await vectors.search(
        None,
        vector_queries=[query],
        filter="category eq 'even'",
        vector_filter_mode="postFilter",
    )
    assert await ids(after) == ["2"]


async def test_hybrid_search_fuses_by_reciprocal_rank(vectors: SearchClient) -> None:
    results = await vectors.search("común", vector_queries=[near(0.2, 0.9, 0.1, 0.0, k=2)])
    found = {document["id"]: document["@search.score"] async for document in results}
    by_words = await ids(await vectors.search("común"))
    expected = {key: 1 / (60 + rank) for rank, key in enumerate(by_words)}
    expected["1"] += 1 / 60
    expected["0"] += 1 / 61
    assert found == pytest.approx(expected, abs=1e-6)
    assert list(found) == sorted(expected, key=lambda key: -expected[key])


async def test_a_weight_makes_one_query_count_more(vectors: SearchClient) -> None:
    queries: list[VectorQuery] = [near(1, 0, 0, 0, k=1), near(0, 0, 0, 1, k=1, weight=2.0)]
    assert await ids(await vectors.search(None, vector_queries=queries)) == ["3", "0"]


async def test_a_text_for_a_field_of_another_size_is_refused(vectors: SearchClient) -> None:
    query = VectorizableTextQuery(text="algo", fields="contentVector")
    with pytest.raises(HttpResponseError, match="384 dimensions, but the field 'contentVector'"):
        await ids(await vectors.search(None, vector_queries=[query]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"filter": "nada eq 1"}, "named 'nada'"),
        ({"filter": "title eq 'x'"}, "'title' is not a filterable field"),
        ({"filter": "pages eq 'x'"}, "incompatible types"),
        ({"filter": "pages eq"}, "Invalid expression"),
        ({"filter": "startswith(category, 'v')"}, "'startswith' is not supported"),
        ({"select": ["nada"]}, "named 'nada'"),
        ({"order_by": ["nada desc"]}, "named 'nada'"),
        ({"order_by": ["title"]}, "'title' is not a sortable field"),
        ({"facets": ["title"]}, "'title' is not a facetable field"),
        ({"search_fields": ["category"]}, "'category' is not a searchable field"),
        ({"highlight_fields": "nada"}, "named 'nada'"),
        ({"scoring_profile": "nada"}, "no scoring profile named 'nada'"),
        ({"vector_queries": [near(1, 2)]}, "has 4 dimensions; the query vector has 2"),
        ({"query_type": "semantic", "semantic_configuration_name": "nada"}, "named 'nada'"),
    ],
)
async def test_a_request_in_error_is_refused_naming_what_is_wrong(
    vectors: SearchClient, options: dict[str, object], message: str
) -> None:
    with pytest.raises(HttpResponseError, match=message) as refused:
        await ids(await vectors.search("x", **options))  # type: ignore[arg-type]
    assert refused.value.status_code == 400


async def test_suggestions_say_that_they_are_not_supported(library: SearchClient) -> None:
    with pytest.raises(HttpResponseError, match="not supported by this local search service"):
        await library.suggest("fac", "sugerencias")


async def test_a_missing_index_answers_404(cloud: Cloud) -> None:
    client = await cloud.search("nothing")
    with pytest.raises(HttpResponseError, match="No index with the name 'nothing'") as refused:
        await ids(await client.search("x"))
    assert refused.value.status_code == 404
