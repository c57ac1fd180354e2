"""Who reads a run's events: one item in the run's partition, with a lease for each reader."""

from collections.abc import Mapping
from datetime import datetime

from shared.stores.cosmos import CosmosContainer, CosmosDatabase

ITEM = "readers"


class CosmosReaders:
    """Each change is one patch, which answers the item as it left it: of several readers that leave
    at the same time, exactly one sees that nobody is left."""

    def __init__(self, database: CosmosDatabase) -> None:
        self._items = CosmosContainer(database, "runs")

    async def stay(self, tenant_id: str, run_id: str, reader: str, until: datetime) -> None:
        key, lease = [tenant_id, run_id], until.timestamp()
        item = {"id": ITEM, "tenantId": tenant_id, "runId": run_id, "readers": {reader: lease}}
        patch = {"op": "set", "path": f"/readers/{reader}", "value": lease}
        if await self._items.patch(ITEM, key, [patch]) or await self._items.create(item):
            return
        await self._items.patch(ITEM, key, [patch])

    async def leave(self, tenant_id: str, run_id: str, reader: str, now: datetime) -> bool:
        gone = {"op": "remove", "path": f"/readers/{reader}"}
        left = await self._items.patched(ITEM, [tenant_id, run_id], [gone])
        return left is not None and not _listens(left["readers"], now)

    async def deserted(self, tenant_id: str, run_id: str, now: datetime) -> bool:
        item = await self._items.read(ITEM, [tenant_id, run_id])
        return item is not None and not _listens(item["readers"], now)


def _listens(leases: Mapping[str, float], now: datetime) -> bool:
    return any(until > now.timestamp() for until in leases.values())
