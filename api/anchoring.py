"""The anchor: now and then the newest links of a tenant's conversations go into a chain of its own,
so that a conversation cannot lose its end, or go whole, without anybody seeing it."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence

from shared.contracts.chain import (
    ERASED,
    ID,
    LINK,
    SETTLED_AFTER_SECONDS,
    Anchor,
    Head,
    StoredItem,
    next_anchor,
)
from shared.errors import DependencyError
from shared.ports import Dependencies
from shared.telemetry.operations import audit_trouble

log = logging.getLogger("eira.audit")

OVERLAP_SECONDS = 60
"""So late an item may be seen by a replica, at the most: it is looked for again."""
MOST_HEADS = 5_000
"""Of one anchor: an item has at most 2 MB."""


async def anchor(deps: Dependencies) -> None:
    """For each tenant: seal what was left unsealed, then anchor what is new."""
    for tenant_id in sorted(deps.policy.tenants):
        try:
            await _anchor(tenant_id, deps)
        except DependencyError as error:
            # The other tenants do not have to wait for this one; it is looked at again.
            log.warning("tenant=%s could not be anchored: %s", tenant_id, error)
            audit_trouble("not_anchored")


async def _anchor(tenant_id: str, deps: Dependencies) -> None:
    newest = await deps.chains.newest_anchor(tenant_id)
    items = await deps.chains.stored_since(tenant_id, newest.up_to if newest else 0)
    now = deps.now().timestamp()
    unsealed = _unsealed(items)
    late = [each for each in unsealed if now - each["_ts"] > SETTLED_AFTER_SECONDS]
    if late:
        await _seal(tenant_id, late, deps)
        items = await deps.chains.stored_since(tenant_id, newest.up_to if newest else 0)
    known = set(newest.heads) if newest else set()
    heads = [each for each in _heads(items) if each not in known]
    if not heads:
        return
    # What is still waited for must be found once more.
    waiting = [each["_ts"] for each in unsealed if each not in late]
    up_to = min(max(each["_ts"] for each in items) - OVERLAP_SECONDS, *waiting, now)
    before = newest.up_to if newest else 0
    parts = _parts(heads)
    for some in parts:
        # Until the last one is there, whoever comes next looks for all of them again.
        seen = max(int(up_to), 0) if some is parts[-1] else before
        newest = next_anchor(tenant_id, newest, some, deps.now(), seen)
        if not await deps.chains.add_anchor(newest):
            # Somebody else is at it.
            return
        _tell(newest)


def _unsealed(items: Iterable[StoredItem]) -> list[StoredItem]:
    """Events that no link of those items holds. The links are written behind them, unless an event
    was written anew to erase it; then it was sealed before."""
    sealed = {(each["conversationId"], one["eventId"]) for each in items for one in _entries(each)}
    events = (each for each in items if not _is_link(each) and not each.get(ERASED))
    return [each for each in events if (each["conversationId"], each[ID]) not in sealed]


async def _seal(tenant_id: str, events: Sequence[StoredItem], deps: Dependencies) -> None:
    by_conversation: defaultdict[str, list[str]] = defaultdict(list)
    for each in sorted(events, key=lambda item: str(item[ID])):
        by_conversation[each["conversationId"]].append(each[ID])
    now = deps.now()
    await asyncio.gather(
        *(deps.audit.seal(tenant_id, each, ids, now) for each, ids in by_conversation.items())
    )
    for conversation, ids in by_conversation.items():
        # Named, as one that no run has written would be sealed here, too; in ASCII, as whoever can
        # write to the store may have chosen the names.
        named = ", ".join(ascii(each) for each in ids)
        log.warning("tenant=%s conversation=%a sealed late: %s", tenant_id, conversation, named)
        audit_trouble("sealed_late", len(ids))


def _heads(items: Iterable[StoredItem]) -> list[Head]:
    newest: dict[str, Head] = {}
    for each in items:
        if _is_link(each):
            head = Head.model_validate(each)
            if head.conversation_id not in newest or newest[head.conversation_id].seq < head.seq:
                newest[head.conversation_id] = head
    return [newest[each] for each in sorted(newest)]


def _parts(heads: Sequence[Head]) -> list[Sequence[Head]]:
    return [heads[n : n + MOST_HEADS] for n in range(0, len(heads), MOST_HEADS)]


def _entries(item: StoredItem) -> list[StoredItem]:
    return list(item.get("entries", ()))


def _is_link(item: StoredItem) -> bool:
    return str(item[ID]).startswith(LINK)


def _tell(made: Anchor) -> None:
    """In the log it is out of reach of whoever can write to the store."""
    log.info("tenant=%s anchor=%d digest=%s", made.tenant_id, made.seq, made.digest)
