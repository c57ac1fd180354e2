"""What is stored about a run: each item written once and never changed."""

from shared.contracts.evidence import ContextPack
from shared.contracts.paging import ListPlace, stamp
from shared.contracts.plan import OpenPlan, Plan
from shared.contracts.runs import (
    Feedback,
    IdempotencyClaim,
    LateMemory,
    Memory,
    RunOutcome,
    RunRecord,
    RunsWanted,
)
from shared.stores.cosmos import CosmosContainer, CosmosDatabase, Item
from shared.stores.paging import ANYWHERE, END_OF_TIME, newest
from shared.stores.remembering import Remembered

LISTED = (
    "select * from c where c.id = 'run' and c.receivedAt >= @from and c.receivedAt < @until "
    "and c.receivedAt <= @behind order by c.receivedAt desc"
)
LISTED_OF_CONVERSATION = LISTED.replace("where", "where c.conversationId = @there and")
OF_CONVERSATION = "select distinct value c.runId from c where c.conversationId = @there"

type RunKey = tuple[str, str]
"""Tenant and run: what one tenant asked for is never found by another's key."""


class CosmosRuns:
    """Items of a run's partition: `run`, `evidence-<index>`, `plan`, `outcome`; where it applies
    `opened`, `memory` and `feedback-<user>`.

    An idempotency claim has a partition of its own, named by its hash.
    """

    def __init__(self, database: CosmosDatabase) -> None:
        self._items = CosmosContainer(database, "runs")
        self._records: Remembered[RunKey, RunRecord] = Remembered()
        self._plans: Remembered[RunKey, Plan] = Remembered()
        self._opened: Remembered[RunKey, OpenPlan] = Remembered()
        self._evidence: Remembered[tuple[RunKey, str], ContextPack] = Remembered()

    async def claim_key(self, claim: IdempotencyClaim) -> IdempotencyClaim:
        item = {
            "id": "claim",
            "tenantId": claim.tenant_id,
            "runId": claim.claim_id,
            "claimedBy": claim.run_id,
            "bodyHash": claim.body_hash,
            "conversationId": claim.conversation_id,
        }
        if await self._items.create(item):
            return claim
        stored = await self._items.read_taken("claim", [claim.tenant_id, claim.claim_id])
        return IdempotencyClaim(
            claim_id=claim.claim_id,
            tenant_id=claim.tenant_id,
            run_id=stored["claimedBy"],
            body_hash=stored["bodyHash"],
            conversation_id=claim.conversation_id,
        )

    async def create(self, record: RunRecord) -> None:
        received = {"receivedAt": stamp(record.received_at)}
        await self._items.create(record.wire() | received | {"id": "run"})

    async def listed(
        self, tenant_id: str, wanted: RunsWanted, behind: ListPlace | None, limit: int
    ) -> tuple[RunRecord, ...]:
        place = behind or ANYWHERE
        parameters: list[Item] = [
            {"name": "@from", "value": wanted.since or ""},
            {"name": "@until", "value": wanted.until or END_OF_TIME},
            {"name": "@behind", "value": place.moment},
        ]
        text = LISTED if wanted.conversation_id is None else LISTED_OF_CONVERSATION
        if wanted.conversation_id is not None:
            parameters.append({"name": "@there", "value": wanted.conversation_id})
        # The first level of the partition key alone: one tenant's runs, whichever they are.
        items = self._items.query(text, [tenant_id], parameters, limit=limit + 1)
        found = await newest(items, _place, place, limit)
        return tuple(map(RunRecord.model_validate, found))

    async def of_conversation(self, tenant_id: str, conversation_id: str) -> tuple[str, ...]:
        # The first level of the partition key alone: one tenant's runs, whichever they are.
        there: list[Item] = [{"name": "@there", "value": conversation_id}]
        found = self._items.values(OF_CONVERSATION, [tenant_id], there)
        return tuple(sorted([str(each) async for each in found]))

    async def erase(self, tenant_id: str, run_id: str) -> None:
        # By the record, or the claim, one finds here again, should this break off.
        for last in ("run", "claim"):
            if await self._items.read(last, [tenant_id, run_id]) is not None:
                break
        await self._items.clear([tenant_id, run_id], keep=last)
        await self._items.delete(last, [tenant_id, run_id])

    async def get(self, tenant_id: str, run_id: str, *, anew: bool = False) -> RunRecord | None:
        async def read() -> RunRecord | None:
            item = await self._items.read("run", [tenant_id, run_id])
            return RunRecord.model_validate(item) if item else None

        if anew:
            return await read()
        return await self._records.get((tenant_id, run_id), read)

    async def put_evidence(
        self, tenant_id: str, run_id: str, index: str, pack: ContextPack
    ) -> None:
        key = {"id": f"evidence-{index}", "tenantId": tenant_id, "runId": run_id}
        if await self._items.create(pack.wire() | key):
            self._evidence.keep(((tenant_id, run_id), index), pack)

    async def evidence(self, tenant_id: str, run_id: str, index: str) -> ContextPack | None:
        async def read() -> ContextPack | None:
            item = await self._items.read(f"evidence-{index}", [tenant_id, run_id])
            return ContextPack.model_validate(item) if item else None

        return await self._evidence.get(((tenant_id, run_id), index), read)

    async def put_plan(self, tenant_id: str, run_id: str, plan: Plan) -> Plan:
        item = plan.wire() | {"id": "plan", "tenantId": tenant_id, "runId": run_id}
        if await self._items.create(item):
            return self._plans.keep((tenant_id, run_id), plan)
        stored = await self._items.read_taken("plan", [tenant_id, run_id])
        return self._plans.keep((tenant_id, run_id), Plan.model_validate(stored))

    async def plan(self, tenant_id: str, run_id: str) -> Plan | None:
        async def read() -> Plan | None:
            item = await self._items.read("plan", [tenant_id, run_id])
            return Plan.model_validate(item) if item else None

        return await self._plans.get((tenant_id, run_id), read)

    async def put_opened(self, tenant_id: str, run_id: str, opened: OpenPlan) -> None:
        await self._items.create(
            {"id": "opened", "tenantId": tenant_id, "runId": run_id, "opened": opened.wire()}
        )

    async def opened(self, tenant_id: str, run_id: str) -> OpenPlan | None:
        async def read() -> OpenPlan | None:
            item = await self._items.read("opened", [tenant_id, run_id])
            return OpenPlan.model_validate(item["opened"]) if item else None

        return await self._opened.get((tenant_id, run_id), read)

    async def put_memory(self, tenant_id: str, run_id: str, memory: Memory) -> None:
        key = {"id": "memory", "tenantId": tenant_id, "runId": run_id}
        await self._items.create(LateMemory(memory=memory).wire() | key)

    async def memory(self, tenant_id: str, run_id: str) -> Memory | None:
        item = await self._items.read("memory", [tenant_id, run_id])
        return LateMemory.model_validate(item).memory if item else None

    async def put_feedback(self, feedback: Feedback) -> None:
        item = feedback.wire() | {"id": f"feedback-{feedback.user_id}"}
        if not await self._items.create(item):
            await self._items.replace(item)

    async def feedback(self, tenant_id: str, run_id: str, user_id: str) -> Feedback | None:
        item = await self._items.read(f"feedback-{user_id}", [tenant_id, run_id])
        return Feedback.model_validate(item) if item else None

    async def end(self, outcome: RunOutcome) -> RunOutcome:
        if await self._items.create(outcome.wire() | {"id": "outcome"}):
            return outcome
        stored = await self._items.read_taken("outcome", [outcome.tenant_id, outcome.run_id])
        return RunOutcome.model_validate(stored)

    async def outcome(self, tenant_id: str, run_id: str) -> RunOutcome | None:
        item = await self._items.read("outcome", [tenant_id, run_id])
        return RunOutcome.model_validate(item) if item else None


def _place(item: Item) -> ListPlace:
    return ListPlace(item["receivedAt"], item["runId"])
