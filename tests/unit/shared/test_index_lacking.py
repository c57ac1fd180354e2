"""What an index lacks of the definition of this version."""

from azure.search.documents.indexes.models import SearchField, SearchIndex

from shared.search.index import cerebro_index
from shared.search.lacking import Lack, lacking


def cerebro(dimensions: int = 4) -> SearchIndex:
    return cerebro_index("cerebro-v1", "semantic", dimensions)


def field(index: SearchIndex, name: str) -> SearchField:
    return next(each for each in index.fields if each.name == name)


def test_an_index_that_was_just_made_lacks_nothing() -> None:
    assert lacking(cerebro(), cerebro()) == ()


def test_what_an_index_has_besides_is_of_no_matter() -> None:
    held = cerebro()
    held.fields = [*held.fields, SearchField(name="more", type="Edm.String")]
    field(held, "url").filterable = True
    assert lacking(held, cerebro()) == ()


def test_what_can_be_added_is_created() -> None:
    held = cerebro()
    held.fields = [each for each in held.fields if each.name != "contentHash"]
    held.semantic_search = None
    held.scoring_profiles = []
    assert lacking(held, cerebro()) == (
        Lack("there is no field contentHash", "create"),
        Lack("there is no semantic configuration semantic", "create"),
        Lack("there is no semantic configuration semantic-en", "create"),
        Lack("there is no scoring profile titles", "create"),
        Lack("there is no scoring profile recent", "create"),
    )


def test_what_cannot_be_changed_is_made_anew() -> None:
    held = cerebro(3)
    field(held, "confidence").type = "Edm.String"
    field(held, "tenantId").filterable = False
    field(held, "title").analyzer_name = "en.microsoft"
    found = {each.what: each.mending for each in lacking(held, cerebro())}
    assert found == {
        "the field confidence is Edm.String, not Edm.Double": "reindex",
        "the field tenantId is not filterable": "reindex",
        "the field title is read by en.microsoft, not es.microsoft": "reindex",
        "the field contentVector holds vectors of 3 dimensions, not 4": "reindex",
    }
