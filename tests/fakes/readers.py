"""Who reads runs, in memory."""

from datetime import datetime


class FakeReaders:
    def __init__(self) -> None:
        self.leases: dict[tuple[str, str], dict[str, datetime]] = {}

    async def stay(self, tenant_id: str, run_id: str, reader: str, until: datetime) -> None:
        self.leases.setdefault((tenant_id, run_id), {})[reader] = until

    async def leave(self, tenant_id: str, run_id: str, reader: str, now: datetime) -> bool:
        del self.leases[tenant_id, run_id][reader]
        return await self.deserted(tenant_id, run_id, now)

    async def deserted(self, tenant_id: str, run_id: str, now: datetime) -> bool:
        leases = self.leases.get((tenant_id, run_id))
        return leases is not None and all(until <= now for until in leases.values())
