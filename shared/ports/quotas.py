"""The seam to how often something was done within a time, and to what is under way."""

from typing import Protocol

from shared.contracts.quotas import Allowance, Use


class Quotas(Protocol):
    """Exact, however many count at the same time, on whichever machine. All raise StoreError."""

    async def take(
        self, subject: str, window: str, limit: int, *, begins: bool = False
    ) -> int | None:
        """Count one more use by `subject` in `window` (a name, the same for all who count in it),
        unless there were `limit` of them already; then None. Answers how many are left.
        `begins`: probably the first, which costs a request less then."""
        ...

    async def give_back(self, subject: str, window: str) -> None:
        """Uncount one use: what it was taken for did not come about."""
        ...

    async def enter(self, subject: str, run_id: str, day: str, allowance: Allowance) -> bool:
        """Begin a run, unless as many as may be are under way or the day's tokens are used up.
        A run that has entered already enters again."""
        ...

    async def leave(self, subject: str, run_id: str, day: str, tokens: int) -> None:
        """End a run and count its tokens; once, however often it is said."""
        ...

    async def use(self, subject: str, day: str) -> Use: ...
