"""Reading numbers as they are written in two languages."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.tools.numbers import find_numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1.500,50 euros", ["1500.50"]),
        ("$1,500.50", ["1500.50"]),
        ("1.500", ["1500", "1.500"]),
        ("1.234.567,8", ["1234567.8"]),
        ("12,5", ["12.5"]),
        ("-3", ["-3"]),
        ("las 5 primeras y las 7 últimas", ["5", "7"]),
        ("dos mil quinientos", ["2500"]),
        ("treinta y dos", ["32"]),
        ("two thousand five hundred and three", ["2503"]),
        ("un millón doscientas mil", ["1200000"]),
        ("dos mil millones", ["2000000000"]),
        ("P-1001", []),
        ("1,2,3", []),
        ("de y and", []),
        ("", []),
    ],
)
def test_a_number_is_understood(text: str, numbers: list[str]) -> None:
    assert find_numbers(text) == {Decimal(each) for each in numbers}


@given(st.integers(0, 10**9), st.integers(0, 99))
def test_either_languages_marks_give_the_same_number(whole: int, cents: int) -> None:
    meant = Decimal(f"{whole}.{cents:02}")
    english = f"{whole:,}.{cents:02}"
    spanish = english.translate(str.maketrans(",.", ".,"))
    assert find_numbers(english) == find_numbers(spanish) == {meant}


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    assert all(isinstance(each, Decimal) for each in find_numbers(text))
