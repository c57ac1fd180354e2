"""Finds Spanish documents as a reader of Spanish expects."""

import pytest
from azure.search.documents.aio import SearchClient
from azure.search.documents.models import VectorizableTextQuery

from emulator.services.embedding import shared_embedder

from .cloud import ids
from .library import LIBRARY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("facturar", "facturas"),
        ("facturacion", "facturas"),
        ("contraseñas", "contrasenas"),
        ("nomina", "nominas"),
        ("reunion", "reuniones"),
        ("REUNIONES", "reuniones"),
        ("envio", "transporte"),
        ("inventarios de años", "almacen"),
        ("proveedor", "proveedores"),
        ("declaraciones de impuestos", "impuestos"),
    ],
)
async def test_a_word_is_found_in_any_form_and_without_accents(
    library: SearchClient, text: str, expected: str
) -> None:
    assert (await ids(await library.search(text)))[0] == expected


async def test_stop_words_alone_find_nothing(library: SearchClient) -> None:
    assert await ids(await library.search("de la en")) == []


async def test_a_stop_word_is_not_demanded_when_all_words_must_match(
    library: SearchClient,
) -> None:
    found = await ids(await library.search("cierre de las nóminas", search_mode="all"))
    assert found == ["nominas"]


async def test_a_title_can_weigh_more_by_field(library: SearchClient) -> None:
    found = await ids(await library.search("envío", search_fields=["title"]))
    assert found == ["transporte"]


async def test_meaning_is_found_without_a_word_in_common(
    library: SearchClient,
) -> None:
    texts = [f"{document['title']}. {document['content']}" for document in LIBRARY]
    vectors = shared_embedder().embed(texts, "passage")
    await library.merge_documents(
        [
            {"id": document["id"], "contentVector": vector}
            for document, vector in zip(LIBRARY, vectors, strict=True)
        ]
    )
    query = VectorizableTextQuery(
        text="how do I get a new password?", k_nearest_neighbors=3, fields="contentVector"
    )
    found = await ids(await library.search(None, vector_queries=[query]))
    assert len(found) == 3
    assert found[0] == "contrasenas"
