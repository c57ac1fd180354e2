"""Starting a run once: the idempotency claim, the place in the queue, the run, its start."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from api.conversations import own_conversation
from api.edge import Call
from api.identifiers import new_id
from api.queueing import check_queue, make_way, runs_before, take_turn
from api.quotas import Quota, release_quota, take_quota
from shared.contracts.activities import RunRef
from shared.contracts.agents import AgentCall
from shared.contracts.base import Contract
from shared.contracts.conversations import Conversation, OnBusy
from shared.contracts.events import StateEvent
from shared.contracts.runs import Again, FlowOfRun, IdempotencyClaim, OnDisconnect, RunRecord
from shared.errors import ConflictError, DependencyError, RequestError
from shared.streams.writing import LogWriter
from shared.telemetry.context import trace_id, traceparent

log = logging.getLogger("eira.http")

LOOKS = 60
LOOK_AGAIN_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be run. `route` is what an Idempotency-Key belongs to, `body` what was sent with
    it; `request` makes the input of the orchestration, from the number of the last event and the
    runs that it waits for."""

    route: str
    body: bytes
    orchestrator: str
    request: Callable[[RunRef, int, tuple[str, ...]], Contract]
    message: str
    context: dict[str, Any] | None = None
    warnings: tuple[str, ...] = ()
    on_busy: OnBusy = "reject"
    call: AgentCall | None = None
    on_disconnect: OnDisconnect = "continue"
    again: Again | None = None
    still: Callable[[], Awaitable[None]] | None = None
    """Raises RequestError when a new run may not begin any more; one that was started is found."""
    flow: FlowOfRun | None = None
    keep: Callable[[str], Awaitable[None]] | None = None
    """Stores what the run needs besides its record, before anybody can find it."""


type Place = Conversation | Callable[[str], Conversation]
"""Where it is run: a conversation, or one that is made for the run with this id."""


@dataclass(frozen=True, slots=True)
class Started:
    """`here`: this request started it, so its log has just begun. `quota` is left for others."""

    run_id: str
    conversation_id: str
    here: bool = True
    quota: Quota | None = None
    on_disconnect: OnDisconnect = "continue"


async def start_run(call: Call, place: Place, wanted: Wanted) -> Started:
    """Start a run, or find the one that its Idempotency-Key started.

    Raises ConflictError (busy, or the key was used with another body), QuotaExceededError. What was
    started before is found however much of the quota is left.
    """
    run_id = new_id()
    key = call.request.headers.get("idempotency-key")
    if key:
        claim = await _claim(call, wanted, key, _conversation(place, run_id), run_id)
        if claim.run_id != run_id:
            run_id = claim.run_id
            if await _is_started(call, run_id):
                return Started(
                    run_id,
                    _conversation(place, run_id).conversation_id,
                    here=False,
                    on_disconnect=wanted.on_disconnect,
                )
            if isinstance(place, Conversation):
                # That took a while: the queue and the open plan may be others by now.
                place = await own_conversation(call, place.conversation_id)
    conversation = _conversation(place, run_id)
    makes = conversation is not place
    waits_for = () if makes else await runs_before(call, conversation, run_id)
    check_queue(wanted.on_busy, waits_for)
    if wanted.still is not None:
        await wanted.still()
    quota = await take_quota(call, conversation, run_id)
    try:
        await make_way(call, wanted.on_busy, waits_for)
        await _start(call, conversation, wanted, run_id, waits_for, makes=makes)
    except (RequestError, DependencyError):
        await release_quota(call, run_id)
        raise
    return Started(
        run_id,
        conversation.conversation_id,
        quota=quota,
        on_disconnect=wanted.on_disconnect,
    )


def _conversation(place: Place, run_id: str) -> Conversation:
    return place if isinstance(place, Conversation) else place(run_id)


async def _claim(
    call: Call, wanted: Wanted, key: str, conversation: Conversation, run_id: str
) -> IdempotencyClaim:
    identity = json.dumps([call.caller.tenant_id, call.caller.user_id, wanted.route, key])
    claim = IdempotencyClaim(
        claim_id=f"claim-{hashlib.sha256(identity.encode()).hexdigest()}",
        tenant_id=call.caller.tenant_id,
        run_id=run_id,
        body_hash=hashlib.sha256(wanted.body).hexdigest(),
        conversation_id=conversation.conversation_id,
    )
    stored = await call.deps.runs.claim_key(claim)
    if stored.body_hash != claim.body_hash:
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
    wanted: Wanted,
    run_id: str,
    waits_for: tuple[str, ...],
    *,
    makes: bool = False,
) -> None:
    """`makes`: the conversation is made for this run, which has its turn from the beginning."""
    if wanted.keep is not None:
        await wanted.keep(run_id)
    record = _record(call, conversation, wanted, run_id)
    writer = LogWriter(call.deps.log, run_id, "receive", call.correlation_id, 0)
    received = StateEvent(
        state="RECEIVED", at=record.received_at, correlation_id=call.correlation_id
    )
    # All at once: whoever loses the race for the turn leaves a record that nothing refers to.
    await asyncio.gather(
        call.deps.conversations.create(conversation)
        if makes
        else take_turn(call, conversation, run_id, waits_for, wanted.message),
        call.deps.runs.create(record),
        writer.append("received", [received]),
    )
    run = RunRef(
        run_id=run_id,
        tenant_id=record.tenant_id,
        conversation_id=record.conversation_id,
        correlation_id=call.correlation_id,
        follows=conversation.active_run_id is not None and not makes,
        queued=bool(waits_for),
        repeatable="idempotency-key" in call.request.headers,
        traceparent=traceparent(),
    )
    request = wanted.request(run, writer.after, waits_for)
    await call.orchestrations.start(run_id, wanted.orchestrator, request.wire())
    log.info("run=%s correlation=%s started", run_id, call.correlation_id)


def _record(call: Call, conversation: Conversation, wanted: Wanted, run_id: str) -> RunRecord:
    pinned = conversation.pack_version in call.deps.packs.versions
    return RunRecord(
        run_id=run_id,
        tenant_id=conversation.tenant_id,
        conversation_id=conversation.conversation_id,
        correlation_id=call.correlation_id,
        caller=call.caller,
        message=wanted.message,
        context=wanted.context,
        language=conversation.language,
        time_zone=conversation.time_zone,
        pack_version=conversation.pack_version if pinned else call.deps.packs.current,
        received_at=call.deps.now(),
        # A plan of a version that was taken back is not gone on with.
        open_plan=conversation.open_plan if pinned else None,
        warnings=wanted.warnings if pinned else (*wanted.warnings, "pack_gone"),
        call=wanted.call,
        flow=wanted.flow,
        again=wanted.again,
        trace_id=trace_id(),
        on_disconnect=wanted.on_disconnect,
    )
