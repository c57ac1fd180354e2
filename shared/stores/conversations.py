"""Conversations and their turns, one partition each."""

from datetime import datetime

from shared.contracts.conversations import (
    Conversation,
    Erasing,
    History,
    Summary,
    Turn,
    folded,
)
from shared.contracts.paging import ListPlace, stamp
from shared.contracts.plan import OpenPlan, Plan
from shared.contracts.runs import Rating
from shared.stores.cosmos import CosmosContainer, CosmosDatabase, Item
from shared.stores.paging import ANYWHERE, newest
from shared.stores.remembering import Remembered

AFTER_ALL = "~"
"""Sorts behind every ULID."""

ERASED, OWNER = "erased", "owner"
"""What is left of an erased conversation, besides its id."""
LIVES = "not is_defined(c.erasing) and not is_defined(c.erased)"
OF_OWNER = (
    "select c.conversationId, c.tenantId, c.ownerId, c.sessionId, c.title, c.language, c.timeZone, "
    "c.packVersion, c.createdAt, c.updatedAt from c where c.id = 'conversation' "
    "and c.ownerId = @owner and c.updatedAt <= @until and not is_defined(c.erasing) "
    "and not is_defined(c.partOf) "
    "and (is_defined(c.sessionId) ? c.sessionId : '') = @session "
    "order by c.updatedAt desc"
)
BEING_ERASED = "select * from c where c.erasing.at > ''"
TURNS = (
    "select * from c where c.kind = 'turn' and c.runId < @before and not is_defined(c.replacedBy) "
    "order by c.runId desc offset 0 limit @last"
)
SUMMARIES = TURNS.replace("c.kind = 'turn'", "c.kind = 'summary'")
HISTORY = TURNS.replace("c.kind = 'turn'", "c.kind in ('turn', 'summary')")


