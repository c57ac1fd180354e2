"""Percentiles, targets and what goes into the JSON file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.figures import Figure, Target, p50, p95, percentile


def test_a_percentile_lies_between_the_closest_ranks() -> None:
    assert percentile([40, 10, 30, 20], 50) == 25
    assert percentile([10, 20, 30, 40, 50], 25) == 20
    assert p95(list(range(101))) == 95


def test_one_value_is_every_percentile() -> None:
    assert p50([7]) == p95([7]) == 7


def test_nothing_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.floats(0, 100))
def test_a_percentile_is_within_the_values(values: list[float], percent: float) -> None:
    assert min(values) <= percentile(values, percent) <= max(values)


def test_a_target_says_on_which_side_of_it_is_good() -> None:
    assert Target("at most", 30).is_met(30)
    assert not Target("at most", 30).is_met(30.1)
    assert Target("at least", 12).is_met(12)
    assert not Target("at least", 12).is_met(11.9)


def test_a_figure_without_a_target_is_neither_met_nor_missed() -> None:
    assert Figure("memory", "at rest", 200, "MB").met is None


def test_a_figure_tells_its_target_in_words() -> None:
    figure = Figure("throughput", "turns", 9.87654, "/s", Target("at least", 12))
    assert figure.to_json() == {
        "section": "throughput",
        "name": "turns",
        "value": 9.877,
        "unit": "/s",
        "target": "at least 12",
        "met": False,
    }
