"""The shape of a Cerebro index."""

from azure.search.documents.indexes.models import (
    HnswAlgorithmConfiguration,
    SearchableField,
    SearchField,
    SearchIndex,
    SemanticConfiguration,
    SemanticField,
    SemanticPrioritizedFields,
    SemanticSearch,
    SimpleField,
    VectorSearch,
    VectorSearchProfile,
)

VECTOR_FIELD = "contentVector"
EVERY_TENANT = "*"
EVERY_ROLE = "*"


def cerebro_index(name: str, semantic_configuration: str, dimensions: int) -> SearchIndex:
    """`dimensions` are those of the embedding deployment's vectors."""
    string = "Edm.String"
    return SearchIndex(
        name=name,
        fields=[
            SimpleField(name="id", type=string, key=True, filterable=True),
            SearchableField(name="title", analyzer_name="es.microsoft"),
            SearchableField(name="content", analyzer_name="es.microsoft"),
            SimpleField(name="url", type=string),
            SimpleField(name="source", type=string, filterable=True, facetable=True),
            SimpleField(name="category", type=string, filterable=True, facetable=True),
            SimpleField(name="scope", type=string, filterable=True),
            SimpleField(name="kind", type=string, filterable=True, facetable=True),
            SimpleField(name="version", type=string, filterable=True),
            SimpleField(name="tenantId", type=string, filterable=True),
            SimpleField(name="allowedRoles", type="Collection(Edm.String)", filterable=True),
            SimpleField(
                name="updatedAt",
                type="Edm.DateTimeOffset",
                sortable=True,
                filterable=True,
            ),
            SimpleField(name="confidence", type="Edm.Double", filterable=True),
            # Only of events: the ERP's records they are about, as `type:id`, and where it was.
            SimpleField(name="entities", type="Collection(Edm.String)", filterable=True),
            SimpleField(name="conversationId", type=string, filterable=True),
            # Only of what was loaded from a pack; whoever else fills the index leaves it out.
            SimpleField(name="contentHash", type=string, filterable=True),
            SearchField(
                name=VECTOR_FIELD,
                type="Collection(Edm.Single)",
                searchable=True,
                hidden=True,
                vector_search_dimensions=dimensions,
                vector_search_profile_name="hnsw",
            ),
        ],
        vector_search=VectorSearch(
            algorithms=[HnswAlgorithmConfiguration(name="hnsw-cosine")],
            profiles=[VectorSearchProfile(name="hnsw", algorithm_configuration_name="hnsw-cosine")],
        ),
        semantic_search=SemanticSearch(
            configurations=[
                SemanticConfiguration(
                    name=semantic_configuration,
                    prioritized_fields=SemanticPrioritizedFields(
                        title_field=SemanticField(field_name="title"),
                        content_fields=[SemanticField(field_name="content")],
                    ),
                )
            ]
        ),
    )
