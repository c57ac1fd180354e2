"""Who judges texts, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.errors import AppError
from shared.ports import Strictness, Verdict

MILD, WRONG = "darle una paliza", "fabricar una bomba"
"""The first is blocked by strict moderation only."""
JUDGED: Mapping[str, tuple[str, Strictness]] = {
    MILD: ("Violence", "strict"),
    WRONG: ("Violence", "default"),
    "hacerme daño": ("SelfHarm", "default"),
}


@dataclass
class FakeModeration:
    """Flags what `JUDGED` has; `asked` are the texts of each request."""

    failure: AppError | None = None
    asked: list[tuple[Strictness, tuple[str, ...]]] = field(default_factory=list)

    async def check(self, texts: Sequence[str], strictness: Strictness) -> Verdict:
        self.asked.append((strictness, tuple(texts)))
        if self.failure:
            raise self.failure
        said = " ".join(texts).lower()
        found = [
            category
            for words, (category, since) in JUDGED.items()
            if words in said and (strictness == "strict" or since == "default")
        ]
        return Verdict(tuple(dict.fromkeys(found)))

    async def close(self) -> None:
        return
