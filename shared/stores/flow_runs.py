"""Flows that run: in their run's partition the flow, where it is, and what came of its actions.

Where a run is, is one item that each step replaces, so a run of thousands of steps takes no more
room than one of few. A large value in it is an item of its own, called by its digest: what a step
leaves as it was is not written again.
"""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.contracts.flows.running import FLOW_OUTCOME, FlowOutcome
from shared.contracts.flows.runs import FlowProgress, PinnedFlow
from shared.errors import StoreError
from shared.stores.cosmos import CosmosContainer, CosmosDatabase, Item
from shared.stores.remembering import Remembered

LARGE = 16 * 1024
"""Characters of JSON from which a value is an item of its own."""
REFERENCE = "flowValue"
CALL = "flow-call-"
CALLS = "SELECT VALUE c.child FROM c WHERE STARTSWITH(c.id, @prefix)"
ACTING = f"{CALLS} AND c.acts = true"

type RunKey = tuple[str, str]
"""Tenant and run."""


class CosmosFlowRuns:
    """Items `flow`, `flow-progress`, `flow-value-<digest>`, `flow-call-<number>` and
    `flow-outcome-<number>` of a run's partition of `runs`, which is erased with it."""

    def __init__(self, database: CosmosDatabase) -> None:
        self._items = CosmosContainer(database, "runs")
        self._flows: Remembered[RunKey, PinnedFlow] = Remembered()
        self._progress: Remembered[RunKey, FlowProgress] = Remembered()
        self._values: Remembered[RunKey, Mapping[str, Any]] = Remembered()
        """Of each run the large values that are stored, by digest."""

    async def pin(self, tenant_id: str, run_id: str, flow: PinnedFlow) -> None:
        key = {"tenantId": tenant_id, "runId": run_id}
        text = json.dumps(flow.model_dump(mode="json"), ensure_ascii=False)
        await self._items.create({**key, "id": "flow", "text": text})
        await self._items.create(
            {**key, "id": "flow-progress", "text": _text(FlowProgress(**_snake(key))), "values": []}
        )

    async def pinned(self, tenant_id: str, run_id: str) -> PinnedFlow | None:
        async def read() -> PinnedFlow | None:
            item = await self._items.read("flow", [tenant_id, run_id])
            return PinnedFlow.model_validate_json(item["text"]) if item else None

        return await self._flows.get((tenant_id, run_id), read)

    async def progress(
        self, tenant_id: str, run_id: str, *, anew: bool = False
    ) -> FlowProgress | None:
        key = (tenant_id, run_id)
        if not anew and (known := self._progress.recall(key)) is not None:
            return known
        item = await self._items.read("flow-progress", [tenant_id, run_id])
        if item is None:
            return None
        values = await self._read_values(key, item["values"])
        whole = _unpacked(json.loads(item["text"]), values)
        found = FlowProgress.model_validate(whole | {"etag": item["_etag"]})
        self._values.keep(key, values)
        return self._progress.keep(key, found)

    async def _read_values(self, key: RunKey, digests: list[str]) -> Mapping[str, Any]:
        known = self._values.recall(key) or {}

        async def value(digest: str) -> Any:
            if digest in known:
                return known[digest]
            item = await self._items.read(_value_id(digest), list(key))
            if item is None:
                raise StoreError(f"a value of run {key[1]} cannot be read")
            return json.loads(item["text"])

        found = await asyncio.gather(*map(value, digests))
        return dict(zip(digests, found, strict=True))

    async def advance(self, progress: FlowProgress) -> FlowProgress | None:
        key = (progress.tenant_id, progress.run_id)
        packing = _Packing()
        packed = packing.packed(json.loads(_text(progress)))
        before = self._values.recall(key) or {}
        new = packing.values.keys() - before.keys()
        await asyncio.gather(*(self._put_value(key, each, packing.values[each]) for each in new))
        item = {
            "id": "flow-progress",
            "tenantId": progress.tenant_id,
            "runId": progress.run_id,
            "text": json.dumps(packed, ensure_ascii=False, separators=(",", ":")),
            "values": sorted(packing.values),
        }
        etag = await self._items.replace(item, progress.etag)
        if etag is None:
            return None
        self._values.keep(key, packing.values)
        gone = before.keys() - packing.values.keys()
        await asyncio.gather(*(self._items.delete(_value_id(each), list(key)) for each in gone))
        return self._progress.keep(key, progress.model_copy(update={"etag": etag}))

    async def _put_value(self, key: RunKey, digest: str, value: Any) -> None:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        await self._items.create(
            {"id": _value_id(digest), "tenantId": key[0], "runId": key[1], "text": text}
        )

    async def put_call(
        self, tenant_id: str, run_id: str, number: int, child: str, *, acts: bool = False
    ) -> None:
        key = {"id": f"{CALL}{number}", "tenantId": tenant_id, "runId": run_id}
        await self._items.create({**key, "child": child, "acts": acts})

    async def calls(self, tenant_id: str, run_id: str, *, acting: bool = False) -> tuple[str, ...]:
        parameters = [{"name": "@prefix", "value": CALL}]
        wanted = ACTING if acting else CALLS
        found = self._items.values(wanted, [tenant_id, run_id], parameters)
        return tuple(sorted([str(each) async for each in found]))

    async def put_outcome(
        self, tenant_id: str, run_id: str, number: int, outcome: FlowOutcome
    ) -> FlowOutcome:
        text = FLOW_OUTCOME.dump_json(outcome).decode()
        item = {"id": f"flow-outcome-{number}", "tenantId": tenant_id, "runId": run_id}
        if await self._items.create({**item, "text": text}):
            return outcome
        stored = await self._items.read_taken(item["id"], [tenant_id, run_id])
        return FLOW_OUTCOME.validate_json(stored["text"])

    async def outcome(self, tenant_id: str, run_id: str, number: int) -> FlowOutcome | None:
        item = await self._items.read(f"flow-outcome-{number}", [tenant_id, run_id])
        return FLOW_OUTCOME.validate_json(item["text"]) if item else None


@dataclass(slots=True)
class _Packing:
    """Takes large values out, the innermost first."""

    values: dict[str, Any] = field(default_factory=dict)

    def packed(self, value: Any) -> Any:
        """The same, with references where values were taken out."""
        match value:
            case dict():
                return {name: self._or_reference(each) for name, each in value.items()}
            case list():
                return [self._or_reference(each) for each in value]
            case _:
                return value

    def _or_reference(self, value: Any) -> Any:
        if not isinstance(value, dict | list | str):
            return value
        packed = self.packed(value)
        text = json.dumps(packed, ensure_ascii=False, separators=(",", ":"))
        if len(text) < LARGE:
            return packed
        digest = hashlib.sha256(text.encode()).hexdigest()[:40]
        self.values[digest] = packed
        return {REFERENCE: digest}


def _unpacked(value: Any, values: Mapping[str, Any]) -> Any:
    match value:
        case {"flowValue": str() as digest} if len(value) == 1 and digest in values:
            return _unpacked(values[digest], values)
        case dict():
            return {name: _unpacked(each, values) for name, each in value.items()}
        case list():
            return [_unpacked(each, values) for each in value]
        case _:
            return value


def _text(progress: FlowProgress) -> str:
    return progress.model_dump_json(by_alias=True, exclude={"etag"})


def _snake(key: Item) -> dict[str, Any]:
    return {"tenant_id": key["tenantId"], "run_id": key["runId"]}


def _value_id(digest: str) -> str:
    return f"flow-value-{digest}"
