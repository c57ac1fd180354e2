"""Approvals, beside the run that waits for them."""

from shared.contracts.approvals import Approval
from shared.stores.cosmos import CosmosContainer, CosmosDatabase, Item


class CosmosApprovals:
    """Items `approval-<id>` of a run's partition."""

    def __init__(self, database: CosmosDatabase) -> None:
        self._items = CosmosContainer(database, "runs")

    async def open(self, approval: Approval) -> Approval:
        if etag := await self._items.create(_item(approval)):
            return approval.model_copy(update={"etag": etag})
        key = [approval.tenant_id, approval.run_id]
        return _approval(await self._items.read_taken(f"approval-{approval.approval_id}", key))

    async def get(self, tenant_id: str, run_id: str, approval_id: str) -> Approval | None:
        item = await self._items.read(f"approval-{approval_id}", [tenant_id, run_id])
        return _approval(item) if item else None

    async def change(self, approval: Approval) -> Approval | None:
        etag = await self._items.replace(_item(approval), approval.etag)
        return approval.model_copy(update={"etag": etag}) if etag else None

    async def waiting(self, tenant_id: str, limit: int) -> tuple[Approval, ...]:
        # The first level of the partition key alone: one tenant's runs, whichever they are.
        found = self._items.query(
            "select * from c where c.kind = 'approval' and c.state = 'open' "
            "order by c.askedAt offset 0 limit @limit",
            [tenant_id],
            [{"name": "@limit", "value": limit}],
        )
        return tuple([_approval(item) async for item in found])


def _item(approval: Approval) -> Item:
    return approval.wire() | {
        "id": f"approval-{approval.approval_id}",
        "kind": "approval",
        "etag": None,
    }


def _approval(item: Item) -> Approval:
    return Approval.model_validate(item | {"etag": item["_etag"]})
