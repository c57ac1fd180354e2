"""What is told of a body that is not taken."""

import json

import pytest
from pydantic import ValidationError

from shared.contracts.base import Inbound
from shared.contracts.field_faults import MOST_TOLD, field_problems


class _Body(Inbound):
    names: str | tuple[str, ...] = ()


def told(sent: object) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        _Body.model_validate_json(json.dumps(sent))
    return [each.pointer for each in field_problems(refused.value, "es", sent, "/0")]


def test_what_is_at_fault_below_is_told_and_what_is_above_it_is_not() -> None:
    assert told({"names": ["a", 1, 2]}) == ["/0/names/1", "/0/names/2"]
    assert told({"names": 1}) == ["/0/names", "/0/names"]


def test_of_ten_thousand_faults_the_first_are_told() -> None:
    assert told({f"x{n}": n for n in range(10_000)}) == [f"/0/x{n}" for n in range(MOST_TOLD)]
