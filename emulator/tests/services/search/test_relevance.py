"""Finds Spanish documents as a reader of Spanish expects."""

import pytest
from azure.search.documents.aio import SearchClient


async def found(client: SearchClient, text: str, **options: object) -> list[str]:
    results = await client.search(text, **options)  # type: ignore[arg-type]
    return [document["id"] async for document in results]


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
        ("inventarios anuales", "almacen"),
        ("proveedor", "proveedores"),
    ],
)
async def test_a_word_is_found_in_any_form_and_without_accents(
    library: SearchClient, text: str, expected: str
) -> None:
    assert (await found(library, text))[0] == expected
