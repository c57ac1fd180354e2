"""Index definitions are kept as sent, and refused where Azure would refuse them."""

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.search.documents.indexes.models import (
    AnalyzeTextOptions,
    ScoringProfile,
    SearchableField,
    SearchField,
    SearchIndex,
    SimpleField,
    TextWeights,
)

from .cloud import Cloud, ids
from .library import library_index


async def test_an_index_comes_back_as_it_was_created(cloud: Cloud) -> None:
    indexes = await cloud.indexes()
    await indexes.create_index(library_index("biblioteca"))
    found = await indexes.get_index("biblioteca")
    fields = {field.name: field for field in found.fields}
    assert fields["title"].analyzer_name == "es.microsoft"
    assert fields["contentVector"].vector_search_dimensions == 384
    assert fields["contentVector"].hidden
    assert fields["category"].facetable
    assert found.semantic_search is not None
    assert found.semantic_search.default_configuration_name == "semantica"


async def test_indexes_are_listed_by_name_and_deleted(cloud: Cloud) -> None:
    indexes = await cloud.indexes()
    for name in ("dos", "uno"):
        await indexes.create_index(library_index(name))
    assert [index.name async for index in indexes.list_indexes()] == ["dos", "uno"]
    await indexes.delete_index("dos")
    assert [name async for name in indexes.list_index_names()] == ["uno"]
    with pytest.raises(ResourceNotFoundError):
        await indexes.get_index("dos")


async def test_creating_an_index_twice_conflicts(cloud: Cloud) -> None:
    indexes = await cloud.indexes()
    await indexes.create_index(library_index("biblioteca"))
    with pytest.raises(ResourceExistsError):
        await indexes.create_index(library_index("biblioteca"))


async def test_an_update_may_add_a_field_and_keeps_the_documents(cloud: Cloud) -> None:
    indexes = await cloud.indexes()
    index = library_index("biblioteca")
    await indexes.create_or_update_index(index)
    client = await cloud.search("biblioteca")
    await client.upload_documents([{"id": "1", "title": "Factura", "category": "a"}])
    index.fields.append(SimpleField(name="added", type="Edm.String", filterable=True))
    await indexes.create_or_update_index(index)
    await client.merge_documents([{"id": "1", "added": "yes"}])
    assert await ids(await client.search("factura", filter="added eq 'yes'")) == ["1"]


async def test_an_update_may_not_change_a_field(cloud: Cloud) -> None:
    indexes = await cloud.indexes()
    index = library_index("biblioteca")
    await indexes.create_index(index)
    index.fields[1].analyzer_name = "en.microsoft"
    with pytest.raises(HttpResponseError, match="Existing field 'title' cannot be changed"):
        await indexes.create_or_update_index(index)


async def test_an_update_of_an_old_version_is_refused(cloud: Cloud) -> None:
    indexes = await cloud.indexes()
    first = await indexes.create_index(library_index("biblioteca"))
    changed = library_index("biblioteca")
    changed.fields.append(SimpleField(name="added", type="Edm.String"))
    await indexes.create_or_update_index(changed)
    with pytest.raises(ResourceModifiedError):
        await indexes.create_or_update_index(first, match_condition=MatchConditions.IfNotModified)


async def test_statistics_count_the_documents(cloud: Cloud) -> None:
    indexes = await cloud.indexes()
    await indexes.create_index(library_index("biblioteca"))
    client = await cloud.search("biblioteca")
    await client.upload_documents([{"id": "1", "title": "uno"}, {"id": "2", "title": "dos"}])
    statistics = await indexes.get_index_statistics("biblioteca")
    assert statistics.document_count == 2
    assert statistics.storage_size > 0


async def test_a_scoring_profile_weighs_fields(cloud: Cloud) -> None:
    index = SearchIndex(
        name="pesos",
        fields=[
            SimpleField(name="id", type="Edm.String", key=True),
            SearchableField(name="title", type="Edm.String"),
            SearchableField(name="content", type="Edm.String"),
        ],
        scoring_profiles=[
            ScoringProfile(name="content", text_weights=TextWeights(weights={"content": 9}))
        ],
    )
    await (await cloud.indexes()).create_index(index)
    client = await cloud.search("pesos")
    await client.upload_documents(
        [
            {"id": "title", "title": "word", "content": "other"},
            {"id": "content", "title": "other", "content": "word and others"},
        ]
    )
    assert await ids(await client.search("word")) == ["title", "content"]
    weighed = await client.search("word", scoring_profile="content")
    assert await ids(weighed) == ["content", "title"]


async def test_the_service_counts_its_indexes(cloud: Cloud) -> None:
    indexes = await cloud.indexes()
    await indexes.create_index(library_index("biblioteca"))
    statistics = await indexes.get_service_statistics()
    assert statistics.counters.index_counter.usage == 1


async def test_an_analyzer_shows_the_words_it_makes_of_a_text(cloud: Cloud) -> None:
    indexes = await cloud.indexes()
    await indexes.create_index(library_index("biblioteca"))
    analyzed = await indexes.analyze_text(
        "biblioteca", AnalyzeTextOptions(text="Las FACTURAS emitidas", analyzer_name="es.microsoft")
    )
    found = [(token.token, token.start_offset, token.end_offset) for token in analyzed.tokens]
    assert found == [("factur", 4, 12), ("emit", 13, 21)]


KEY = SimpleField(name="id", type="Edm.String", key=True)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ([SearchableField(name="title", type="Edm.String")], "exactly one key field"),
        ([KEY, SimpleField(name="1st", type="Edm.String")], "Invalid field name '1st'"),
        ([KEY, SimpleField(name="odd", type="Edm.Odd")], "'Edm.Odd', which is not supported"),
        ([KEY, SimpleField(name="id", type="Edm.String")], "'id' is used twice"),
        (
            [KEY, SearchableField(name="a", type="Edm.String", analyzer_name="klingon")],
            "analyzer 'klingon'",
        ),
        (
            [
                KEY,
                SearchField(
                    name="v",
                    type="Collection(Edm.Single)",
                    searchable=True,
                    vector_search_dimensions=3,
                    vector_search_profile_name="none",
                ),
            ],
            "'none' is none",
        ),
    ],
)
async def test_a_wrong_definition_is_refused_and_named(
    cloud: Cloud, fields: list[SearchField], message: str
) -> None:
    indexes = await cloud.indexes()
    with pytest.raises(HttpResponseError, match=message) as refused:
        await indexes.create_index(SearchIndex(name="wrong", fields=fields))
    assert refused.value.status_code == 400
