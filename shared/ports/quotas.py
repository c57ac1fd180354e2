"""The seam to how often something was done within a time."""

from typing import Protocol


class Quotas(Protocol):
    async def take(self, subject: str, window: str, limit: int) -> int | None:
        """Count one more use by `subject` in `window` (a name, the same for all who count in it),
        unless there were `limit` of them already; then None. Answers how many are left. Exact,
        however many take at the same time. Raises StoreError."""
        ...
