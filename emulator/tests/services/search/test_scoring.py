"""Scoring profiles' functions: what is recent, large, near or tagged counts more."""

from datetime import UTC, datetime, timedelta

import pytest
from azure.core.exceptions import HttpResponseError
from azure.search.documents.aio import SearchClient
from azure.search.documents.indexes.models import (
    DistanceScoringFunction,
    DistanceScoringParameters,
    FreshnessScoringFunction,
    FreshnessScoringParameters,
    MagnitudeScoringFunction,
    MagnitudeScoringParameters,
    ScoringFunction,
    ScoringProfile,
    SearchableField,
    SearchIndex,
    SemanticConfiguration,
    SemanticField,
    SemanticPrioritizedFields,
    SemanticSearch,
    SimpleField,
    TagScoringFunction,
    TagScoringParameters,
)

from emulator.tests.services.search.cloud import Cloud

DAY = timedelta(days=1)
FIELDS = [
    SimpleField(name="id", type="Edm.String", key=True),
    SearchableField(name="text", type="Edm.String"),
    SimpleField(name="at", type="Edm.DateTimeOffset", filterable=True),
    SimpleField(name="hidden", type="Edm.DateTimeOffset", filterable=False),
    SimpleField(name="stars", type="Edm.Double", filterable=True),
    SimpleField(name="place", type="Edm.GeographyPoint", filterable=True),
    SimpleField(name="tags", type="Collection(Edm.String)", filterable=True),
]


def fresh(days: float, boost: float = 3.0, field: str = "at", **more: str) -> ScoringFunction:
    lasting = FreshnessScoringParameters(boosting_duration=timedelta(days=days))
    return FreshnessScoringFunction(field_name=field, boost=boost, parameters=lasting, **more)


def large(start: float, end: float, boost: float = 3.0, beyond: bool = False) -> ScoringFunction:
    scale = MagnitudeScoringParameters(
        boosting_range_start=start,
        boosting_range_end=end,
        should_boost_beyond_range_by_constant=beyond,
    )
    return MagnitudeScoringFunction(field_name="stars", boost=boost, parameters=scale)


NEAR = DistanceScoringFunction(
    field_name="place",
    boost=3.0,
    parameters=DistanceScoringParameters(reference_point_parameter="here", boosting_distance=100),
)
TAGGED = TagScoringFunction(
    field_name="tags", boost=3.0, parameters=TagScoringParameters(tags_parameter="mine")
)


def index(*functions: ScoringFunction, together: str | None = None) -> SearchIndex:
    profile = ScoringProfile(
        name="boosted", functions=list(functions), function_aggregation=together
    )
    fields = SemanticPrioritizedFields(content_fields=[SemanticField(field_name="text")])
    meaning = SemanticConfiguration(name="meaning", prioritized_fields=fields)
    return SearchIndex(
        name="boosts", fields=FIELDS, scoring_profiles=[profile],
        semantic_search=SemanticSearch(configurations=[meaning]),
    )  # fmt: skip


async def filled(
    cloud: Cloud, definition: SearchIndex, documents: dict[str, dict[str, object]]
) -> SearchClient:
    await (await cloud.indexes()).create_index(definition)
    client = await cloud.search("boosts")
    await client.upload_documents(
        [{"id": name, "text": "word", **values} for name, values in documents.items()]
    )
    return client


async def factors(client: SearchClient, *parameters: str) -> dict[str, float]:
    """By what each document's score is multiplied."""
    plain = {one["id"]: one["@search.score"] async for one in await client.search("word")}
    boosted = await client.search(
        "word", scoring_profile="boosted", scoring_parameters=list(parameters) or None
    )
    return {one["id"]: one["@search.score"] / plain[one["id"]] async for one in boosted}


def about(**wanted: float) -> object:
    return pytest.approx(wanted, abs=0.01)


async def test_what_is_recent_counts_more_the_more_recent_it_is(cloud: Cloud) -> None:
    now = datetime.now(UTC)
    ages = {"new": 0, "half": 50, "old": 100.5, "future": -5}
    documents: dict[str, dict[str, object]] = {
        name: {"at": (now - age * DAY).isoformat()} for name, age in ages.items()
    }
    client = await filled(cloud, index(fresh(100)), {**documents, "none": {"at": None}})
    found = await factors(client)
    assert found == about(new=3, half=2, old=1, future=1, none=1)
    assert list(found)[:2] == ["new", "half"]


