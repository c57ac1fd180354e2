"""The ledger's items, beside the run they belong to."""

import asyncio

from shared.contracts.effects import Effect
from shared.stores.cosmos import CosmosContainer, CosmosDatabase, Item


class CosmosEffects:
    """Items `effect-<step>` of a run's partition: its plan is fixed, so a step is one call."""

    def __init__(self, database: CosmosDatabase) -> None:
        self._items = CosmosContainer(database, "runs")

    async def reserve(self, effect: Effect) -> Effect:
        if etag := await self._items.create(_item(effect)):
            return effect.model_copy(update={"etag": etag})
        stored = await self._read(effect.tenant_id, effect.run_id, effect.step)
        return stored or effect

    async def advance(self, effect: Effect) -> Effect | None:
        etag = await self._items.replace(_item(effect), effect.etag)
        return effect.model_copy(update={"etag": etag}) if etag else None

    async def of_run(self, tenant_id: str, run_id: str, steps: int) -> tuple[Effect, ...]:
        found = await asyncio.gather(*(self._read(tenant_id, run_id, n) for n in range(steps)))
        return tuple(effect for effect in found if effect is not None)

    async def _read(self, tenant_id: str, run_id: str, step: int) -> Effect | None:
        item = await self._items.read(f"effect-{step}", [tenant_id, run_id])
        return Effect.model_validate(item | {"etag": item["_etag"]}) if item else None


def _item(effect: Effect) -> Item:
    return effect.wire() | {"id": f"effect-{effect.step}", "etag": None}
