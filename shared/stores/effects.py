"""The ledger's items, beside the run they belong to."""

import asyncio

from shared.contracts.effects import Effect
from shared.stores.cosmos import CosmosContainer, CosmosDatabase, Item
from shared.stores.remembering import Remembered


class CosmosEffects:
    """Items `effect-<step>` of a run's partition: its plan is fixed, so a step is one call."""

    def __init__(self, database: CosmosDatabase) -> None:
        self._items = CosmosContainer(database, "runs")
        self._settled: Remembered[tuple[str, str, int], Effect] = Remembered()

    async def reserve(self, effect: Effect) -> Effect:
        if etag := await self._items.create(_item(effect)):
            return self._kept(effect.model_copy(update={"etag": etag}))
        item = await self._items.read_taken(
            f"effect-{effect.step}", [effect.tenant_id, effect.run_id]
        )
        return self._kept(Effect.model_validate(item | {"etag": item["_etag"]}))

    async def advance(self, effect: Effect) -> Effect | None:
        etag = await self._items.replace(_item(effect), effect.etag)
        return self._kept(effect.model_copy(update={"etag": etag})) if etag else None

    async def of_run(self, tenant_id: str, run_id: str, steps: int) -> tuple[Effect, ...]:
        found = await asyncio.gather(*(self._read(tenant_id, run_id, n) for n in range(steps)))
        return tuple(effect for effect in found if effect is not None)

    async def _read(self, tenant_id: str, run_id: str, step: int) -> Effect | None:
        if (settled := self._settled.recall((tenant_id, run_id, step))) is not None:
            return settled
        item = await self._items.read(f"effect-{step}", [tenant_id, run_id])
        if item is None:
            return None
        return self._kept(Effect.model_validate(item | {"etag": item["_etag"]}))

    def _kept(self, effect: Effect) -> Effect:
        """What is done or failed stays so; everything else must be read again."""
        if effect.state in ("done", "failed"):
            self._settled.keep((effect.tenant_id, effect.run_id, effect.step), effect)
        return effect


def _item(effect: Effect) -> Item:
    return effect.wire() | {"id": f"effect-{effect.step}", "etag": None}
