"""Erasing a conversation: everything that was said in it, wherever it is, but not that it was.

The audit keeps its chain: of each event id, kind, time and digest. What the ERP itself has and
tells is the ERP's. Each step finds what is left of its work, so whoever comes second goes on where
the first one broke off; that is the same caller again, or the timer.
"""

import asyncio
import logging
from datetime import timedelta

from azurefunctions.extensions.http.fastapi import Response

from api.conversations import names_session
from api.edge import Call
from api.identifiers import new_id
from api.queueing import runs_before
from shared.calling.threads import thread_of
from shared.contracts.audit import Actor, AuditEvent, done_event_id
from shared.contracts.conversations import Conversation, Erasing
from shared.errors import ConflictError, DependencyError, NotFoundError, StoreError
from shared.ports import Dependencies, Orchestrations

log = logging.getLogger("eira.erasing")

ERASE = "conversations:erase"
"""The right to erase other people's conversations."""
LOOKS = 200
LOOK_SECONDS = 0.1
"""A run that has just ended is still writing its last items."""
PASSES = 3
"""What comes while one erases is found by the next pass."""
RUNS_AT_ONCE = 4
RESUMED_AFTER = timedelta(minutes=2)
BROKEN_OFF = "its conversation is erased"


async def erase(call: Call) -> Response:
    """204, also for whoever asks again. Raises ConflictError while a run is under way."""
    conversation_id = call.path("id")
    found = await call.deps.conversations.get(call.caller.tenant_id, conversation_id)
    if found is None:
        owner = await call.deps.conversations.erased_owner(call.caller.tenant_id, conversation_id)
        if owner is None or not _may(call, owner):
            raise NotFoundError("conversation_not_found")
        return Response(status_code=204)
    if not _may(call, found.owner_id) or not (_operates(call) or names_session(call, found)):
        raise NotFoundError("conversation_not_found")
    if found.erasing is None:
        found = await _begin(call, found)
    await finish_erasing(found, call.orchestrations, call.deps)
    return Response(status_code=204)


def _may(call: Call, owner_id: str) -> bool:
    return owner_id == call.caller.user_id or _operates(call)


def _operates(call: Call) -> bool:
    return ERASE in call.caller.rights


async def _begin(call: Call, conversation: Conversation) -> Conversation:
    """From here on no run can begin in it."""
    await _check_idle(call, conversation)
    erasing = Erasing(
        event_id=f"{new_id()}-9-erased",
        user_id=call.caller.user_id,
        roles=call.caller.roles,
        correlation_id=call.correlation_id,
        at=call.deps.now(),
    )
    if not await call.deps.conversations.begin_erasing(conversation, erasing):
        raise ConflictError(
            "CONVERSATION_BUSY", "conversation_busy", run_id=conversation.active_run_id
        )
    return conversation.model_copy(update={"erasing": erasing})


async def _check_idle(call: Call, conversation: Conversation) -> None:
    if before := await runs_before(call, conversation, ""):
        raise ConflictError("CONVERSATION_BUSY", "conversation_busy", run_id=before[0])
    for run_id in conversation.queue:
        if not await _is_at_rest(run_id, conversation, call):
            raise ConflictError("CONVERSATION_BUSY", "conversation_busy", run_id=run_id)


async def _is_at_rest(run_id: str, conversation: Conversation, call: Call) -> bool:
    """A run that is over for people may fold the conversation, which does not take long; or wait
    for Cerebro, for hours."""
    for _ in range(LOOKS):
        state = await call.orchestrations.state(run_id)
        if state is None or state.is_over:
            return True
        outcome = await call.deps.runs.outcome(conversation.tenant_id, run_id)
        if outcome is not None and outcome.memory == "pending":
            return True
        await asyncio.sleep(LOOK_SECONDS)
    return False


