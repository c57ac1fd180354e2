"""Where an expression cannot be read is told in no language: a line and a column."""

import pytest

from shared.flows.expressions import ExpressionError, parse


def test_the_place_in_an_expression_is_two_numbers() -> None:
    with pytest.raises(ExpressionError) as refused:
        parse("a b")
    assert refused.value.detail == "1:3"
