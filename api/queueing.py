"""Whose turn it is in a conversation: the runs before a new one, and what becomes of them."""

import asyncio
from datetime import timedelta

from api.edge import Call
from api.identifiers import born_at
from api.stopping import stop
from shared.contracts.conversations import Conversation, OnBusy, title_of
from shared.errors import ConflictError, NotFoundError

STARTING = timedelta(seconds=30)
"""A run whose orchestration is not there after this time was never started."""
MOST_WAITING = 20
"""Runs that may be under way in a conversation when one more is to wait."""


async def runs_before(call: Call, conversation: Conversation, run_id: str) -> tuple[str, ...]:
    """The runs that are under way and have their turn before this one, the oldest first.

    Each is looked at, not only the last: of those that queue, one may be stopped while the run
    before it is still at work.
    """
    queue = conversation.queue
    before = queue[: queue.index(run_id)] if run_id in queue else queue
    over = await asyncio.gather(*(is_over(call, each) for each in before))
    return tuple(each for each, ended in zip(before, over, strict=True) if not ended)


def check_queue(on_busy: OnBusy, before: tuple[str, ...]) -> None:
    """Raises ConflictError unless the message may wait for the runs that are under way."""
    if before and on_busy == "reject":
        raise ConflictError("CONVERSATION_BUSY", "conversation_busy", run_id=before[0])
    if len(before) >= MOST_WAITING:
        raise ConflictError("CONVERSATION_BUSY", "queue_full", limit=MOST_WAITING)


async def make_way(call: Call, on_busy: OnBusy, before: tuple[str, ...]) -> None:
    """Stop the runs that are under way, if that is what the message asks for."""
    if on_busy != "interrupt":
        return
    # The newest first: none of those that queue gets its turn because one before it is stopped.
    for run_id in reversed(before):
        record = await call.deps.runs.get(call.caller.tenant_id, run_id)
        if record is not None:
            await stop(call, record)


async def take_turn(
    call: Call, conversation: Conversation, run_id: str, before: tuple[str, ...], message: str
) -> None:
    """Join the queue behind these runs, unless somebody was faster; `message` names a conversation
    without a title. Raises ConflictError, and NotFoundError when the conversation was erased
    meanwhile."""
    if run_id in conversation.queue:
        return
    unnamed = conversation.title is None and conversation.session_id is None
    title = title_of(message) if unnamed else None
    claim = call.deps.conversations.claim
    if not await claim(conversation, run_id, before, call.deps.now(), title):
        now = await call.deps.conversations.get(
            conversation.tenant_id, conversation.conversation_id
        )
        if now is None or now.erasing is not None:
            raise NotFoundError("conversation_not_found")
        if run_id not in now.queue:
            faster = now.active_run_id
            raise ConflictError("CONVERSATION_BUSY", "conversation_busy", run_id=faster)


async def is_over(call: Call, run_id: str) -> bool:
    """By its outcome; without one by Durable, so that a crash blocks nobody."""
    if await call.deps.runs.outcome(call.caller.tenant_id, run_id) is not None:
        return True
    state = await call.orchestrations.state(run_id)
    if state is not None:
        return state.is_over
    born = born_at(run_id)
    return born is None or call.deps.now() - born > STARTING
