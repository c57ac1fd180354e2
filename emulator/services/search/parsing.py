"""Reads index definitions and refuses those that Azure would refuse."""

import re
from collections.abc import Mapping

from emulator.services.search.analysis import is_known_analyzer
from emulator.services.search.definitions import (
    Field,
    IndexDefinition,
    Metric,
    SemanticConfiguration,
)
from emulator.services.search.errors import SearchError, invalid
from emulator.services.search.json_types import Json, JsonObject
from emulator.services.search.scoring import check_functions, parse_aggregation, parse_functions

INDEX_NAME = re.compile(r"[a-z0-9](?:[a-z0-9]|[-_](?![-_])){0,126}[a-z0-9]")
FIELD_NAME = re.compile(r"(?!azureSearch)[A-Za-z][A-Za-z0-9_]{0,127}")
NUMBERS = {"Edm.Int16", "Edm.Int32", "Edm.Int64", "Edm.Double", "Edm.Single", "Edm.Half"}
SMALL_NUMBERS = {"Edm.SByte", "Edm.Byte"}
SCALARS = (
    NUMBERS
    | SMALL_NUMBERS
    | {"Edm.String", "Edm.Boolean", "Edm.DateTimeOffset", "Edm.GeographyPoint"}
)
VECTOR_TYPES = {"Edm.Single", "Edm.Half", "Edm.Int16", "Edm.SByte"}
COLLECTION = re.compile(r"Collection\((?P<inner>[A-Za-z.0-9]+)\)")
METRICS: Mapping[str, Metric] = {
    "cosine": "cosine",
    "euclidean": "euclidean",
    "dotProduct": "dotProduct",
}


def parse_definition(document: JsonObject) -> IndexDefinition:
    """Reads an index definition as sent to `POST /indexes`; raises SearchError (400)."""
    name = document.get("name")
    if not isinstance(name, str) or not INDEX_NAME.fullmatch(name):
        raise _refused(
            f"Invalid index name '{name}': use 2 to 128 lower case letters, digits, dashes or "
            "underscores, with a letter or digit first and last and no two of the others in a row."
        )
    metrics = _profile_metrics(document)
    fields = tuple(_field(item, "", metrics) for item in objects(document, "fields"))
    _check_unique(fields)
    keys = [field for field in fields if field.key]
    if len(keys) != 1 or keys[0].edm != "Edm.String":
        raise _refused(f"Index '{name}' must have exactly one key field, of type Edm.String.")
    semantic, default_semantic = _semantic(document)
    profiles = {str(one.get("name")): one for one in objects(document, "scoringProfiles")}
    definition = IndexDefinition(
        name=name,
        document=document,
        fields=fields,
        key=keys[0].name,
        semantic=semantic,
        default_semantic=default_semantic,
        text_weights={name: _text_weights(one) for name, one in profiles.items()},
        functions={name: parse_functions(one) for name, one in profiles.items()},
        aggregations={name: parse_aggregation(one) for name, one in profiles.items()},
        default_scoring_profile=_text(document.get("defaultScoringProfile")),
    )
    _check_references(definition)
    check_functions(definition)
    return definition


def objects(document: Mapping[str, Json], name: str) -> list[JsonObject]:
    """The list of objects under `name`; none if it is absent or null."""
    items = document.get(name)
    if items is None:
        return []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise _refused(f"'{name}' must be a list of objects.")
    return [item for item in items if isinstance(item, dict)]


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None


def _refused(message: str) -> SearchError:
    return invalid("The request is invalid. Details: " + message)


def _field(item: JsonObject, parent: str, metrics: Mapping[str, Metric]) -> Field:
    name = item.get("name")
    if not isinstance(name, str) or not FIELD_NAME.fullmatch(name):
        raise _refused(
            f"Invalid field name '{name}': use letters, digits and underscores, a letter first."
        )
    path = f"{parent}/{name}" if parent else name
    edm, collection = _type(item, path)
    if _is_vector(item, edm):
        return _vector_field(item, path, edm, metrics)
    children = tuple(_field(child, path, metrics) for child in objects(item, "fields"))
    if (edm == "Edm.ComplexType") != bool(children):
        raise _refused(f"Field '{path}': exactly the fields of Edm.ComplexType have sub-fields.")
    plain = edm not in ("Edm.ComplexType", "Edm.GeographyPoint")
    searchable = _flag(item, "searchable", edm == "Edm.String")
    if searchable and edm != "Edm.String":
        raise _refused(f"Field '{path}' cannot be searchable: only text is, not {edm}.")
    if collection and item.get("sortable") is True:
        raise _refused(f"Field '{path}' is a collection and cannot be sortable.")
    analyzer, search_analyzer = _analyzers(item, path)
    return Field(
        name=name,
        path=path,
        type=edm,
        collection=collection,
        key=_flag(item, "key", False),
        searchable=searchable,
        filterable=_flag(item, "filterable", edm != "Edm.ComplexType"),
        sortable=_flag(item, "sortable", edm != "Edm.ComplexType" and not collection),
        facetable=_flag(item, "facetable", plain),
        retrievable=_flag(item, "retrievable", True),
        analyzer=analyzer,
        search_analyzer=search_analyzer,
        fields=children,
    )


def _flag(item: JsonObject, name: str, default: bool) -> bool:
    value = item.get(name)
    return value if isinstance(value, bool) else default


