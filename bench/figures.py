"""Figures and what was aimed at: pure data and arithmetic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from statistics import median
from typing import Literal

type Bound = Literal["at most", "at least"]


@dataclass(frozen=True, slots=True)
class Target:
    """What issue and product ask for; in the unit of the figure."""

    bound: Bound
    value: float

    def is_met(self, measured: float) -> bool:
        return measured <= self.value if self.bound == "at most" else measured >= self.value


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number of a section, with a unit and perhaps a target."""

    section: str
    name: str
    value: float
    unit: str
    target: Target | None = None

    @property
    def met(self) -> bool | None:
        """None when nothing was aimed at."""
        return None if self.target is None else self.target.is_met(self.value)

    def to_json(self) -> dict[str, object]:
        aimed = None if self.target is None else f"{self.target.bound} {self.target.value:g}"
        return {
            "section": self.section,
            "name": self.name,
            "value": round(self.value, 3),
            "unit": self.unit,
            "target": aimed,
            "met": self.met,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What one measurement found: figures for the table, details for the JSON file only."""

    figures: Sequence[Figure]
    details: Mapping[str, object]


def percentile(values: Sequence[float], percent: float) -> float:
    """Linear between the closest ranks; raises ValueError without values."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    rank = (len(ordered) - 1) * percent / 100
    below, above = ordered[floor(rank)], ordered[ceil(rank)]
    return below + (above - below) * (rank - floor(rank))


def p50(values: Sequence[float]) -> float:
    return median(values)


def p95(values: Sequence[float]) -> float:
    return percentile(values, 95)