async def test_a_duration_below_zero_is_of_the_future(cloud: Cloud) -> None:
    now = datetime.now(UTC)
    documents: dict[str, dict[str, object]] = {
        "soon": {"at": (now + 50 * DAY).isoformat()},
        "past": {"at": (now - 50 * DAY).isoformat()},
    }
    # The SDK writes such a duration as P-100D, which is none in XML.
    definition = index(fresh(100)).as_dict()
    definition["scoringProfiles"][0]["functions"][0]["freshness"]["boostingDuration"] = "-P100D"
    client = await filled(cloud, SearchIndex(definition), documents)
    assert await factors(client) == about(soon=2, past=1)


@pytest.mark.parametrize(
    ("interpolation", "half"),
    [("linear", 2.0), ("constant", 3.0), ("quadratic", 2.5), ("logarithmic", 1.83)],
)
async def test_an_interpolation_says_how_fast_a_boost_falls(
    cloud: Cloud, interpolation: str, half: float
) -> None:
    documents: dict[str, dict[str, object]] = {
        "half": {"at": (datetime.now(UTC) - 50 * DAY).isoformat()}
    }
    client = await filled(cloud, index(fresh(100, interpolation=interpolation)), documents)
    assert await factors(client) == about(half=half)


@pytest.mark.parametrize("beyond", [False, True])
async def test_what_is_large_counts_more(cloud: Cloud, beyond: bool) -> None:
    documents: dict[str, dict[str, object]] = {
        name: {"stars": value} for name, value in {"low": 0, "mid": 3, "top": 5, "over": 6}.items()
    }
    client = await filled(cloud, index(large(1, 5, beyond=beyond)), documents)
    assert await factors(client) == about(low=1, mid=2, top=3, over=3 if beyond else 1)


async def test_what_is_near_the_point_of_the_request_counts_more(cloud: Cloud) -> None:
    def point(longitude: float) -> dict[str, object]:
        return {"place": {"type": "Point", "coordinates": [longitude, 0.0]}}

    documents = {"here": point(-3.0), "near": point(-3.4497), "far": point(10.0)}
    client = await filled(cloud, index(NEAR), documents)
    assert await factors(client, "here--3.0,0") == about(here=3, near=2, far=1)


async def test_what_has_a_tag_of_the_request_counts_more(cloud: Cloud) -> None:
    documents: dict[str, dict[str, object]] = {"a": {"tags": ["x", "y"]}, "b": {"tags": ["z"]}}
    client = await filled(cloud, index(TAGGED), documents)
    assert await factors(client, "mine-y,w") == about(a=3, b=1)


@pytest.mark.parametrize(
    ("together", "factor"),
    [(None, 4.0), ("sum", 4.0), ("average", 2.5), ("minimum", 2.0), ("maximum", 3.0),
     ("firstMatching", 3.0), ("product", 6.0)],
)  # fmt: skip
async def test_several_functions_are_taken_together(
    cloud: Cloud, together: str | None, factor: float
) -> None:
    functions = (large(0, 1, boost=3.0, beyond=True), large(0, 2, boost=2.0, beyond=True))
    client = await filled(cloud, index(*functions, together=together), {"a": {"stars": 2}})
    assert await factors(client) == about(a=factor)


async def test_the_semantic_ranker_orders_by_the_boosted_score(cloud: Cloud) -> None:
    client = await filled(cloud, index(large(0, 1, boost=9.0)), {"a": {}, "b": {"stars": 1}})
    options = {"query_type": "semantic", "semantic_configuration_name": "meaning"}
    plain = [one async for one in await client.search("word", **options)]  # type: ignore[arg-type]
    assert {one["@search.reranker_boosted_score"] for one in plain} == {None}
    options["scoring_profile"] = "boosted"
    rows = [one async for one in await client.search("word", **options)]  # type: ignore[arg-type]
    boosts = {
        one["id"]: one["@search.reranker_boosted_score"] / one["@search.reranker_score"]
        for one in rows
    }
    assert boosts == about(b=9, a=1)
    assert [one["id"] for one in rows] == ["b", "a"]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (fresh(1, boost=1.0), "a positive number other than 1"),
        (fresh(1, boost=-2.0), "a positive number other than 1"),
        (fresh(1, field="hidden"), "'hidden' is not a filterable field for freshness"),
        (fresh(1, field="stars"), "'stars' is not a filterable field for freshness"),
        (fresh(1, field="nothing"), "'nothing' is not a filterable field for freshness"),
    ],
)
async def test_a_function_in_error_is_refused(
    cloud: Cloud, function: ScoringFunction, message: str
) -> None:
    with pytest.raises(HttpResponseError, match=message) as refused:
        await (await cloud.indexes()).create_index(index(function))
    assert refused.value.status_code == 400


async def test_a_parameter_that_is_missing_is_asked_for(cloud: Cloud) -> None:
    client = await filled(cloud, index(TAGGED), {"a": {}})
    with pytest.raises(HttpResponseError, match="Expected mine in scoringParameters"):
        await factors(client)
