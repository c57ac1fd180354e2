"""The labelled set that Cerebro is measured with can be measured with."""

from collections import Counter

import pytest

from bench.cerebro.labelled import (
    KINDS,
    LANGUAGES,
    LabelledDocument,
    LabelledQuery,
    LabelledSet,
    problems_of,
    read_set,
)

SET = read_set()
LEAST_SHARES = {"typo": 0.12, "code": 0.12, "hard_negative": 0.15, "unanswerable": 0.12}
DOCUMENT = LabelledDocument("d", "es", "topic", "Title", "Content")
QUERY = LabelledQuery("q", "es", "¿Qué?", "plain", {"d": 2})


def test_the_set_has_nothing_wrong() -> None:
    assert problems_of(SET) == []


def test_the_set_is_large_enough_in_both_languages() -> None:
    assert len(SET.documents) >= 300
    assert len(SET.queries) >= 200
    for language in LANGUAGES:
        assert sum(each.language == language for each in SET.documents) >= 100
        assert sum(each.language == language for each in SET.queries) >= 100


def test_every_kind_of_question_is_asked_in_each_language() -> None:
    for language in LANGUAGES:
        kinds = Counter(each.kind for each in SET.queries if each.language == language)
        assert set(kinds) == set(KINDS)
        assert min(kinds.values()) >= 5


@pytest.mark.parametrize(("kind", "share"), LEAST_SHARES.items())
def test_the_kinds_that_are_hard_have_their_share(kind: str, share: float) -> None:
    asked = sum(each.kind == kind for each in SET.queries)
    assert asked >= share * len(SET.queries)


def test_every_question_that_has_an_answer_names_a_document_that_gives_it() -> None:
    assert all(2 in each.relevant.values() for each in SET.queries if each.answerable)


@pytest.mark.parametrize(
    ("documents", "queries", "problem"),
    [
        ((DOCUMENT, DOCUMENT), (QUERY,), "document 'd' is there twice"),
        ((DOCUMENT,), (QUERY, QUERY), "query 'q' is there twice"),
        ((), (QUERY,), "q names d, which is no document"),
        ((DOCUMENT,), (LabelledQuery("q", "es", "x", "unanswerable", {"d": 1}),), "q is unansw"),
        ((DOCUMENT,), (LabelledQuery("q", "es", "x", "plain"),), "q is plain with 0 relevant"),
        ((DOCUMENT,), (LabelledQuery("q", "es", "x", "plain", {"d": 3}),), "the grade 3"),
    ],
)
def test_what_is_wrong_with_a_set_is_said(
    documents: tuple[LabelledDocument, ...], queries: tuple[LabelledQuery, ...], problem: str
) -> None:
    assert any(problem in each for each in problems_of(LabelledSet(documents, queries)))
