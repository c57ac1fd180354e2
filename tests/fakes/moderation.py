"""Who judges texts, and who counts, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.contracts.quotas import Allowance, Use
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


@dataclass
class FakeQuotas:
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    under_way: dict[str, list[str]] = field(default_factory=dict)
    tokens: dict[tuple[str, str], int] = field(default_factory=dict)

    async def take(self, subject: str, window: str, limit: int) -> int | None:
        counted = self.counts.get((subject, window), 0)
        if counted >= limit:
            return None
        self.counts[(subject, window)] = counted + 1
        return limit - counted - 1

    async def give_back(self, subject: str, window: str) -> None:
        if self.counts.get((subject, window), 0) > 0:
            self.counts[(subject, window)] -= 1

    async def enter(self, subject: str, run_id: str, day: str, allowance: Allowance) -> bool:
        runs = self.under_way.setdefault(subject, [])
        if run_id in runs:
            return True
        tokens = self.tokens.get((subject, day), 0)
        if allowance.runs is not None and len(runs) >= allowance.runs:
            return False
        if allowance.tokens is not None and tokens >= allowance.tokens:
            return False
        runs.append(run_id)
        return True

    async def leave(self, subject: str, run_id: str, day: str, tokens: int) -> None:
        if run_id in self.under_way.get(subject, ()):
            self.under_way[subject].remove(run_id)
            self.tokens[(subject, day)] = self.tokens.get((subject, day), 0) + tokens

    async def use(self, subject: str, day: str) -> Use:
        runs = tuple(self.under_way.get(subject, ()))
        return Use(runs, self.tokens.get((subject, day), 0))
