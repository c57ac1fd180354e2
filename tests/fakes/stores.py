"""Stores in memory, with the conflicts that the real ones have."""

import asyncio
from datetime import datetime

from shared.contracts.approvals import Approval
from shared.contracts.audit import Entity
from shared.contracts.conversations import (
    Conversation,
    Erasing,
    History,
    Summary,
    Turn,
    folded,
)
from shared.contracts.effects import Effect
from shared.contracts.erp import DeadLetter, SeenErpEvent
from shared.contracts.evidence import ContextPack
from shared.contracts.paging import ListPlace, stamp
from shared.contracts.plan import OpenPlan, Plan
from shared.contracts.runs import (
    Feedback,
    IdempotencyClaim,
    Memory,
    Rating,
    RunOutcome,
    RunRecord,
    RunsWanted,
)
from shared.ports import LogItem


class FakeConversations:
    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], Conversation] = {}
        self.kept: dict[tuple[str, str, str], Turn] = {}
        self.summaries: dict[tuple[str, str, str], Summary] = {}
        self.erased: dict[tuple[str, str], str] = {}
        self.replaced: set[tuple[str, str, str]] = set()

    async def create(self, conversation: Conversation) -> None:
        if _key(conversation) not in self.erased:
            self.stored.setdefault(_key(conversation), conversation)

    async def get(self, tenant_id: str, conversation_id: str) -> Conversation | None:
        return self.stored.get((tenant_id, conversation_id))

    async def claim(
        self,
        conversation: Conversation,
        run_id: str,
        ahead: tuple[str, ...],
        at: datetime,
        title: str | None = None,
    ) -> bool:
        if not self._unchanged(conversation):
            return False
        has_title = self.stored[_key(conversation)].title is not None
        named = {} if title is None or has_title else {"title": title}
        self._update(conversation, active_run_id=run_id, ahead=ahead, updated_at=at, **named)
        return True

    async def of_owner(
        self,
        tenant_id: str,
        owner_id: str,
        session_id: str | None,
        behind: ListPlace | None,
        limit: int,
        words: str | None = None,
    ) -> tuple[Conversation, ...]:
        place = (behind.moment, behind.id) if behind else ("~", "~")
        mine = [
            (stamp(each.updated_at), each.conversation_id, each)
            for each in self.stored.values()
            if (each.tenant_id, each.owner_id, each.erasing) == (tenant_id, owner_id, None)
            and (each.session_id or "") == (session_id or "")
            and each.part_of is None
        ]
        mine.sort(key=lambda one: one[:2], reverse=True)
        found = [
            each.model_copy(update={"open_plan": None, "active_run_id": None, "ahead": ()})
            for *where, each in mine
            if tuple(where) < place and folded(words or "") in folded(each.title or "")
        ]
        return tuple(found[:limit])

    async def rename(self, conversation: Conversation, title: str) -> bool:
        now = self.stored.get(_key(conversation))
        if now is None or now.erasing is not None:
            return False
        self._update(conversation, title=title)
        return True

    async def begin_erasing(self, conversation: Conversation, erasing: Erasing) -> bool:
        if not self._unchanged(conversation):
            return False
        self._update(conversation, erasing=erasing)
        return True

    async def being_erased(self, tenant_id: str) -> tuple[Conversation, ...]:
        found = [each for each in self.stored.values() if each.tenant_id == tenant_id]
        return tuple(each for each in found if each.erasing is not None)

    async def erase(self, conversation: Conversation) -> None:
        there = _key(conversation)
        self.kept = {key: each for key, each in self.kept.items() if key[:2] != there}
        self.summaries = {key: each for key, each in self.summaries.items() if key[:2] != there}
        self.stored.pop(there, None)
        self.erased[there] = conversation.owner_id

    async def erased_owner(self, tenant_id: str, conversation_id: str) -> str | None:
        return self.erased.get((tenant_id, conversation_id))

    def _unchanged(self, conversation: Conversation) -> bool:
        now = self.stored.get(_key(conversation))
        return now is not None and (now.active_run_id, now.erasing) == (
            conversation.active_run_id,
            None,
        )

    async def set_open_plan(self, conversation: Conversation, run_id: str, plan: Plan) -> None:
        self._update(conversation, open_plan=OpenPlan(run_id=run_id, plan=plan))

    async def clear_open_plan(self, conversation: Conversation) -> None:
        self._update(conversation, open_plan=None)

    async def add_turn(self, turn: Turn) -> Turn:
        return self.kept.setdefault((turn.tenant_id, turn.conversation_id, turn.run_id), turn)

    async def replace_turn(self, turn: Turn) -> None:
        if turn.replaces is not None:
            self.replaced.add((turn.tenant_id, turn.conversation_id, turn.replaces))

    async def get_turn(self, tenant_id: str, conversation_id: str, run_id: str) -> Turn | None:
        return self.kept.get((tenant_id, conversation_id, run_id))

    async def rate(self, tenant_id: str, conversation_id: str, run_id: str, rating: Rating) -> None:
        key = (tenant_id, conversation_id, run_id)
        if key in self.kept:
            self.kept[key] = self.kept[key].model_copy(update={"rating": rating})

    async def turns(
        self, tenant_id: str, conversation_id: str, last: int, before: str | None = None
    ) -> tuple[Turn, ...]:
        return tuple(self._turns(tenant_id, conversation_id, before or "~")[-last:])

    async def summary(self, tenant_id: str, conversation_id: str) -> Summary | None:
        there = (tenant_id, conversation_id)
        found = [each for key, each in sorted(self.summaries.items()) if key[:2] == there]
        return found[-1] if found else None

    async def history(
        self, tenant_id: str, conversation_id: str, last: int, before: str | None = None
    ) -> History:
        until = before or "~"
        turns = self._turns(tenant_id, conversation_id, until)
        summaries = [
            each
            for key, each in self.summaries.items()
            if key[:2] == (tenant_id, conversation_id) and each.run_id < until
        ]
        both: list[Turn | Summary] = [*turns, *summaries]
        items = sorted(both, key=lambda each: each.run_id)[-last:]
        summary = next((e for e in reversed(items) if isinstance(e, Summary)), None)
        reach = summary.run_id if summary else ""
        behind = [each for each in items if isinstance(each, Turn) and each.run_id > reach]
        return History(summary=summary, turns=tuple(behind))

    async def put_summary(self, summary: Summary) -> None:
        key = (summary.tenant_id, summary.conversation_id, summary.run_id)
        self.summaries.setdefault(key, summary)

    def _turns(self, tenant_id: str, conversation_id: str, before: str) -> list[Turn]:
        there = (tenant_id, conversation_id)
        here = [(key, turn) for key, turn in self.kept.items() if key not in self.replaced]
        found = [turn for key, turn in here if key[:2] == there and turn.run_id < before]
        return sorted(found, key=lambda turn: turn.run_id)

    def _update(self, conversation: Conversation, **changes: object) -> None:
        current = self.stored.get(_key(conversation))
        if current is not None:
            self.stored[_key(conversation)] = current.model_copy(update=changes)


