"""How relevant the local semantic ranker calls a document: the same everywhere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.services.search.keyword_index import Scores
from emulator.services.search.relevance import NEIGHBOURS, closeness, relevance

SHARES = st.floats(0, 1)
SIMILARITIES = st.lists(st.floats(0.6, 1), max_size=80).map(lambda some: np.array(some, float))


def close(similarity: float, nearest: list[float]) -> float:
    return float(closeness(np.array([similarity]), np.array(nearest))[0])


@given(SIMILARITIES, SIMILARITIES)
def test_closeness_is_a_share_that_never_falls_with_similarity(found: Scores, near: Scores) -> None:
    ordered = closeness(np.sort(found), np.sort(near)[::-1][:NEIGHBOURS])
    assert np.all((ordered >= 0) & (ordered <= 1))
    assert np.all(np.diff(ordered) >= 0)


@given(SHARES, SHARES, SHARES)
def test_relevance_is_a_share_that_grows_with_either_sign(a: float, b: float, words: float) -> None:
    less, more = sorted((a, b))
    by_nearness = relevance(np.array([less, more]), np.array([words, words]))
    by_words = relevance(np.array([words, words]), np.array([less, more]))
    for found in (by_nearness, by_words):
        assert 0 <= found[0] <= found[1] <= 1


def test_one_that_stands_out_is_close_and_one_among_many_alike_is_not() -> None:
    crowd = [0.86 - 0.0004 * rank for rank in range(NEIGHBOURS - 1)]
    assert close(0.90, [0.90, *crowd]) > 0.8
    assert close(0.865, [0.865, *crowd]) < 0.3


@pytest.mark.parametrize("nearest", [[0.90], [0.90, 0.81, 0.80]])
def test_in_a_small_index_neighbours_are_taken_to_be_as_usual(nearest: list[float]) -> None:
    assert close(0.90, nearest) > 0.6
    assert close(0.82, nearest) == 0


def test_neighbours_that_are_all_alike_are_no_reason_to_divide_by_nothing() -> None:
    assert close(0.9, [0.9] * NEIGHBOURS) == 0
