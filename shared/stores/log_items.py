"""A run's event log in Cosmos: one item per entry, its id the number of its first event."""

from shared.contracts.events import RUN_EVENT
from shared.ports import LogItem
from shared.stores.cosmos import CosmosContainer, CosmosDatabase, Item
from shared.stores.waking import WakeUps


class CosmosLogItems:
    def __init__(self, database: CosmosDatabase) -> None:
        self._items = CosmosContainer(database, "streams")
        self._wake_ups: WakeUps[str] = WakeUps()

    async def create(self, run_id: str, item: LogItem) -> LogItem | None:
        if await self._items.create(_to_item(run_id, item)):
            self._wake_ups.notify(run_id)
            return None
        return _from_item(await self._items.read_taken(str(item.first), run_id))

    async def get(self, run_id: str, first: int) -> LogItem | None:
        item = await self._items.read(str(first), run_id)
        return _from_item(item) if item else None

    async def all(self, run_id: str) -> tuple[LogItem, ...]:
        items = [_from_item(item) async for item in self._items.query("select * from c", run_id)]
        return tuple(sorted(items, key=lambda item: item.first))

    async def erase(self, run_id: str) -> None:
        await self._items.clear(run_id, keep="")

    async def changed(self, run_id: str, within: float) -> None:
        await self._wake_ups.wait(run_id, within)


def _to_item(run_id: str, item: LogItem) -> Item:
    return {
        "id": str(item.first),
        "runId": run_id,
        "key": item.key,
        "writer": item.writer,
        "nextMs": item.next_ms,
        "events": [event.wire() for event in item.events],
    }


def _from_item(item: Item) -> LogItem:
    return LogItem(
        first=int(item["id"]),
        events=tuple(RUN_EVENT.validate_python(event) for event in item["events"]),
        key=item["key"],
        writer=item["writer"],
        next_ms=item["nextMs"],
    )
