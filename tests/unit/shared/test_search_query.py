"""From what is asked of Cerebro to the options of a search, by their summary."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.search import SearchIntent, SearchMode
from shared.errors import InvalidRequestError, NotAllowedError
from shared.ports import KnowledgeQuery
from shared.search.query import SearchOptions, SearchProfile, build_options, check

PROFILE = SearchProfile(
    default_index="cerebro",
    semantic_configuration="cerebro-semantic",
    allowed_indexes=("cerebro", "tramites-es"),
    allowed_configurations=("semantic-config-es",),
    dimensions=3,
    embedding_model="small",
)
PLAIN = KnowledgeQuery(
    text="¿Qué necesito?", index="cerebro", tenant_id="tenant", roles=("employee",),
    vector=(1.0, 2.0, 3.0),
)  # fmt: skip
NO_VECTOR = replace(PLAIN, vector=None)


def options(query: KnowledgeQuery = PLAIN, **asked: Any) -> SearchOptions:
    return build_options(replace(query, intent=SearchIntent.model_validate(asked)), PROFILE)


def summary(query: KnowledgeQuery = PLAIN, **asked: Any) -> dict[str, str]:
    """The lines of a summary by their names, but those that every search has."""
    lines = (line.partition(": ") for line in options(query, **asked).summary().splitlines())
    usual = ("index", "filter", "select", "page")
    return {name: value for name, _, value in lines if name not in usual}


def line(name: str, query: KnowledgeQuery = PLAIN, **asked: Any) -> str:
    lines = (line.partition(": ") for line in options(query, **asked).summary().splitlines())
    return next((value for each, _, value in lines if each == name), "")


def pointer(query: KnowledgeQuery = PLAIN, **asked: Any) -> str:
    """Where a search is refused."""
    with pytest.raises(InvalidRequestError) as refused:
        options(query, **asked)
    (problem,) = refused.value.problems
    return problem.pointer


def test_who_says_nothing_of_the_search_gets_a_hybrid_one() -> None:
    assert build_options(PLAIN, PROFILE).summary() == (
        "index: cerebro\n"
        "type: semantic, words in title, content\n"
        "semantic: cerebro-semantic\n"
        "vector: 3 dimensions in contentVector, 50 near\n"
        "filter: audience\n"
        "select: id, title, content, url, source, kind, scope, version, confidence\n"
        "page: 5 after 0"
    )


WORDS = "words in title, content"
VECTOR = "3 dimensions in contentVector, 50 near"
SEMANTIC = {"type": f"semantic, {WORDS}", "semantic": "cerebro-semantic"}


@pytest.mark.parametrize(
    ("asked", "decided"),
    [
        ({"mode": "keyword"}, {"type": f"simple, {WORDS}"}),
        ({"mode": "keyword", "queryType": "full"}, {"type": f"full, {WORDS}"}),
        ({"mode": "semantic"}, SEMANTIC),
        ({"mode": "vector"}, {"type": "simple, no words", "vector": VECTOR}),
        ({"mode": "hybrid"}, {**SEMANTIC, "vector": VECTOR}),
        ({"mode": "semantic", "queryType": "full"}, {**SEMANTIC, "warnings": "syntax_ignored"}),
    ],
)
def test_each_mode_asks_in_its_own_way(asked: dict[str, Any], decided: dict[str, str]) -> None:
    assert summary(**asked) == decided


@pytest.mark.parametrize("mode", ["vector", "hybrid"])
def test_without_a_vector_the_words_are_ranked_by_meaning_and_that_is_said(mode: str) -> None:
    assert summary(NO_VECTOR, mode=mode) == {**SEMANTIC, "warnings": "embedding_failed"}


@pytest.mark.parametrize("mode", ["keyword", "semantic"])
def test_who_needs_no_vector_misses_none(mode: str) -> None:
    assert "vector" not in summary(mode=mode)
    assert "warnings" not in summary(NO_VECTOR, mode=mode)


def test_answers_and_captions_are_asked_of_the_semantic_ranker() -> None:
    asked: dict[str, Any] = {"answers": "extractive", "answersCount": 3, "answersThreshold": 0.5}
    found = summary(mode="semantic", captions="extractive", **asked)
    assert (found["answers"], found["captions"]) == ("3 from 0.5", "highlighted")
    plain = summary(mode="hybrid", captions="extractive", captionsHighlightEnabled=False)
    assert (plain["captions"], "answers" in plain) == ("plain", False)


def test_there_are_no_generative_answers_so_extractive_ones_are_asked_for_and_that_is_said() -> (
    None
):
    found = summary(answers="generative")
    assert (found["answers"], found["warnings"]) == ("1 from 0.7", "answers_generative")


def test_without_words_none_are_marked_and_that_is_said() -> None:
    found = summary(mode="vector", highlight=["content"])
    assert ("highlight" in found, found["warnings"]) == (False, "highlight_without_words")
    assert "warnings" not in summary(mode="hybrid", highlight=["content"])
    assert "highlight" in summary(NO_VECTOR, mode="vector", highlight=["content"])


@pytest.mark.parametrize("asked", [{"answers": "extractive"}, {"captions": "extractive"}])
def test_a_search_without_the_ranker_has_no_answers_and_says_so(asked: dict[str, Any]) -> None:
    found = summary(mode="keyword", **asked)
    assert found == {"type": f"simple, {WORDS}", "warnings": "answers_without_semantic"}


def test_the_language_chooses_the_fields_and_the_semantic_configuration() -> None:
    english = {
        "type": "semantic, words in titleEn, contentEn", "semantic": "cerebro-semantic-en",
        "vector": VECTOR,
    }  # fmt: skip
    assert summary(queryLanguage="en-US") == english
    assert summary(replace(PLAIN, language="en")) == english
    assert summary(replace(PLAIN, language="en"), queryLanguage="es") == summary()
    assert line("highlight", queryLanguage="en", highlight=["content"]) == "contentEn"


def test_a_language_without_fields_is_looked_for_in_the_spanish_ones_and_that_is_said() -> None:
    assert summary(queryLanguage="fr") == summary() | {"warnings": "language_unknown:fr"}
    spanish = replace(PROFILE, languages=("es",))
    found = build_options(replace(PLAIN, language="en"), spanish)
    assert (found.search_fields, found.warnings) == (("title", "content"), ())


def test_a_semantic_configuration_may_be_named_if_it_is_allowed() -> None:
    for name in ("semantic-config-es", "cerebro-semantic", "cerebro-semantic-en"):
        assert line("semantic", semanticConfiguration=name) == name
    with pytest.raises(NotAllowedError) as refused:
        options(semanticConfiguration="their-own")
    assert refused.value.values == {"name": "their-own"}


def test_a_page_is_cut_by_the_service_for_one_index_and_after_merging_for_several() -> None:
    assert line("page", topK=3, skip=7) == "3 after 7"
    assert line("page", topK=3, skip=7, indexes=["cerebro", "tramites-es"]) == "10 after 0"
    assert line("page", topK=10, skip=1_000) == "10 after 1000"
    assert pointer(topK=10, skip=41, indexes=["cerebro", "tramites-es"]) == "/search/skip"


def test_a_filter_is_joined_with_the_audience() -> None:
    asked = "category eq 'transito' or kind eq 'faq'"
    assert line("filter", filter=asked) == "audience and ((category eq ? or kind eq ?))"
    assert options(filter=asked).filter == (
        f"{build_options(PLAIN, PROFILE).filter} and ((category eq 'transito' or kind eq 'faq'))"
    )


def test_a_broken_filter_says_where_it_breaks_in_the_language_of_the_conversation() -> None:
    told = {}
    for language in ("es", "en"):
        with pytest.raises(InvalidRequestError) as refused:
            options(replace(PLAIN, language=language), filter="category eq 'a' or")
        (problem,) = refused.value.problems
        assert problem.pointer == "/search/filter"
        told[language] = problem.message
    assert told == {
        "es": "en la posición 19: se espera un campo",
        "en": "at position 19: a field is expected",
    }


def test_what_a_caller_selects_is_added_to_what_a_citation_needs() -> None:
    found = options(select=["content", "category", "updatedAt"])
    assert found.select[-2:] == ("category", "updatedAt")
    assert len(found.select) == len(set(found.select)) == 11
    assert found.selected == ("category", "updatedAt")


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ({"select": ["title", "tenantId"]}, "/search/select/1"),
        ({"select": ["allowedRoles"]}, "/search/select/0"),
        ({"select": ["contentVector"]}, "/search/select/0"),
        ({"select": ["contentEn"]}, "/search/select/0"),
        ({"select": ["nothing"]}, "/search/select/0"),
        ({"highlight": ["category"]}, "/search/highlight/0"),
        ({"vectorFields": ["otherVector"]}, "/search/vectorFields/0"),
        ({"scoringProfile": "theirs"}, "/search/scoringProfile"),
        ({"filter": "content eq 'a'"}, "/search/filter"),
    ],
)
def test_what_no_field_is_for_is_refused_by_its_place(asked: dict[str, Any], place: str) -> None:
    assert pointer(**asked) == place


def test_a_vector_of_the_callers_has_the_length_of_the_index_and_wins() -> None:
    for mode in ("vector", "hybrid", "keyword"):
        assert pointer(mode=mode, vector=[1, 2]) == "/search/vector"
    assert options(vector=[3, 2, 1]).vector == (3, 2, 1)
    assert options(NO_VECTOR, mode="vector", vector=[3, 2, 1]).vector == (3, 2, 1)
    unknown = replace(PROFILE, dimensions=None)
    intent = SearchIntent.model_validate({"vector": [1, 2]})
    assert build_options(replace(PLAIN, intent=intent), unknown).vector == (1, 2)


def test_a_scoring_profile_of_the_index_may_be_named() -> None:
    assert line("scoring", scoringProfile="recent") == "recent"


def test_without_the_semantic_ranker_the_rest_stays() -> None:
    full = options(answers="extractive", captions="extractive", filter="kind eq 'faq'", skip=2)
    rest = full.without_semantic()
    assert (rest.query_type, rest.semantic_configuration, rest.warnings) == (
        "simple", None, ("semantic_failed",)
    )  # fmt: skip
    assert (rest.answers, rest.captions) == (0, False)
    assert (rest.filter, rest.vector, rest.skip) == (full.filter, full.vector, full.skip)


# --- before anything is asked ---------------------------------------------------------------------


def checked(**asked: Any) -> None:
    check(replace(NO_VECTOR, intent=SearchIntent.model_validate(asked)), PROFILE)


def test_what_can_be_asked_is_let_through() -> None:
    checked()
    checked(indexes=["cerebro", "tramites-es"], vector=[1, 2, 3], filter="kind eq 'faq'")
    check(PLAIN, PROFILE)


def test_only_indexes_of_the_settings_are_asked() -> None:
    for asked in ({"index": "theirs"}, {"indexes": ["cerebro", "theirs"]}):
        with pytest.raises(NotAllowedError) as refused:
            checked(**asked)
        assert refused.value.values == {"name": "theirs"}
    with pytest.raises(NotAllowedError):
        check(PLAIN, replace(PROFILE, default_index="unlisted"))


def test_only_the_embedding_model_of_the_indexes_can_be_asked_for() -> None:
    checked(embeddingModel="small")
    with pytest.raises(NotAllowedError) as refused:
        checked(embeddingModel="large")
    assert refused.value.values == {"name": "large"}


@pytest.mark.parametrize("mode", ["keyword", "semantic", "vector", "hybrid"])
@pytest.mark.parametrize("asked", [{"vector": [1, 2]}, {"vectorFields": ["x"]}, {"filter": "x"}])
def test_what_would_be_refused_later_is_refused_at_once_in_every_mode(
    mode: SearchMode, asked: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequestError):
        checked(mode=mode, **asked)


@pytest.mark.parametrize("mode", ["keyword", "vector"])
def test_a_configuration_that_is_not_allowed_is_refused_even_if_it_is_not_used(mode: str) -> None:
    with pytest.raises(NotAllowedError):
        checked(mode=mode, semanticConfiguration="their-own")


@given(
    st.builds(
        dict,
        mode=st.sampled_from(["keyword", "semantic", "vector", "hybrid"]),
        filter=st.sampled_from([None, "kind eq 'secreto'", "search.ismatch('secreto')"]),
        queryLanguage=st.sampled_from([None, "es", "en", "fr"]),
        answers=st.sampled_from([None, "extractive", "generative"]),
    )
)
def test_no_summary_holds_what_a_person_wrote(asked: dict[str, str | None]) -> None:
    secret = replace(PLAIN, text="secreto", tenant_id="secreto", roles=("secreto",))
    intent = SearchIntent.model_validate({k: v for k, v in asked.items() if v is not None})
    found = build_options(replace(secret, intent=intent), PROFILE)
    assert "secreto" not in found.summary()
    assert found.summary() == build_options(replace(secret, intent=intent), PROFILE).summary()