def _type(item: JsonObject, path: str) -> tuple[str, bool]:
    edm = item.get("type")
    if isinstance(edm, str):
        match = COLLECTION.fullmatch(edm)
        inner = match["inner"] if match else edm
        if inner in SCALARS or inner == "Edm.ComplexType":
            return inner, match is not None
    raise _refused(f"Field '{path}' has the type '{edm}', which is not supported.")


def _is_vector(item: JsonObject, edm: str) -> bool:
    marks = (item.get("dimensions"), item.get("vectorSearchProfile"))
    return edm in VECTOR_TYPES and any(mark is not None for mark in marks)


def _vector_field(item: JsonObject, path: str, edm: str, metrics: Mapping[str, Metric]) -> Field:
    dimensions, profile = item.get("dimensions"), item.get("vectorSearchProfile")
    if not isinstance(dimensions, int) or not 1 <= dimensions <= 4096:
        raise _refused(f"The vector field '{path}' must have 'dimensions' between 1 and 4096.")
    if not isinstance(profile, str) or profile not in metrics:
        raise _refused(
            f"The vector field '{path}' must name a 'vectorSearchProfile' of 'vectorSearch'; "
            f"'{profile}' is none."
        )
    return Field(
        name=path,
        path=path,
        type=edm,
        collection=True,
        key=False,
        searchable=True,
        filterable=False,
        sortable=False,
        facetable=False,
        retrievable=_flag(item, "retrievable", True),
        analyzer="",
        search_analyzer="",
        dimensions=dimensions,
        metric=metrics[profile],
    )


def _analyzers(item: JsonObject, path: str) -> tuple[str, str]:
    both = _text(item.get("analyzer"))
    index, search = _text(item.get("indexAnalyzer")), _text(item.get("searchAnalyzer"))
    chosen = (both or index or "standard.lucene", both or search or "standard.lucene")
    for name in chosen:
        if not is_known_analyzer(name):
            raise _refused(f"Field '{path}' uses the analyzer '{name}', which is not available.")
    return chosen


def _profile_metrics(document: JsonObject) -> dict[str, Metric]:
    section = document.get("vectorSearch")
    if not isinstance(section, dict):
        return {}
    algorithms = {item.get("name"): _metric(item) for item in objects(section, "algorithms")}
    profiles: dict[str, Metric] = {}
    for item in objects(section, "profiles"):
        name, algorithm = item.get("name"), item.get("algorithm")
        if not isinstance(name, str) or algorithm not in algorithms:
            raise _refused(f"Vector profile '{name}' names an unknown algorithm '{algorithm}'.")
        profiles[name] = algorithms[algorithm]
    return profiles


def _metric(algorithm: JsonObject) -> Metric:
    for name in ("hnswParameters", "exhaustiveKnnParameters"):
        parameters = algorithm.get(name)
        if isinstance(parameters, dict):
            metric = parameters.get("metric") or "cosine"
            if metric not in METRICS:
                raise _refused(f"The vector metric '{metric}' is not supported here.")
            return METRICS[str(metric)]
    return "cosine"


def _semantic(document: JsonObject) -> tuple[dict[str, SemanticConfiguration], str | None]:
    section = document.get("semantic")
    if not isinstance(section, dict):
        return {}, None
    found = {}
    for item in objects(section, "configurations"):
        name, fields = item.get("name"), item.get("prioritizedFields")
        if not isinstance(name, str) or not isinstance(fields, dict):
            raise _refused("A semantic configuration needs 'name' and 'prioritizedFields'.")
        title = fields.get("titleField")
        found[name] = SemanticConfiguration(
            name=name,
            title=_text(title.get("fieldName")) if isinstance(title, dict) else None,
            content=_field_names(fields, "prioritizedContentFields"),
            keywords=_field_names(fields, "prioritizedKeywordsFields"),
        )
    return found, _text(section.get("defaultConfiguration"))


def _field_names(fields: JsonObject, name: str) -> tuple[str, ...]:
    return tuple(str(item.get("fieldName")) for item in objects(fields, name))


def _text_weights(profile: JsonObject) -> dict[str, float]:
    text = profile.get("text")
    weights = text.get("weights") if isinstance(text, dict) else None
    return {
        name: float(weight)
        for name, weight in (weights if isinstance(weights, dict) else {}).items()
        if isinstance(weight, int | float)
    }


def _check_unique(fields: tuple[Field, ...]) -> None:
    seen: set[str] = set()
    for field in fields:
        if field.path in seen:
            raise _refused(f"The field name '{field.path}' is used twice.")
        seen.add(field.path)
        _check_unique(field.fields)


def _check_references(definition: IndexDefinition) -> None:
    default = definition.default_semantic
    if default is not None and default not in definition.semantic:
        raise _refused(f"The default semantic configuration '{default}' is not defined.")
    profile = definition.default_scoring_profile
    if profile is not None and profile not in definition.text_weights:
        raise _refused(f"The default scoring profile '{profile}' is not defined.")
    searchable = {field.path for field in definition.searchable_text}
    for config in definition.semantic.values():
        title = (config.title,) if config.title else ()
        for path in (*title, *config.content, *config.keywords):
            if path not in searchable:
                raise _refused(
                    f"Semantic configuration '{config.name}': '{path}' is not a searchable field."
                )
    for name, weights in definition.text_weights.items():
        for path in weights:
            if path not in searchable:
                raise _refused(f"Scoring profile '{name}': '{path}' is not a searchable field.")
