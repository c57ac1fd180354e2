"""Index definitions: the fields, vector profiles and semantic configurations of an index.

Source: REST reference of Azure AI Search, "Create Index".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from emulator.services.search.json_types import JsonObject

type Metric = Literal["cosine", "euclidean", "dotProduct"]
type Interpolation = Literal["linear", "constant", "quadratic", "logarithmic"]
type Aggregation = Literal["sum", "average", "minimum", "maximum", "firstMatching", "product"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `type` is the EDM type of one value, `collection` says whether it has many."""

    name: str
    path: str
    type: str
    collection: bool
    key: bool
    searchable: bool
    filterable: bool
    sortable: bool
    facetable: bool
    retrievable: bool
    analyzer: str
    search_analyzer: str
    dimensions: int | None = None
    metric: Metric = "cosine"
    fields: tuple["Field", ...] = ()

    @property
    def is_vector(self) -> bool:
        """Whether the field holds an embedding rather than values to filter or search by word."""
        return self.dimensions is not None

    @property
    def edm(self) -> str:
        """The type as Azure writes it."""
        return f"Collection({self.type})" if self.collection else self.type

    def walk(self) -> Iterator["Field"]:
        """The field and all fields below it."""
        yield self
        for child in self.fields:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class SemanticConfiguration:
    """Which fields the semantic ranker reads, best first."""

    name: str
    title: str | None
    content: tuple[str, ...]
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScoringFunction:
    """What a scoring profile boosts: values from `start` to `end` (seconds back for freshness,
    kilometres for distance), or those that the request's `parameter` names."""

    kind: Literal["freshness", "magnitude", "distance", "tag"]
    field: str
    boost: float
    interpolation: Interpolation
    start: float
    end: float
    beyond: bool
    parameter: str | None


@dataclass(frozen=True, slots=True)
class IndexDefinition:
    """A parsed index definition and the JSON it came from."""

    name: str
    document: JsonObject
    fields: tuple[Field, ...]
    key: str
    semantic: Mapping[str, SemanticConfiguration]
    default_semantic: str | None
    text_weights: Mapping[str, Mapping[str, float]]
    functions: Mapping[str, tuple[ScoringFunction, ...]]
    aggregations: Mapping[str, Aggregation]
    default_scoring_profile: str | None

    def all_fields(self) -> Iterator[Field]:
        """Every field, nested ones included."""
        for field in self.fields:
            yield from field.walk()

    def find(self, path: str) -> Field | None:
        """The field with this path (`address/city`), or None."""
        return next((field for field in self.all_fields() if field.path == path), None)

    @property
    def searchable_text(self) -> tuple[Field, ...]:
        """The fields that keyword search looks into."""
        return tuple(f for f in self.all_fields() if f.searchable and not f.is_vector)

    @property
    def vectors(self) -> tuple[Field, ...]:
        """The fields that hold embeddings."""
        return tuple(field for field in self.fields if field.is_vector)
