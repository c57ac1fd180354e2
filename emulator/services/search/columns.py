"""Columns of filterable values, each distinct value kept once, and tests over them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from emulator.services.search.definitions import Field
from emulator.services.search.json_types import Json
from emulator.services.search.values import Comparable, comparable

type Mask = NDArray[np.bool_]
type Rows = NDArray[np.int64]


class Column:
    """One field of all documents: a row holds the number of its value in `values`."""

    def __init__(self, definition: Field) -> None:
        self.definition = definition
        self.values: list[Comparable] = []
        self._numbers: dict[str, int] = {}
        self._codes = np.zeros(64, dtype=np.int32)

    def put(self, row: int, value: Json) -> None:
        """Sets the value of a row, growing the column as needed."""
        if row >= len(self._codes):
            self._codes = np.resize(self._codes, max(row + 1, 2 * len(self._codes)))
        self._codes[row] = self._number(value)

    def codes(self, rows: int) -> NDArray[np.int32]:
        """The value numbers of the first `rows` rows."""
        return self._codes[:rows]

    def value(self, row: int) -> Comparable:
        """The value of one row."""
        return self.values[int(self._codes[row])]

    def _number(self, value: Json) -> int:
        # JSON keeps 1, 1.0, true and "1" apart, which as dictionary keys would be one.
        key = json.dumps(value, sort_keys=True)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.values)
            self.values.append(comparable(self.definition, value))
        return number


@dataclass(slots=True)
class ColumnTest:
    """A predicate over one column, asked once per distinct value and remembered."""

    column: Column
    predicate: Callable[[Comparable], bool]
    _answers: Mask = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))

    def mask(self, rows: int) -> Mask:
        """Which of the first `rows` rows hold a value that passes."""
        known, values = len(self._answers), self.column.values
        if known < len(values):
            fresh = [self.predicate(value) for value in values[known:]]
            self._answers = np.concatenate([self._answers, np.array(fresh, dtype=np.bool_)])
        if not values:
            return np.zeros(rows, dtype=np.bool_)
        return self._answers[self.column.codes(rows)]