async def resume(orchestrations: Orchestrations, deps: Dependencies) -> None:
    """Go on with what broke off."""
    for tenant_id in sorted(deps.policy.tenants):
        try:
            for each in await deps.conversations.being_erased(tenant_id):
                if each.erasing and deps.now() - each.erasing.at > RESUMED_AFTER:
                    await finish_erasing(each, orchestrations, deps)
        except DependencyError as error:
            # The other tenants do not have to wait for this one; it is looked at again.
            log.warning("tenant=%s could not go on erasing: %s", tenant_id, error)


async def finish_erasing(
    conversation: Conversation, orchestrations: Orchestrations, deps: Dependencies
) -> None:
    """Raises DependencyError; doing it again goes on."""
    tenant_id, conversation_id = conversation.tenant_id, conversation.conversation_id
    assert conversation.erasing is not None
    await deps.audit.record(_event(conversation, conversation.erasing))
    await _erase_runs(conversation, orchestrations, deps)
    await deps.entities.unlink(tenant_id, conversation_id)
    await _erase_events(tenant_id, conversation_id, deps)
    # Behind all others: by it one finds here again.
    await deps.conversations.erase(conversation)
    log.info("conversation=%s is erased", conversation_id)


async def _erase_runs(
    conversation: Conversation, orchestrations: Orchestrations, deps: Dependencies
) -> None:
    tenant_id = conversation.tenant_id
    limit = asyncio.Semaphore(RUNS_AT_ONCE)

    async def erase(run_id: str) -> None:
        async with limit:
            await _erase_calls(conversation, run_id, orchestrations, deps)
            await _erase_run(tenant_id, run_id, orchestrations, deps)

    for _ in range(PASSES):
        runs = await deps.runs.of_conversation(tenant_id, conversation.conversation_id)
        if not runs:
            return
        await asyncio.gather(*map(erase, runs))
    raise StoreError(f"conversation {conversation.conversation_id} gets new runs all the time")


async def _erase_calls(
    conversation: Conversation, run_id: str, orchestrations: Orchestrations, deps: Dependencies
) -> None:
    """The threads that were made for the agents of a flow; a thread that it named is its own."""
    tenant_id, erasing = conversation.tenant_id, conversation.erasing
    assert erasing is not None
    for child in await deps.flow_runs.calls(tenant_id, run_id):
        thread = await deps.conversations.get(tenant_id, thread_of(child))
        if thread is None:
            continue
        mine = erasing.model_copy(update={"event_id": f"{thread.conversation_id}-9-erased"})
        if thread.erasing is None:
            await deps.conversations.begin_erasing(thread, mine)
        thread = thread.model_copy(update={"erasing": thread.erasing or mine})
        await finish_erasing(thread, orchestrations, deps)


async def _erase_run(
    tenant_id: str, run_id: str, orchestrations: Orchestrations, deps: Dependencies
) -> None:
    state = await orchestrations.state(run_id)
    if state is not None and not state.is_over:
        await orchestrations.terminate(run_id, BROKEN_OFF)
    # By their ids: what was written a moment ago is in no search yet.
    remembered = [done_event_id(run_id, of_call=each) for each in (False, True)]
    await deps.knowledge.forget(deps.policy.indexes[0], remembered)
    await deps.log.erase(run_id)
    # Behind all others: by its record one finds the run again.
    await deps.runs.erase(tenant_id, run_id)


async def _erase_events(tenant_id: str, conversation_id: str, deps: Dependencies) -> None:
    """What is in no link yet is linked first, or nobody could tell later that it was there."""
    for _ in range(PASSES):
        unsealed = await deps.chains.erase(tenant_id, conversation_id)
        if not unsealed:
            return
        await deps.audit.seal(tenant_id, conversation_id, unsealed, deps.now())
    raise StoreError(f"conversation {conversation_id} gets new events all the time")


def _event(conversation: Conversation, erasing: Erasing) -> AuditEvent:
    return AuditEvent(
        event_id=erasing.event_id,
        tenant_id=conversation.tenant_id,
        conversation_id=conversation.conversation_id,
        actor=Actor(user_id=erasing.user_id, roles=erasing.roles),
        at=erasing.at,
        kind="conversation.erased",
        correlation_id=erasing.correlation_id,
    )
