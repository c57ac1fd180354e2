"""A search request, read and checked against the index definition.

Source: REST reference of Azure AI Search, "Search Documents (POST)".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from emulator.services.search.definitions import Field, IndexDefinition, SemanticConfiguration
from emulator.services.search.errors import invalid, missing_ability, unknown_property
from emulator.services.search.facets import FacetRequest, parse_facet
from emulator.services.search.json_types import Json, JsonObject
from emulator.services.search.lucene_syntax import parse_full
from emulator.services.search.ordering import Order, parse_order
from emulator.services.search.parsing import objects
from emulator.services.search.query_tree import Everything, Node
from emulator.services.search.scoring import Boosts, boosts_of, parse_parameters
from emulator.services.search.simple_syntax import Mode, parse_simple
from emulator.services.search.vectors import Vector

DEFAULT_PAGE = 50
LARGEST_PAGE = 1000
MAX_SKIP = 100_000
OPTION = re.compile(r"(?P<name>count|threshold|highlight)-(?P<value>[\w.]+)")

type Syntax = Literal["simple", "full"]


@dataclass(frozen=True, slots=True)
class VectorQuery:
    """Nearest neighbours in one field; `text` is to be embedded when there is no vector yet."""

    field: str
    k: int
    weight: float
    vector: Vector | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Highlighting:
    """Which fields are highlighted, with at most how many fragments each, between which tags."""

    fields: Mapping[str, int]
    pre_tag: str
    post_tag: str


@dataclass(frozen=True, slots=True)
class SemanticRequest:
    """What the semantic ranker is asked for; `answers` is their number, 0 for none."""

    configuration: SemanticConfiguration
    query: str
    captions: bool
    caption_highlights: bool
    answers: int
    threshold: float


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A valid request; `top` is None when the caller left it to the service."""

    text: str | None
    node: Node
    fields: tuple[Field, ...]
    weights: Mapping[str, float]
    boosts: Boosts
    mode: Mode
    filter: str | None
    order: tuple[Order, ...]
    select: frozenset[str] | None
    top: int | None
    skip: int
    count: bool
    facets: tuple[FacetRequest, ...]
    highlighting: Highlighting
    vector_queries: tuple[VectorQuery, ...]
    post_filter: bool
    semantic: SemanticRequest | None
    minimum_coverage: bool
    body: JsonObject = field(default_factory=dict)

    @property
    def page(self) -> int:
        """How many results this response holds at most."""
        return min(DEFAULT_PAGE if self.top is None else self.top, LARGEST_PAGE)

    @property
    def matches_everything(self) -> bool:
        """Whether the text leaves out no document."""
        return isinstance(self.node, Everything)


def parse_request(definition: IndexDefinition, body: JsonObject) -> SearchRequest:
    """Reads a request body; raises SearchError (400) naming what is wrong."""
    text = _text(body, "search")
    mode: Mode = "all" if _text(body, "searchMode") == "all" else "any"
    query_type = _choice(body, "queryType", ("simple", "full", "semantic"), "simple")
    fields = _search_fields(definition, body)
    order = tuple(parse_order(definition, item) for item in _expressions(body, "orderby"))
    semantic = _semantic(definition, body, query_type, text or "")
    profile = _scoring_profile(definition, body)
    if semantic and order:
        raise invalid("$orderby is not supported for queries of type 'semantic'.", "orderby")
    return SearchRequest(
        text=text,
        node=parse_text(text or "", "full" if query_type == "full" else "simple", mode),
        fields=fields,
        weights=definition.text_weights.get(profile, {}),
        boosts=boosts_of(definition, profile, _scoring_parameters(body)),
        mode=mode,
        filter=_text(body, "filter"),
        order=order,
        select=_select(definition, body),
        top=_number(body, "top", None, 2**31 - 1),
        skip=_number(body, "skip", 0, MAX_SKIP) or 0,
        count=body.get("count") is True,
        facets=tuple(parse_facet(definition, item) for item in _names(body, "facets", ())),
        highlighting=_highlighting(definition, body),
        vector_queries=_vector_queries(definition, body),
        post_filter=_text(body, "vectorFilterMode") == "postFilter",
        semantic=semantic,
        minimum_coverage=body.get("minimumCoverage") is not None,
        body=body,
    )


def parse_text(text: str, syntax: Syntax, mode: Mode) -> Node:
    """What a search text asks for, by either syntax."""
    return parse_full(text, mode) if syntax == "full" else parse_simple(text, mode)


def text_field(definition: IndexDefinition, path: str, parameter: str) -> Field:
    """The searchable text field with this path; raises SearchError (400) if there is none."""
    found = definition.find(path)
    if found is None:
        raise unknown_property(path, parameter)
    if not found.searchable or found.is_vector:
        raise missing_ability(path, "searchable", parameter)
    return found


