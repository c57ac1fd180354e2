"""Conversations and their turns, one partition each."""

from datetime import datetime

from shared.contracts.conversations import Conversation, History, Summary, Turn
from shared.contracts.plan import OpenPlan, Plan
from shared.stores.cosmos import CosmosContainer, CosmosDatabase, Item
from shared.stores.remembering import Remembered

AFTER_ALL = "~"
"""Sorts behind every ULID."""

TURNS = (
    "select * from c where c.kind = 'turn' and c.runId < @before "
    "order by c.runId desc offset 0 limit @last"
)
HISTORY = TURNS.replace("c.kind = 'turn'", "c.kind in ('turn', 'summary')")


class CosmosConversations:
    """Items of a partition: `conversation`, `turn-<runId>` for each ended run, and
    `summary-<runId>` for what the turns up to that run said."""

    def __init__(self, database: CosmosDatabase) -> None:
        self._items = CosmosContainer(database, "conversations")
        self._history: Remembered[tuple[str, str, str], History] = Remembered()

    async def create(self, conversation: Conversation) -> None:
        await self._items.create(conversation.wire() | {"id": "conversation"})

    async def get(self, tenant_id: str, conversation_id: str) -> Conversation | None:
        item = await self._items.read("conversation", [tenant_id, conversation_id])
        return Conversation.model_validate(item) if item else None

    async def claim(
        self, conversation: Conversation, run_id: str, ahead: tuple[str, ...], at: datetime
    ) -> bool:
        operations: list[Item] = [
            {"op": "set", "path": "/activeRunId", "value": run_id},
            {"op": "set", "path": "/ahead", "value": list(ahead)},
            {"op": "set", "path": "/updatedAt", "value": at.isoformat()},
        ]
        if conversation.active_run_id is None:
            condition = "from c where not is_defined(c.activeRunId)"
        else:
            # A run id is a ULID: letters and digits, so it cannot break out of the quotes.
            condition = f"from c where c.activeRunId = '{conversation.active_run_id}'"
        return await self._patch(conversation, operations, condition)

    async def set_open_plan(self, conversation: Conversation, run_id: str, plan: Plan) -> None:
        value = OpenPlan(run_id=run_id, plan=plan).wire()
        await self._patch(conversation, [{"op": "set", "path": "/openPlan", "value": value}])

    async def clear_open_plan(self, conversation: Conversation) -> None:
        condition = "from c where is_defined(c.openPlan)"
        await self._patch(conversation, [{"op": "remove", "path": "/openPlan"}], condition)

    async def add_turn(self, turn: Turn) -> Turn:
        if await self._items.create(turn.wire() | {"id": f"turn-{turn.run_id}", "kind": "turn"}):
            return turn
        key = [turn.tenant_id, turn.conversation_id]
        return Turn.model_validate(await self._items.read_taken(f"turn-{turn.run_id}", key))

    async def get_turn(self, tenant_id: str, conversation_id: str, run_id: str) -> Turn | None:
        item = await self._items.read(f"turn-{run_id}", [tenant_id, conversation_id])
        return Turn.model_validate(item) if item else None

    async def turns(self, tenant_id: str, conversation_id: str, last: int) -> tuple[Turn, ...]:
        items = await self._newest(tenant_id, conversation_id, TURNS, last, AFTER_ALL)
        return tuple(reversed([Turn.model_validate(item) for item in items]))

    async def history(
        self, tenant_id: str, conversation_id: str, last: int, before: str | None = None
    ) -> History:
        async def read() -> History:
            until = before or AFTER_ALL
            return _history(await self._newest(tenant_id, conversation_id, HISTORY, last, until))

        if before is None:
            return await read()
        return await self._history.get((tenant_id, conversation_id, before), read) or History()

    async def put_summary(self, summary: Summary) -> None:
        key = {"id": f"summary-{summary.run_id}", "kind": "summary"}
        await self._items.create(summary.wire() | key)

    async def _newest(
        self, tenant_id: str, conversation_id: str, query: str, last: int, before: str
    ) -> list[Item]:
        # Run ids are ULIDs, so the order of the ids is the order of time.
        items = self._items.query(
            query,
            [tenant_id, conversation_id],
            [{"name": "@before", "value": before}, {"name": "@last", "value": last}],
        )
        return [item async for item in items]

    async def _patch(
        self, conversation: Conversation, operations: list[Item], condition: str | None = None
    ) -> bool:
        key = [conversation.tenant_id, conversation.conversation_id]
        return await self._items.patch("conversation", key, operations, condition)


def _history(items: list[Item]) -> History:
    """From items newest first. A summary stands beside the last turn that it holds."""
    summaries = (Summary.model_validate(item) for item in items if item["kind"] == "summary")
    summary = next(summaries, None)
    turns = [Turn.model_validate(item) for item in items if item["kind"] == "turn"]
    behind = [turn for turn in turns if summary is None or turn.run_id > summary.run_id]
    return History(summary=summary, turns=tuple(reversed(behind)))
