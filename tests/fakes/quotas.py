"""Who counts what is asked for, in memory."""

from dataclasses import dataclass, field

from shared.contracts.quotas import Allowance, Use


@dataclass
class FakeQuotas:
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    under_way: dict[str, list[str]] = field(default_factory=dict)
    tokens: dict[tuple[str, str], int] = field(default_factory=dict)

    async def take(
        self, subject: str, window: str, limit: int, *, begins: bool = False
    ) -> int | None:
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
