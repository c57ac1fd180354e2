"""Recall, MRR and nDCG as one reckons them by hand; what a doubt counts for."""

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.cerebro.labelled import LabelledQuery, QueryKind
from bench.cerebro.latency import Compared
from bench.cerebro.metrics import ndcg_at, recall_at, reciprocal_rank_at
from bench.cerebro.quality import Asked, Doubts, doubts_of, quality_of
from bench.cerebro.searching import Found

GRADES = {"a": 2, "b": 1, "c": 1}
LETTERS = "abcdefgh"
RANKINGS = st.lists(st.sampled_from(LETTERS), unique=True)
LABELS = st.dictionaries(st.sampled_from(LETTERS), st.sampled_from([1, 2]), min_size=1)


def test_recall_is_the_share_of_the_relevant_ones_at_the_top() -> None:
    assert recall_at(2, ["x", "a", "b"], GRADES) == pytest.approx(1 / 3)
    assert recall_at(3, ["x", "a", "b"], GRADES) == pytest.approx(2 / 3)
    assert recall_at(5, ["c", "b", "a"], GRADES) == 1
    assert recall_at(5, [], GRADES) == 0


def test_the_reciprocal_rank_is_that_of_the_first_relevant_one() -> None:
    assert reciprocal_rank_at(10, ["a"], GRADES) == 1
    assert reciprocal_rank_at(10, ["x", "y", "c", "a"], GRADES) == pytest.approx(1 / 3)
    assert reciprocal_rank_at(2, ["x", "y", "c"], GRADES) == 0


def test_ndcg_weighs_grades_and_ranks() -> None:
    # Gains 3, 1, 1: ideally 3/log2(2) + 1/log2(3) + 1/log2(4).
    ideal = 3 + 1 / log2(3) + 0.5
    assert ndcg_at(10, ["a", "b", "c"], GRADES) == 1
    assert ndcg_at(10, ["a", "c", "b"], GRADES) == 1
    assert ndcg_at(10, ["b", "a"], GRADES) == pytest.approx((1 + 3 / log2(3)) / ideal)
    assert ndcg_at(10, ["x", "y", "z", "a"], GRADES) == pytest.approx(3 / log2(5) / ideal)
    assert ndcg_at(1, ["a"], GRADES) == 1


@given(RANKINGS, LABELS, st.integers(1, 10))
def test_every_measure_is_a_share(ranking: list[str], grades: dict[str, int], k: int) -> None:
    for measure in (recall_at, reciprocal_rank_at, ndcg_at):
        assert 0 <= measure(k, ranking, grades) <= 1 + 1e-12


@given(RANKINGS, LABELS)
def test_the_ideal_ranking_is_worth_1(ranking: list[str], grades: dict[str, int]) -> None:
    ideal = sorted(grades, key=lambda each: -grades[each])
    rest = [each for each in ranking if each not in grades]
    assert ndcg_at(10, [*ideal, *rest], grades) == pytest.approx(1)
    assert reciprocal_rank_at(10, [*ideal, *rest], grades) == 1


@given(RANKINGS, LABELS)
def test_what_stands_in_front_and_is_not_relevant_only_harms(
    ranking: list[str], grades: dict[str, int]
) -> None:
    for measure in (recall_at, reciprocal_rank_at, ndcg_at):
        assert measure(5, ["x", *ranking], grades) <= measure(5, ranking, grades)


def test_what_cannot_be_measured_is_refused() -> None:
    for measure in (recall_at, reciprocal_rank_at, ndcg_at):
        with pytest.raises(ValueError, match="grades"):
            measure(5, ["a"], {})
    with pytest.raises(ValueError, match="twice"):
        ndcg_at(5, ["a", "a"], GRADES)


def asked(kind: QueryKind, ranking: str, *warnings: str) -> Asked:
    relevant = {} if kind == "unanswerable" else {"a": 2}
    query = LabelledQuery("q", "es", "¿?", kind, relevant)
    return Asked(query, Found(tuple(ranking), warnings))


def test_questions_without_an_answer_do_not_count_for_what_is_found() -> None:
    quality = quality_of([asked("plain", "a"), asked("plain", "xa"), asked("unanswerable", "x")])
    assert (quality.questions, quality.recall, quality.mrr) == (2, 1, 0.75)


def test_both_ways_of_doubting_wrongly_are_counted() -> None:
    found = doubts_of(
        [
            *(asked("plain", "a", "evidence_weak"), asked("plain", "a"), asked("plain", "a")),
            *(asked("code", "a"), asked("unanswerable", "x", "evidence_weak")),
            *(asked("unanswerable", ""), asked("unanswerable", "x"), asked("unanswerable", "y")),
        ]
    )
    assert found == Doubts(4, 4, wrongly_doubted=0.25, wrongly_trusted=0.5)
    assert found.right == pytest.approx(0.625)


def test_three_indexes_are_compared_with_the_one_that_is_slowest_alone() -> None:
    single = {"one": [10.0, 10.0], "two": [30.0, 10.0], "three": [10.0, 20.0]}
    compared = Compared(single, three=[45.0, 30.0])
    assert compared.slowest == pytest.approx(29.0)
    assert compared.times_slower == pytest.approx(44.25 / 29.0)
