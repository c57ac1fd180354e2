"""Counters in Cosmos: an item for each subject and window, and one for what is under way."""

from shared.contracts.quotas import Allowance, Use
from shared.stores.cosmos import CosmosContainer, CosmosDatabase, Item

KEPT_SECONDS = 2 * 86_400
"""Longer than any window."""
UNDER_WAY = "under-way"
ONCE_MORE = (True, False)


class CosmosQuotas:
    """Counting is one conditional patch. The first of a subject or window makes the item; of
    several who try that, one does, and the others count like everybody."""

    def __init__(self, database: CosmosDatabase) -> None:
        self._items = CosmosContainer(database, "quotas")

    async def take(
        self, subject: str, window: str, limit: int, *, begins: bool = False
    ) -> int | None:
        counter = {"id": window, "subject": subject, "count": 1, "ttl": KEPT_SECONDS}
        if begins and await self._items.create(counter):
            return limit - 1
        for makes in ONCE_MORE:
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

    async def give_back(self, subject: str, window: str) -> None:
        less: list[Item] = [{"op": "incr", "path": "/count", "value": -1}]
        await self._items.patch(window, subject, less, "from c where c.count > 0")

    async def enter(self, subject: str, run_id: str, day: str, allowance: Allowance) -> bool:
        entering: list[Item] = [
            {"op": "incr", "path": "/count", "value": 1},
            {"op": "set", "path": f"/runs/{run_id}", "value": 1},
        ]
        condition = _condition(run_id, day, allowance)
        first = {"id": UNDER_WAY, "subject": subject, "count": 1, "runs": {run_id: 1}, "tokens": {}}
        for makes in ONCE_MORE:
            if await self._items.patch(UNDER_WAY, subject, entering, condition):
                return True
            if makes and await self._items.create(first):
                return True
        return run_id in (await self.use(subject, day)).runs

    async def leave(self, subject: str, run_id: str, day: str, tokens: int) -> None:
        leaving: list[Item] = [
            {"op": "incr", "path": "/count", "value": -1},
            {"op": "remove", "path": f"/runs/{run_id}"},
            {"op": "incr", "path": f"/tokens/{day}", "value": tokens},
        ]
        inside = f'from c where is_defined(c.runs["{run_id}"])'
        await self._items.patch(UNDER_WAY, subject, leaving, inside)

    async def use(self, subject: str, day: str) -> Use:
        found = await self._items.read(UNDER_WAY, subject)
        if found is None:
            return Use()
        return Use(tuple(found["runs"]), int(found["tokens"].get(day, 0)))


def _condition(run_id: str, day: str, allowance: Allowance) -> str:
    """Ids of runs and days are our own: letters and digits."""
    conditions = [f'not is_defined(c.runs["{run_id}"])']
    if allowance.runs is not None:
        conditions.append(f"c.count < {int(allowance.runs)}")
    if allowance.tokens is not None:
        used = f'c.tokens["{day}"]'
        conditions.append(f"(not is_defined({used}) or {used} < {int(allowance.tokens)})")
    return f"from c where {' and '.join(conditions)}"
