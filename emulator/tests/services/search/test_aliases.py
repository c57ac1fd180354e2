"""An alias is a second name of an index: for its documents and definition, not to delete it."""

from pathlib import Path

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.search.documents.aio import SearchClient
from azure.search.documents.indexes.models import AnalyzeTextOptions, SearchAlias, SimpleField

from emulator.services.search.aliases import Aliases
from emulator.services.search.errors import SearchError
from emulator.services.search.store import Store

from .cloud import Cloud, ids
from .library import LIBRARY, library_index


def meaning(index: str) -> SearchAlias:
    return SearchAlias(name="estante", indexes=[index])


async def test_what_is_asked_of_an_alias_is_asked_of_its_index(
    cloud: Cloud, library: SearchClient
) -> None:
    indexes = await cloud.indexes()
    await indexes.create_alias(meaning("biblioteca"))
    client = await cloud.search("estante")
    assert await client.get_document_count() == len(LIBRARY)
    key = str(LIBRARY[0]["id"])
    assert (await client.get_document(key))["id"] == key
    await client.delete_documents([{"id": key}])
    assert await ids(await library.search("*", filter=f"id eq '{key}'")) == []
    assert (await indexes.get_index("estante")).name == "biblioteca"
    statistics = await indexes.get_index_statistics("estante")
    assert statistics.document_count == len(LIBRARY) - 1
    assert statistics.storage_size > 0


async def test_an_alias_moves_to_another_index_from_one_search_to_the_next(
    cloud: Cloud, library: SearchClient
) -> None:
    indexes = await cloud.indexes()
    await indexes.create_index(library_index("biblioteca-2"))
    await indexes.create_or_update_alias(meaning("biblioteca"))
    client = await cloud.search("estante")
    assert await client.get_document_count() > 0
    await indexes.create_or_update_alias(meaning("biblioteca-2"))
    assert await client.get_document_count() == 0
    assert [each.indexes async for each in indexes.list_aliases()] == [["biblioteca-2"]]
    assert [name async for name in indexes.list_index_names()] == ["biblioteca", "biblioteca-2"]


async def test_an_alias_updates_the_definition_of_its_index(cloud: Cloud) -> None:
    indexes = await cloud.indexes()
    await indexes.create_index(library_index("biblioteca"))
    await indexes.create_alias(meaning("biblioteca"))
    definition = library_index("estante")
    definition.fields.append(SimpleField(name="shelf", type="Edm.String"))
    await indexes.create_or_update_index(definition)
    found = await indexes.get_index("biblioteca")
    assert "shelf" in [field.name for field in found.fields]


async def test_an_index_that_an_alias_means_is_not_deleted(cloud: Cloud) -> None:
    indexes = await cloud.indexes()
    await indexes.create_index(library_index("biblioteca"))
    await indexes.create_alias(meaning("biblioteca"))
    with pytest.raises(HttpResponseError, match="estante") as refused:
        await indexes.delete_index("biblioteca")
    assert refused.value.status_code == 400
    # The SDK takes the 404 of what is not there, as this name is to it, for done.
    await indexes.delete_index("estante")
    assert [name async for name in indexes.list_index_names()] == ["biblioteca"]
    await indexes.delete_alias("estante")
    await indexes.delete_index("biblioteca")
    with pytest.raises(ResourceNotFoundError):
        await indexes.get_alias("estante")


async def test_texts_are_not_analysed_by_an_alias(cloud: Cloud) -> None:
    indexes = await cloud.indexes()
    await indexes.create_index(library_index("biblioteca"))
    await indexes.create_alias(meaning("biblioteca"))
    with pytest.raises(ResourceNotFoundError):
        await indexes.analyze_text(
            "estante", AnalyzeTextOptions(text="obra", analyzer_name="es.microsoft")
        )


async def test_an_alias_that_makes_no_sense_is_refused(cloud: Cloud) -> None:
    indexes = await cloud.indexes()
    await indexes.create_index(library_index("biblioteca"))
    for alias in (
        meaning("none"),
        SearchAlias(name="estante", indexes=["biblioteca", "biblioteca"]),
        SearchAlias(name="biblioteca", indexes=["biblioteca"]),
        SearchAlias(name="No Name", indexes=["biblioteca"]),
    ):
        with pytest.raises(HttpResponseError) as refused:
            await indexes.create_alias(alias)
        assert refused.value.status_code == 400, alias
    await indexes.create_alias(meaning("biblioteca"))
    with pytest.raises(ResourceExistsError):
        await indexes.create_alias(meaning("biblioteca"))
    with pytest.raises(HttpResponseError, match="alias"):
        await indexes.create_index(library_index("estante"))


async def test_an_alias_changes_only_as_the_one_that_was_read(cloud: Cloud) -> None:
    indexes = await cloud.indexes()
    for name in ("uno", "dos"):
        await indexes.create_index(library_index(name))
    read = await indexes.create_alias(meaning("uno"))
    await indexes.create_or_update_alias(meaning("dos"))
    with pytest.raises(ResourceModifiedError):
        await indexes.create_or_update_alias(read, match_condition=MatchConditions.IfNotModified)
    with pytest.raises(ResourceModifiedError):
        await indexes.delete_alias(read, match_condition=MatchConditions.IfNotModified)
    await indexes.delete_alias("estante")


def test_aliases_are_on_disk(tmp_path: Path) -> None:
    store = Store(tmp_path / "search.sqlite")
    Aliases(store, {"biblioteca"}).create({"name": "estante", "indexes": ["biblioteca"]})
    store.close()
    again = Store(tmp_path / "search.sqlite")
    assert Aliases(again, {"biblioteca"}).target("estante") == "biblioteca"
    again.close()


def test_aliases_of_the_configuration_are_there_from_the_start_and_stay(tmp_path: Path) -> None:
    store = Store(tmp_path / "search.sqlite")
    aliases = Aliases(store, {"estante-v1"}, {"libros": "estante", "otros": "estante-v1"})
    aliases.create({"name": "estante", "indexes": ["estante-v1"]})
    assert [aliases.target(name) for name in ("libros", "otros")] == ["estante-v1", "estante-v1"]
    assert "libros" in aliases
    assert [each["name"] for each in aliases.all()] == ["estante"]
    with pytest.raises(SearchError):
        aliases.put("libros", {"name": "libros", "indexes": ["estante-v1"]}, None)
    store.close()
