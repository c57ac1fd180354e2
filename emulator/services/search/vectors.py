"""Vector search: an exact scan, half a millisecond for 10,000 rows."""

import numpy as np
from numpy.typing import NDArray

from emulator.services.search.columns import Mask, Rows
from emulator.services.search.definitions import Field

type Vector = NDArray[np.float32]
type Scores = NDArray[np.float64]


class VectorColumn:
    """The vectors of one field; rows without one are never found."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.dimensions = field.dimensions or 0
        self._vectors = np.zeros((64, self.dimensions), dtype=np.float32)
        self._norms = np.zeros(64, dtype=np.float32)
        self._present = np.zeros(64, dtype=np.bool_)

    @property
    def stored_bytes(self) -> int:
        """How many bytes the vectors of the documents take."""
        return int(self._present.sum()) * self.dimensions * self._vectors.itemsize

    def put(self, row: int, vector: Vector | None) -> None:
        """Sets or clears the vector of a row."""
        self._grow(row + 1)
        self._present[row] = vector is not None
        if vector is not None:
            self._vectors[row] = vector
            self._norms[row] = np.linalg.norm(vector) or 1.0

    def get(self, row: int) -> Vector | None:
        """The vector of a row as it was stored."""
        if row < len(self._present) and self._present[row]:
            found: Vector = self._vectors[row]
            return found
        return None

    def has(self, rows: Rows) -> Mask:
        """Which of the rows have a vector."""
        self._grow(int(rows.max(initial=-1)) + 1)
        return self._present[rows]

    def similarities(self, rows: Rows, query: Vector) -> Scores:
        """The cosine of each row's vector with the query."""
        norm = float(np.linalg.norm(query)) or 1.0
        found: Scores = (self._vectors[rows] @ query / (self._norms[rows] * norm)).astype(float)
        return found

    def nearest(self, query: Vector, k: int, allowed: Mask) -> tuple[Rows, Scores]:
        """The k nearest allowed rows, best first, with Azure's scores.

        Cosine: 1 / (2 - cosine); euclidean: 1 / (1 + distance); dotProduct: the product itself.
        """
        rows = len(allowed)
        self._grow(rows)
        scores = self._scores(query, rows)
        scores[~(allowed & self._present[:rows])] = -np.inf
        k = min(k, int(np.isfinite(scores).sum()))
        if k == 0:
            return np.empty(0, dtype=np.int64), np.empty(0)
        # The k-th score first, then all ties with it, so that equal scores are ordered by row.
        least = np.partition(scores, rows - k)[rows - k]
        found = np.flatnonzero(scores >= least)
        best = found[np.argsort(-scores[found], kind="stable")][:k]
        return best, scores[best].astype(float)

    def _scores(self, query: Vector, rows: int) -> NDArray[np.float32]:
        vectors = self._vectors[:rows]
        match self.field.metric:
            case "cosine":
                norm = float(np.linalg.norm(query)) or 1.0
                cosines = (vectors @ query) / (np.maximum(self._norms[:rows], 1e-30) * norm)
                return np.asarray(1.0 / (2.0 - np.minimum(cosines, 1.0)), dtype=np.float32)
            case "euclidean":
                distances = np.linalg.norm(vectors - query, axis=1)
                return np.asarray(1.0 / (1.0 + distances), dtype=np.float32)
            case "dotProduct":
                return np.asarray(vectors @ query, dtype=np.float32)

    def _grow(self, rows: int) -> None:
        capacity = len(self._present)
        if rows <= capacity:
            return
        added = max(rows, 2 * capacity) - capacity
        self._vectors = np.pad(self._vectors, ((0, added), (0, 0)))
        self._norms = np.pad(self._norms, (0, added))
        self._present = np.pad(self._present, (0, added))
