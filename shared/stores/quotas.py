"""Counters in Cosmos: one item for each subject and window, which goes away by itself."""

from shared.stores.cosmos import CosmosContainer, CosmosDatabase

KEPT_SECONDS = 2 * 86_400
"""Longer than any window."""


class CosmosQuotas:
    def __init__(self, database: CosmosDatabase) -> None:
        self._items = CosmosContainer(database, "quotas")

    async def take(self, subject: str, window: str, limit: int) -> int | None:
        counter = {"id": window, "subject": subject, "count": 1, "ttl": KEPT_SECONDS}
        # Counting is one request. The first of a window makes the item; of several who try that,
        # one does, and the others count like everybody.
        for makes in (True, False):
            counted = await self._items.patched(
                window,
                subject,
                [{"op": "incr", "path": "/count", "value": 1}],
                f"from c where c.count < {int(limit)}",
            )
            if counted is not None:
                return limit - int(counted["count"])
            if makes and await self._items.create(counter):
                return limit - 1
        return None