class CosmosConversations:
    """Items of a partition: `conversation`, `turn-<runId>` for each ended run, and
    `summary-<runId>` for what the turns up to that run said."""

    def __init__(self, database: CosmosDatabase) -> None:
        self._items = CosmosContainer(database, "conversations")
        self._history: Remembered[tuple[str, str, str], History] = Remembered()

    async def create(self, conversation: Conversation) -> None:
        used = {"updatedAt": stamp(conversation.updated_at)}
        await self._items.create(conversation.wire() | used | {"id": "conversation"})

    async def get(self, tenant_id: str, conversation_id: str) -> Conversation | None:
        item = await self._items.read("conversation", [tenant_id, conversation_id])
        return Conversation.model_validate(item) if item and ERASED not in item else None

    async def of_owner(
        self,
        tenant_id: str,
        owner_id: str,
        session_id: str | None,
        behind: ListPlace | None,
        limit: int,
        words: str | None = None,
    ) -> tuple[Conversation, ...]:
        place = behind or ANYWHERE
        parameters: list[Item] = [
            {"name": "@owner", "value": owner_id},
            {"name": "@session", "value": session_id or ""},
            {"name": "@until", "value": place.moment},
        ]
        # The first level of the partition key alone: all conversations of the tenant.
        items = self._items.query(OF_OWNER, [tenant_id], parameters, limit=limit + 1)
        looked_for = folded(words or "")
        found = await newest(
            items, _place, place, limit, lambda item: looked_for in folded(item.get("title", ""))
        )
        return tuple(map(Conversation.model_validate, found))

    async def rename(self, conversation: Conversation, title: str) -> bool:
        operations: list[Item] = [{"op": "set", "path": "/title", "value": title}]
        return await self._patch(conversation, operations, f"from c where {LIVES}")

    async def begin_erasing(self, conversation: Conversation, erasing: Erasing) -> bool:
        operations: list[Item] = [{"op": "set", "path": "/erasing", "value": erasing.wire()}]
        return await self._patch(conversation, operations, _unchanged(conversation))

    async def being_erased(self, tenant_id: str) -> tuple[Conversation, ...]:
        items = self._items.query(BEING_ERASED, [tenant_id])
        return tuple([Conversation.model_validate(item) async for item in items])

    async def erase(self, conversation: Conversation) -> None:
        key = {
            "tenantId": conversation.tenant_id,
            "conversationId": conversation.conversation_id,
        }
        await self._items.clear(list(key.values()), keep="conversation")
        left = {OWNER: conversation.owner_id, ERASED: True}
        await self._items.replace(key | left | {"id": "conversation"})

    async def erased_owner(self, tenant_id: str, conversation_id: str) -> str | None:
        item = await self._items.read("conversation", [tenant_id, conversation_id])
        return str(item[OWNER]) if item and ERASED in item else None

    async def claim(
        self,
        conversation: Conversation,
        run_id: str,
        ahead: tuple[str, ...],
        at: datetime,
        title: str | None = None,
    ) -> bool:
        operations: list[Item] = [
            {"op": "set", "path": "/activeRunId", "value": run_id},
            {"op": "set", "path": "/ahead", "value": list(ahead)},
            {"op": "set", "path": "/updatedAt", "value": stamp(at)},
        ]
        condition = _unchanged(conversation)
        if title is not None:
            naming: Item = {"op": "set", "path": "/title", "value": title}
            unnamed = f"{condition} and not is_defined(c.title)"
            if await self._patch(conversation, [*operations, naming], unnamed):
                return True
        # Without a title to give; or somebody has given it one meanwhile, which stays.
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

    async def replace_turn(self, turn: Turn) -> None:
        if turn.replaces is not None:
            key = [turn.tenant_id, turn.conversation_id]
            operations: list[Item] = [{"op": "set", "path": "/replacedBy", "value": turn.run_id}]
            await self._items.patch(f"turn-{turn.replaces}", key, operations)

    async def get_turn(self, tenant_id: str, conversation_id: str, run_id: str) -> Turn | None:
        item = await self._items.read(f"turn-{run_id}", [tenant_id, conversation_id])
        return Turn.model_validate(item) if item else None

    async def rate(self, tenant_id: str, conversation_id: str, run_id: str, rating: Rating) -> None:
        operations: list[Item] = [{"op": "set", "path": "/rating", "value": rating}]
        await self._items.patch(f"turn-{run_id}", [tenant_id, conversation_id], operations)

    async def turns(
        self, tenant_id: str, conversation_id: str, last: int, before: str | None = None
    ) -> tuple[Turn, ...]:
        until = before or AFTER_ALL
        items = await self._newest(tenant_id, conversation_id, TURNS, last, until)
        return tuple(reversed([Turn.model_validate(item) for item in items]))

    async def summary(self, tenant_id: str, conversation_id: str) -> Summary | None:
        items = await self._newest(tenant_id, conversation_id, SUMMARIES, 1, AFTER_ALL)
        return Summary.model_validate(items[0]) if items else None

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


def _place(item: Item) -> ListPlace:
    return ListPlace(item["updatedAt"], item["conversationId"])


def _unchanged(conversation: Conversation) -> str:
    """The condition that no run has begun since it was read, and that nobody erases it."""
    if conversation.active_run_id is None:
        return f"from c where not is_defined(c.activeRunId) and {LIVES}"
    # A run id is a ULID: letters and digits, so it cannot break out of the quotes.
    return f"from c where c.activeRunId = '{conversation.active_run_id}' and {LIVES}"


def _history(items: list[Item]) -> History:
    """From items newest first. A summary stands beside the last turn that it holds."""
    summaries = (Summary.model_validate(item) for item in items if item["kind"] == "summary")
    summary = next(summaries, None)
    turns = [Turn.model_validate(item) for item in items if item["kind"] == "turn"]
    behind = [turn for turn in turns if summary is None or turn.run_id > summary.run_id]
    return History(summary=summary, turns=tuple(reversed(behind)))
