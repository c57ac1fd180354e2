"""What is told of a body that is not taken."""

import json
from typing import Annotated

import pytest
from pydantic import Field, ValidationError

from shared.contracts.base import Inbound
from shared.contracts.field_faults import MOST_TOLD, field_problems
from shared.contracts.problems import FieldProblem


class _Body(Inbound):
    names: Annotated[str, Field(max_length=8)] | tuple[str, ...] = ()


def problems(sent: object) -> tuple[FieldProblem, ...]:
    with pytest.raises(ValidationError) as refused:
        _Body.model_validate_json(json.dumps(sent))
    return field_problems(refused.value, "es", sent, "/0")


def told(sent: object) -> list[str]:
    return [each.pointer for each in problems(sent)]


def why(sent: object) -> list[str]:
    return [each.message for each in problems(sent)]


def test_what_is_at_fault_below_is_told_and_what_is_above_it_is_not() -> None:
    assert told({"names": ["a", 1, 2]}) == ["/0/names/1", "/0/names/2"]


def test_of_what_may_have_several_forms_the_one_that_it_has_is_told_or_all_of_them() -> None:
    assert told({"names": 1}) == ["/0/names"]
    assert why({"names": 1}) == ["debe ser un texto o una lista"]
    assert why({"names": "a" * 9}) == ["debe tener como mucho 8 caracteres"]


def test_of_ten_thousand_faults_the_first_are_told() -> None:
    assert told({f"x{n}": n for n in range(10_000)}) == [f"/0/x{n}" for n in range(MOST_TOLD)]