class FakeRuns:
    def __init__(self) -> None:
        self.claims: dict[tuple[str, str], IdempotencyClaim] = {}
        self.records: dict[tuple[str, str], RunRecord] = {}
        self.packs: dict[tuple[str, str, str], ContextPack] = {}
        self.plans: dict[tuple[str, str], Plan] = {}
        self.outcomes: dict[tuple[str, str], RunOutcome] = {}
        self.open_plans: dict[tuple[str, str], OpenPlan] = {}
        self.memories: dict[tuple[str, str], Memory] = {}
        self.opinions: dict[tuple[str, str, str], Feedback] = {}
        self.beside: tuple[object, ...] = ()

    async def claim_key(self, claim: IdempotencyClaim) -> IdempotencyClaim:
        return self.claims.setdefault((claim.tenant_id, claim.claim_id), claim)

    async def create(self, record: RunRecord) -> None:
        self.records.setdefault((record.tenant_id, record.run_id), record)

    async def get(self, tenant_id: str, run_id: str, *, anew: bool = False) -> RunRecord | None:
        return self.records.get((tenant_id, run_id))

    async def listed(
        self, tenant_id: str, wanted: RunsWanted, behind: ListPlace | None, limit: int
    ) -> tuple[RunRecord, ...]:
        place = (behind.moment, behind.id) if behind else ("~", "~")
        found = [
            (stamp(each.received_at), each.run_id, each)
            for each in self.records.values()
            if each.tenant_id == tenant_id
            and wanted.conversation_id in (None, each.conversation_id)
            and (wanted.since or "") <= stamp(each.received_at) < (wanted.until or "~")
        ]
        found.sort(key=lambda one: one[:2], reverse=True)
        return tuple([each for *where, each in found if tuple(where) < place][:limit])

    async def of_conversation(self, tenant_id: str, conversation_id: str) -> tuple[str, ...]:
        there = (tenant_id, conversation_id)
        records = self.records.values()
        found = {each.run_id for each in records if (each.tenant_id, each.conversation_id) == there}
        for claim in self.claims.values():
            if (claim.tenant_id, claim.conversation_id) == there:
                found.add(claim.claim_id)
        return tuple(sorted(found))

    async def erase(self, tenant_id: str, run_id: str) -> None:
        """Also what other fakes keep beside it: the real ones have one partition of it all."""
        for store in (self.__dict__, *(each.__dict__ for each in self.beside)):
            for held in store.values():
                if isinstance(held, dict):
                    for key in [key for key in held if key[:2] == (tenant_id, run_id)]:
                        del held[key]

    async def put_evidence(
        self, tenant_id: str, run_id: str, index: str, pack: ContextPack
    ) -> None:
        self.packs.setdefault((tenant_id, run_id, index), pack)

    async def evidence(self, tenant_id: str, run_id: str, index: str) -> ContextPack | None:
        return self.packs.get((tenant_id, run_id, index))

    async def put_plan(self, tenant_id: str, run_id: str, plan: Plan) -> Plan:
        return self.plans.setdefault((tenant_id, run_id), plan)

    async def plan(self, tenant_id: str, run_id: str) -> Plan | None:
        return self.plans.get((tenant_id, run_id))

    async def put_opened(self, tenant_id: str, run_id: str, opened: OpenPlan) -> None:
        self.open_plans.setdefault((tenant_id, run_id), opened)

    async def opened(self, tenant_id: str, run_id: str) -> OpenPlan | None:
        return self.open_plans.get((tenant_id, run_id))

    async def put_memory(self, tenant_id: str, run_id: str, memory: Memory) -> None:
        self.memories.setdefault((tenant_id, run_id), memory)

    async def memory(self, tenant_id: str, run_id: str) -> Memory | None:
        return self.memories.get((tenant_id, run_id))

    async def put_feedback(self, feedback: Feedback) -> None:
        self.opinions[feedback.tenant_id, feedback.run_id, feedback.user_id] = feedback

    async def feedback(self, tenant_id: str, run_id: str, user_id: str) -> Feedback | None:
        return self.opinions.get((tenant_id, run_id, user_id))

    async def end(self, outcome: RunOutcome) -> RunOutcome:
        return self.outcomes.setdefault((outcome.tenant_id, outcome.run_id), outcome)

    async def outcome(self, tenant_id: str, run_id: str) -> RunOutcome | None:
        return self.outcomes.get((tenant_id, run_id))


