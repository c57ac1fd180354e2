"""The seam to whoever judges whether a text may be said."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

type Strictness = Literal["strict", "default"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`categories` are those for which the texts must not be said, each once; none: they may."""

    categories: tuple[str, ...] = ()

    @property
    def flagged(self) -> bool:
        return bool(self.categories)


class Moderation(Protocol):
    async def check(self, texts: Sequence[str], strictness: Strictness) -> Verdict:
        """Of all texts together, however long they are. Raises ModerationError."""
        ...

    async def close(self) -> None:
        """Let go of the connections."""
        ...
