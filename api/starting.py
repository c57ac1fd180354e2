"""Starting a turn once: the idempotency claim, the place in the queue, the run, its start."""

import asyncio
import hashlib
import json
import logging
from dataclasses import dataclass

from api.conversations import own_conversation
from api.edge import Call
from api.identifiers import new_id
from api.queueing import make_way, runs_before, take_turn
from shared.contracts.activities import RunRef, TurnRequest
from shared.contracts.conversations import Conversation, PostMessage
from shared.contracts.events import StateEvent
from shared.contracts.runs import IdempotencyClaim, RunRecord
from shared.errors import ConflictError
from shared.streams.writing import LogWriter

log = logging.getLogger("eira.http")

TURN = "turn"
LOOKS = 60
LOOK_AGAIN_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Started:
    """`here`: this request started it, so its log has just begun."""

    run_id: str
    conversation_id: str
    here: bool = True


async def start_turn(
    call: Call, conversation: Conversation, posted: PostMessage, body: bytes
) -> Started:
    """Start a run for this message, or find the one that its Idempotency-Key started.

    Raises ConflictError (busy, or the key was used with another body).
    """
    run_id = new_id()
    key = call.request.headers.get("idempotency-key")
    if key:
        claim = await _claim(call, conversation, key, run_id, body)
        if claim.run_id != run_id:
            if await _is_started(call, claim.run_id):
                return Started(claim.run_id, conversation.conversation_id, here=False)
            # That took a while: the queue and the open plan may be others by now.
            conversation = await own_conversation(call, conversation.conversation_id)
        run_id = claim.run_id
    waits_for = await runs_before(call, conversation, run_id)
    if waits_for:
        await make_way(call, posted, waits_for)
    await _start(call, conversation, posted, run_id, waits_for)
    return Started(run_id, conversation.conversation_id)


async def _claim(
    call: Call, conversation: Conversation, key: str, run_id: str, body: bytes
) -> IdempotencyClaim:
    route = f"conversations/{conversation.conversation_id}/messages"
    identity = json.dumps([call.caller.tenant_id, call.caller.user_id, route, key])
    wanted = IdempotencyClaim(
        claim_id=f"claim-{hashlib.sha256(identity.encode()).hexdigest()}",
        tenant_id=call.caller.tenant_id,
        run_id=run_id,
        body_hash=hashlib.sha256(body).hexdigest(),
    )
    stored = await call.deps.runs.claim_key(wanted)
    if stored.body_hash != wanted.body_hash:
        raise ConflictError("IDEMPOTENCY_MISMATCH", "idempotency_mismatch")
    return stored


async def _is_started(call: Call, run_id: str) -> bool:
    """Whoever claimed the key is probably just starting the run: give it a moment.

    An orchestration that has ended counts: starting it again would replace it.
    """
    for _ in range(LOOKS):
        if await call.orchestrations.state(run_id) is not None:
            return True
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    return await call.deps.runs.outcome(call.caller.tenant_id, run_id) is not None


async def _start(
    call: Call,
    conversation: Conversation,
    posted: PostMessage,
    run_id: str,
    waits_for: tuple[str, ...],
) -> None:
    pinned = conversation.pack_version in call.deps.packs.versions
    record = RunRecord(
        run_id=run_id,
        tenant_id=conversation.tenant_id,
        conversation_id=conversation.conversation_id,
        correlation_id=call.correlation_id,
        caller=call.caller,
        message=posted.message,
        context=posted.context,
        language=conversation.language,
        time_zone=conversation.time_zone,
        pack_version=conversation.pack_version if pinned else call.deps.packs.current,
        received_at=call.deps.now(),
        # A plan of a version that was taken back is not gone on with.
        open_plan=conversation.open_plan if pinned else None,
        warnings=posted.warnings if pinned else (*posted.warnings, "pack_gone"),
    )
    writer = LogWriter(call.deps.log, run_id, "receive", call.correlation_id, 0)
    received = StateEvent(state="RECEIVED", correlation_id=call.correlation_id)
    # All at once: whoever loses the race for the turn leaves a record that nothing refers to.
    await asyncio.gather(
        take_turn(call, conversation, run_id, waits_for),
        call.deps.runs.create(record),
        writer.append("received", [received]),
    )
    request = TurnRequest(
        run=RunRef(
            run_id=run_id,
            tenant_id=record.tenant_id,
            conversation_id=record.conversation_id,
            correlation_id=call.correlation_id,
            follows=conversation.active_run_id is not None,
            queued=bool(waits_for),
        ),
        after=writer.after,
        limits=call.deps.policy.limits,
        waits_for=waits_for,
    )
    await call.orchestrations.start(run_id, TURN, request.wire())
    log.info("run=%s correlation=%s started", run_id, call.correlation_id)
