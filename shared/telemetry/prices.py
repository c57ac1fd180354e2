"""What calls of models cost, by the operator's table of prices."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.contracts.runs import Usage

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """Of a million tokens each, in the table's currency."""

    input: float
    output: float = 0.0


@dataclass(frozen=True, slots=True)
class Prices:
    """`table` by model or deployment. A name stands for its versions as well: `gpt-4o` for
    `gpt-4o-2024-11-20`, unless there is a longer one."""

    currency: str = "USD"
    table: Mapping[str, Price] = field(default_factory=dict)

    def cost(self, names: tuple[str, ...], usage: Usage) -> float | None:
        """By the first of `names` that has a price; None when none has."""
        for name in names:
            if (price := self._price(name)) is not None:
                spent = usage.prompt_tokens * price.input + usage.completion_tokens * price.output
                return spent / MILLION
        return None

    def _price(self, name: str) -> Price | None:
        if name in self.table:
            return self.table[name]
        versions = [each for each in self.table if name.startswith(f"{each}-")]
        return self.table[max(versions, key=len)] if versions else None
