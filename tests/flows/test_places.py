"""Why an expression cannot be read is told in the language of who is told."""

import pytest

from shared.contracts.identity import Language
from shared.flows.checking import check
from shared.flows.expressions import ExpressionError, parse

SAID: dict[Language, str] = {
    "es": "La expresión no se entiende (línea 1, columna 3).",
    "en": "The expression cannot be read (line 1, column 3).",
}


def test_the_place_in_an_expression_is_two_numbers() -> None:
    with pytest.raises(ExpressionError) as refused:
        parse("a b")
    assert refused.value.values == {"line": 1, "column": 3}


@pytest.mark.parametrize("language", SAID)
def test_the_place_is_told_in_both_languages(language: Language) -> None:
    (problem,) = check([{"type": "condition", "expression": "a b"}], language)
    assert problem.message == SAID[language]