class FakeApprovals:
    """Every change gives an approval a new version, as an ETag does."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str, str], Approval] = {}
        self._version = 0

    async def open(self, approval: Approval) -> Approval:
        key = (approval.tenant_id, approval.run_id, approval.approval_id)
        if key not in self.stored:
            self.stored[key] = self._versioned(approval)
        return self.stored[key]

    async def get(self, tenant_id: str, run_id: str, approval_id: str) -> Approval | None:
        return self.stored.get((tenant_id, run_id, approval_id))

    async def change(self, approval: Approval) -> Approval | None:
        key = (approval.tenant_id, approval.run_id, approval.approval_id)
        if key not in self.stored or self.stored[key].etag != approval.etag:
            return None
        self.stored[key] = self._versioned(approval)
        return self.stored[key]

    async def waiting(self, tenant_id: str, limit: int) -> tuple[Approval, ...]:
        found = [a for a in self.stored.values() if (a.tenant_id, a.state) == (tenant_id, "open")]
        return tuple(sorted(found, key=lambda approval: approval.asked_at)[:limit])

    def _versioned(self, approval: Approval) -> Approval:
        self._version += 1
        return approval.model_copy(update={"etag": str(self._version)})


class FakeEffects:
    """Every change gives the effect a new version, as an ETag does."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str, int], Effect] = {}
        self._version = 0

    async def reserve(self, effect: Effect) -> Effect:
        key = (effect.tenant_id, effect.run_id, effect.step)
        if key not in self.stored:
            self.stored[key] = self._versioned(effect)
        return self.stored[key]

    async def advance(self, effect: Effect) -> Effect | None:
        key = (effect.tenant_id, effect.run_id, effect.step)
        if key not in self.stored or self.stored[key].etag != effect.etag:
            return None
        self.stored[key] = self._versioned(effect)
        return self.stored[key]

    async def of_run(self, tenant_id: str, run_id: str, steps: int) -> tuple[Effect, ...]:
        found = (self.stored.get((tenant_id, run_id, step)) for step in range(steps))
        return tuple(effect for effect in found if effect is not None)

    def _versioned(self, effect: Effect) -> Effect:
        self._version += 1
        return effect.model_copy(update={"etag": str(self._version)})