def _text(body: JsonObject, name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid(f"'{name}' must be a text.", name)
    return value if value and value.strip() else None


def _choice(body: JsonObject, name: str, allowed: tuple[str, ...], default: str) -> str:
    value = _text(body, name) or default
    if value not in allowed:
        raise invalid(f"'{value}' is not a valid value; use {', '.join(allowed)}.", name)
    return value


def _number(body: JsonObject, name: str, default: int | None, largest: int) -> int | None:
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= largest:
        raise invalid(f"Value must be between 0 and {largest}.", name)
    return value


def _names(body: JsonObject, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    value = body.get(name)
    if value is None:
        return default
    items: list[Json] = [*value.split(",")] if isinstance(value, str) else []
    items = value if isinstance(value, list) else items
    return tuple(item.strip() for item in items if isinstance(item, str) and item.strip())


def _expressions(body: JsonObject, name: str) -> tuple[str, ...]:
    value = body.get(name)
    if isinstance(value, list):
        return _names(body, name, ())
    # A comma inside geo.distance(...) does not end an expression.
    parts = re.split(r",(?![^(]*\))", value) if isinstance(value, str) else []
    return tuple(part.strip() for part in parts if part.strip())


def _search_fields(definition: IndexDefinition, body: JsonObject) -> tuple[Field, ...]:
    names = _names(body, "searchFields", ())
    found = tuple(text_field(definition, name, "searchFields") for name in names)
    return found or definition.searchable_text


def _scoring_profile(definition: IndexDefinition, body: JsonObject) -> str:
    """Empty for none."""
    profile = _text(body, "scoringProfile") or definition.default_scoring_profile or ""
    if profile and profile not in definition.text_weights:
        raise invalid(f"There is no scoring profile named '{profile}'.", "scoringProfile")
    return profile


def _scoring_parameters(body: JsonObject) -> Mapping[str, str]:
    # One by one: the commas in a text are part of the values.
    items = body.get("scoringParameters")
    listed = items if isinstance(items, list) else [items]
    return parse_parameters(item for item in listed if isinstance(item, str))


def _select(definition: IndexDefinition, body: JsonObject) -> frozenset[str] | None:
    names = _names(body, "select", ())
    if not names or names == ("*",):
        return None
    for name in names:
        found = definition.find(name)
        if found is None:
            raise unknown_property(name, "$select")
        if not found.retrievable:
            raise missing_ability(name, "retrievable", "$select")
    return frozenset(names)


def _highlighting(definition: IndexDefinition, body: JsonObject) -> Highlighting:
    fields: dict[str, int] = {}
    for item in _names(body, "highlight", ()):
        name, dash, limit = item.rpartition("-")
        if not dash or not limit.isdigit():
            name, limit = item, "5"
        fields[text_field(definition, name, "highlight").path] = int(limit)
    pre_tag, post_tag = body.get("highlightPreTag"), body.get("highlightPostTag")
    if (pre_tag is None) != (post_tag is None):
        raise invalid("highlightPreTag and highlightPostTag go together.", "highlightPreTag")
    return Highlighting(fields, str(pre_tag or "<em>"), str(post_tag or "</em>"))


def _vector_queries(definition: IndexDefinition, body: JsonObject) -> tuple[VectorQuery, ...]:
    found: list[VectorQuery] = []
    for item in objects(body, "vectorQueries"):
        names = _names(item, "fields", ()) or tuple(one.path for one in definition.vectors)
        if not names:
            raise invalid("The index has no vector field.", "vectorQueries")
        found += [_vector_query(definition, item, name) for name in names]
    return tuple(found)


def _vector_query(definition: IndexDefinition, item: JsonObject, name: str) -> VectorQuery:
    one = definition.find(name)
    if one is None:
        raise unknown_property(name, "vectorQueries")
    if not one.is_vector:
        raise invalid(f"The field '{name}' is not a vector field.", "vectorQueries")
    kind, weight = item.get("kind"), item.get("weight")
    k = _number(item, "k", DEFAULT_PAGE, 10_000) or DEFAULT_PAGE
    vector = item.get("vector")
    if kind == "text" and isinstance(item.get("text"), str):
        parsed, text = None, _text(item, "text")
    elif kind == "vector" and isinstance(vector, list):
        if len(vector) != one.dimensions:
            raise invalid(
                f"The vector field '{name}' has {one.dimensions} dimensions; the query vector has "
                f"{len(vector)}.",
                "vectorQueries",
            )
        parsed, text = np.array(vector, dtype=np.float32), None
    else:
        raise invalid("A vector query has kind 'vector' and vector, or 'text' and text.", "kind")
    factor = float(weight) if isinstance(weight, int | float) else 1.0
    return VectorQuery(name, k, factor, parsed, text)


def _semantic(
    definition: IndexDefinition, body: JsonObject, query_type: str, text: str
) -> SemanticRequest | None:
    query = _text(body, "semanticQuery")
    if query_type != "semantic" and query is None:
        return None
    name = _text(body, "semanticConfiguration") or definition.default_semantic
    configuration = definition.semantic.get(name or "")
    if configuration is None:
        raise invalid(
            f"There is no semantic configuration named '{name}' in index '{definition.name}'.",
            "semanticConfiguration",
        )
    captions, answers = _text(body, "captions") or "none", _text(body, "answers") or "none"
    caption_options, answer_options = _options(captions), _options(answers)
    return SemanticRequest(
        configuration=configuration,
        query=query or text,
        captions=captions.startswith("extractive"),
        caption_highlights=caption_options.get("highlight", "true").lower() == "true",
        answers=int(answer_options.get("count", "1")) if answers.startswith("extractive") else 0,
        threshold=float(answer_options.get("threshold", "0.7")),
    )


def _options(text: str) -> dict[str, str]:
    # Written "extractive|count-3,threshold-0.7" or with "|" between all parts.
    return {match["name"]: match["value"] for match in OPTION.finditer(text)}
