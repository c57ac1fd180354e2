"""The shape of a Cerebro index."""

from datetime import timedelta

from azure.search.documents.indexes.models import (
    FreshnessScoringFunction,
    FreshnessScoringParameters,
    HnswAlgorithmConfiguration,
    ScoringProfile,
    SearchableField,
    SearchField,
    SearchIndex,
    SemanticConfiguration,
    SemanticField,
    SemanticPrioritizedFields,
    SemanticSearch,
    SimpleField,
    TextWeights,
    VectorSearch,
    VectorSearchProfile,
)

from shared.search.fields import FIELDS, LANGUAGES, VECTOR_FIELD, IndexField, LanguageFields

TITLE_WEIGHT = 3.0
FRESHNESS_BOOST = 2.0
FRESH = timedelta(days=365)


def cerebro_index(name: str, semantic_configuration: str, dimensions: int) -> SearchIndex:
    """`dimensions` are those of the embedding deployment's vectors."""
    return SearchIndex(
        name=name,
        fields=[*map(_field, FIELDS.values()), _vector_field(dimensions)],
        scoring_profiles=_scoring_profiles(),
        vector_search=VectorSearch(
            algorithms=[HnswAlgorithmConfiguration(name="hnsw-cosine")],
            profiles=[VectorSearchProfile(name="hnsw", algorithm_configuration_name="hnsw-cosine")],
        ),
        semantic_search=SemanticSearch(
            configurations=[
                _semantic(semantic_configuration + fields.ending, fields)
                for fields in LANGUAGES.values()
            ]
        ),
    )


def _field(field: IndexField) -> SearchField:
    if field.analyzer:
        return SearchableField(name=field.name, analyzer_name=field.analyzer)
    return SimpleField(
        name=field.name,
        type=field.type,
        key=field.key,
        filterable=field.filterable,
        sortable=field.sortable,
        facetable=field.facetable,
    )


def _vector_field(dimensions: int) -> SearchField:
    return SearchField(
        name=VECTOR_FIELD,
        type="Collection(Edm.Single)",
        searchable=True,
        hidden=True,
        vector_search_dimensions=dimensions,
        vector_search_profile_name="hnsw",
    )


def _semantic(name: str, fields: LanguageFields) -> SemanticConfiguration:
    return SemanticConfiguration(
        name=name,
        prioritized_fields=SemanticPrioritizedFields(
            title_field=SemanticField(field_name=fields.title),
            content_fields=[SemanticField(field_name=fields.content)],
        ),
    )


def _scoring_profiles() -> list[ScoringProfile]:
    titles = {fields.title: TITLE_WEIGHT for fields in LANGUAGES.values()}
    return [
        ScoringProfile(name="titles", text_weights=TextWeights(weights=titles)),
        ScoringProfile(
            name="recent",
            functions=[
                FreshnessScoringFunction(
                    field_name="updatedAt",
                    boost=FRESHNESS_BOOST,
                    parameters=FreshnessScoringParameters(boosting_duration=FRESH),
                )
            ],
        ),
    ]