class FakeEntities:
    def __init__(self) -> None:
        self.links: set[tuple[str, Entity, str]] = set()
        self.seen: dict[tuple[str, Entity, str], SeenErpEvent] = {}

    async def link(self, tenant_id: str, entity: Entity, conversation_id: str) -> None:
        self.links.add((tenant_id, entity, conversation_id))

    async def conversations(self, tenant_id: str, entity: Entity) -> tuple[str, ...]:
        return tuple(sorted(link[2] for link in self.links if link[:2] == (tenant_id, entity)))

    async def unlink(self, tenant_id: str, conversation_id: str) -> None:
        there = (tenant_id, conversation_id)
        self.links = {link for link in self.links if (link[0], link[2]) != there}

    async def see(self, event: SeenErpEvent) -> SeenErpEvent:
        key = (event.event.tenant_id, event.event.entity, event.event.key)
        known = self.seen.get(key)
        if known is None:
            self.seen[key] = event
        elif known.state == "open":
            self.seen[key] = known.model_copy(update={"deliveries": known.deliveries + 1})
        return self.seen[key]

    async def settle(self, event: SeenErpEvent) -> None:
        key = (event.event.tenant_id, event.event.entity, event.event.key)
        self.seen[key] = self.seen[key].model_copy(update={"state": event.state})

    async def events(self, tenant_id: str, entity: Entity, after: str) -> tuple[SeenErpEvent, ...]:
        found = [
            seen
            for key, seen in self.seen.items()
            if key[:2] == (tenant_id, entity) and seen.timeline_id > after
        ]
        return tuple(sorted(found, key=lambda each: each.timeline_id))


class FakeDeadLetters:
    def __init__(self) -> None:
        self.letters: dict[tuple[str, str], DeadLetter] = {}

    async def put(self, letter: DeadLetter) -> None:
        self.letters.setdefault((letter.tenant_id, letter.letter_id), letter)


class FakeLogItems:
    """`looks` counts point reads: each costs a request unit in the real store."""

    def __init__(self) -> None:
        self.runs: dict[str, dict[int, LogItem]] = {}
        self.looks = 0
        self._changed = asyncio.Event()

    async def create(self, run_id: str, item: LogItem) -> LogItem | None:
        await asyncio.sleep(0)
        items = self.runs.setdefault(run_id, {})
        if item.first in items:
            return items[item.first]
        items[item.first] = item
        self._changed.set()
        self._changed = asyncio.Event()
        return None

    async def get(self, run_id: str, first: int) -> LogItem | None:
        self.looks += 1
        return self.runs.get(run_id, {}).get(first)

    async def all(self, run_id: str) -> tuple[LogItem, ...]:
        return tuple(item for _, item in sorted(self.runs.get(run_id, {}).items()))

    async def erase(self, run_id: str) -> None:
        self.runs.pop(run_id, None)

    async def changed(self, run_id: str, within: float) -> None:
        await until(self._changed, within)


async def until(changed: asyncio.Event, within: float) -> None:
    try:
        async with asyncio.timeout(within):
            await changed.wait()
    except TimeoutError:
        return


def _key(conversation: Conversation) -> tuple[str, str]:
    return (conversation.tenant_id, conversation.conversation_id)
