"""Limits and prices of Azure, each with where it is from or why it is assumed: `azure.json`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

FILE = Path(__file__).with_name("azure.json")
HOURS = 24


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Frozen):
    """`day` is the page's own, or when it was read; `secondary`: not the provider's."""

    address: str = Field(min_length=8)
    day: str
    secondary: bool = False


class Fact(_Frozen):
    """Known from `source`, or `assumed` for the reason given. A value of None is not known."""

    value: Annotated[float, Field(ge=0)] | None
    unit: str
    source: str | None = None
    assumed: str | None = None

    @model_validator(mode="after")
    def _is_from_somewhere(self) -> Self:
        if (self.source is None) == (self.assumed is None):
            raise ValueError("a source or a reason why it is assumed, and not both")
        if self.value is None and self.source is not None:
            raise ValueError("a source that gives no value")
        return self


class Day(_Frozen):
    """Turns in each hour of a day, of those of its busiest one."""

    what: str
    weights: tuple[Annotated[float, Field(ge=0, le=1)], ...] = Field(
        min_length=HOURS, max_length=HOURS
    )

    @property
    def busiest_hours(self) -> float:
        """So many hours like the busiest one have as many turns as the whole day."""
        return sum(self.weights)


class Facts(_Frozen):
    currency: str
    region: str
    read: str
    verify: str
    sources: Mapping[str, Source]
    limits: Mapping[str, Fact]
    prices: Mapping[str, Fact]
    assumptions: Mapping[str, Fact]
    day: Day
    mix: Mapping[str, float]

    @model_validator(mode="after")
    def _names_its_sources(self) -> Self:
        named = {fact.source for fact in self.all_facts().values() if fact.source}
        if named != set(self.sources):
            raise ValueError(f"not both named and there: {sorted(named ^ set(self.sources))}")
        return self

    def all_facts(self) -> dict[str, Fact]:
        """By section and name."""
        sections = {"limits": self.limits, "prices": self.prices, "assumptions": self.assumptions}
        return {
            f"{section}.{name}": fact
            for section, facts in sections.items()
            for name, fact in facts.items()
        }

    def limit(self, name: str) -> float:
        return _known(self.limits, name)

    def assumed(self, name: str) -> float:
        return _known(self.assumptions, name)

    def price(self, name: str) -> float | None:
        """In `currency`; None when it was not found."""
        return self.prices[name].value

    @property
    def hours_a_month(self) -> float:
        """Hours like the busiest one that have as many turns as a month."""
        return self.day.busiest_hours * self.assumed("workdays")


@cache
def read_facts(file: Path = FILE) -> Facts:
    return Facts.model_validate_json(file.read_bytes())


def _known(facts: Mapping[str, Fact], name: str) -> float:
    value = facts[name].value
    if value is None:
        raise ValueError(f"{name} is not known")
    return value
