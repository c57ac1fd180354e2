"""One index in memory: documents in rows, with their columns, vectors and words beside them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from emulator.services.search.columns import Column, Mask
from emulator.services.search.definitions import IndexDefinition
from emulator.services.search.filters import Filters
from emulator.services.search.keyword_index import KeywordIndex
from emulator.services.search.store import Changes, StoredDocument
from emulator.services.search.vectors import VectorColumn


@dataclass(frozen=True, slots=True)
class Placement:
    """Which rows a batch of changes empties and fills."""

    emptied: Mapping[int, str]
    filled: Mapping[int, tuple[str, StoredDocument]]


class SearchIndex:
    """Documents of one index; changed in three steps, so that only the second takes time.

    `place` decides on rows, `stage` does the slow work and may run in another thread while
    searches go on, `publish` makes the change visible at once. Changes must not overlap.
    """

    def __init__(self, definition: IndexDefinition) -> None:
        self.definition = definition
        self.columns = {
            field.name: Column(field) for field in definition.fields if not field.is_vector
        }
        self.filters = Filters(self.columns)
        self.vectors = {field.name: VectorColumn(field) for field in definition.vectors}
        self.keywords = KeywordIndex(definition.searchable_text)
        self._rows: dict[str, int] = {}
        self._documents: list[StoredDocument | None] = []
        self._alive = np.zeros(64, dtype=np.bool_)
        self._free: list[int] = []

    @property
    def count(self) -> int:
        """How many documents there are."""
        return len(self._rows)

    @property
    def rows(self) -> int:
        """How many rows there are, empty ones included."""
        return len(self._documents)

    @property
    def alive(self) -> Mask:
        """Which rows hold a document."""
        return self._alive[: self.rows]

    def get(self, key: str) -> StoredDocument | None:
        """The document with this key."""
        row = self._rows.get(key)
        return None if row is None else self._documents[row]

    def at(self, row: int) -> StoredDocument:
        """The document in a row; raises KeyError for an empty one."""
        document = self._documents[row]
        if document is None:
            raise KeyError(row)
        return document

    def place(self, changes: Changes) -> Placement:
        """The rows for a batch of changes."""
        emptied: dict[int, str] = {}
        filled: dict[int, tuple[str, StoredDocument]] = {}
        free, following = list(self._free), self.rows
        for key, document in changes.items():
            row = self._rows.get(key)
            if document is None:
                if row is not None:
                    emptied[row] = key
                continue
            if row is None and free:
                row = free.pop()
            elif row is None:
                row, following = following, following + 1
            filled[row] = (key, document)
        return Placement(emptied, filled)

    def stage(self, placement: Placement) -> None:
        """Writes the words; blocks for about 4 ms, and longer for large batches."""
        replaced = [row for row, (key, _) in placement.filled.items() if key in self._rows]
        self.keywords.stage(
            [*placement.emptied, *replaced],
            {row: document.values for row, (_, document) in placement.filled.items()},
        )

    def publish(self, placement: Placement) -> None:
        """Makes staged changes visible to searches."""
        for row, key in placement.emptied.items():
            del self._rows[key]
            self._documents[row] = None
            self._alive[row] = False
            self._free.append(row)
            for vectors in self.vectors.values():
                vectors.put(row, None)
        for row, (key, document) in placement.filled.items():
            self._fill(row, key, document)
        self.keywords.refresh()

    def _fill(self, row: int, key: str, document: StoredDocument) -> None:
        if row in self._free:
            self._free.remove(row)
        if row >= self.rows:
            self._documents += [None] * (row + 1 - self.rows)
        if row >= len(self._alive):
            self._alive = np.pad(self._alive, (0, max(row + 1, len(self._alive))))
        self._rows[key] = row
        self._documents[row] = document
        self._alive[row] = True
        for name, column in self.columns.items():
            column.put(row, document.values.get(name))
        for name, vectors in self.vectors.items():
            vectors.put(row, document.vectors.get(name))
