"""A flow that runs: where it is, and what the user says to it."""

import asyncio
import hashlib
import json

from azurefunctions.extensions.http.fastapi import Response

from api.answers import json_answer
from api.asked import asked_by, asked_in
from api.bodies import parse, read_body
from api.edge import Call
from api.runs import own_run
from api.starting import LOOK_AGAIN_SECONDS, LOOKS
from api.waiting import question_of
from shared.calling.refusing import invalid
from shared.calling.sizes import can_be_seen, check_sizes
from shared.contracts.flows.running import FlowFailure, Succeeded
from shared.contracts.flows.runs import (
    FlowFault,
    FlowRunView,
    InputTaken,
    Pending,
    PostInput,
    input_event,
)
from shared.contracts.identity import Language
from shared.contracts.runs import IdempotencyClaim, RunRecord
from shared.errors import ConflictError, NotFoundError
from shared.flows.findings import detail_of

NOTHING = "nothing"
"""What a key was used for when nothing was asked."""


async def read(call: Call) -> Response:
    """The flow as it is run, and its variables: for who started it."""
    record = await _own_flow(call)
    pinned = await call.deps.flow_runs.pinned(record.tenant_id, record.run_id)
    progress = await call.deps.flow_runs.progress(record.tenant_id, record.run_id, anew=True)
    if pinned is None or progress is None or record.flow is None:
        raise NotFoundError("run_not_found")
    state = progress.state
    asked = asked_in(progress)
    failure = state.failure if state else None
    return json_answer(
        FlowRunView(
            run_id=record.run_id,
            flow=pinned.flow,
            flow_id=record.flow.flow_id,
            version=record.flow.version,
            status=state.status if state else "running",
            steps=state.steps if state else 0,
            variables=state.variables if state else {},
            waiting=asked.action.key if asked else None,
            failure=_fault(failure, call.language) if failure else None,
        ),
        headers={"x-run-id": record.run_id},
    )


def _fault(failure: FlowFailure, language: Language) -> FlowFault:
    detail = detail_of(failure, language)
    return FlowFault(code=failure.code, node=failure.node, detail=detail)


async def say_to(call: Call) -> Response:
    """What the user says to a flow that asks. Saying the same again changes nothing; with an
    Idempotency-Key it does not answer the next question either. Raises ConflictError when nothing
    is asked, or something else."""
    body = await read_body(call.request)
    posted = parse(PostInput, call.request, body, call.language)
    check_sizes(posted.message, None)
    if not can_be_seen(posted.message):
        raise invalid("/message", "field_blank", call.language)
    record = await _own_flow(call)
    asked = await _under_way(record, call)
    before = await _answered_before(record, asked, body, call)
    key = before or await _answer(record, asked, posted, call)
    taken = InputTaken(run_id=record.run_id, key=key)
    headers = {"Location": f"/api/runs/{record.run_id}", "x-run-id": record.run_id}
    return json_answer(taken, 202, headers)


async def _under_way(record: RunRecord, call: Call) -> Pending | None:
    """The question that the run waits with. It is told before it is stored: who answers at once is
    not told that nothing was asked."""
    for _ in range(LOOKS):
        asked = await asked_by(call, record)
        if asked is not None or not await _is_asking(record, call):
            return asked
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    return None


async def _is_asking(record: RunRecord, call: Call) -> bool:
    """Whether its log ends with a question."""
    items = await call.deps.log.all(record.log_id)
    return question_of([event for item in items for event in item.events]) is not None


async def _answered_before(
    record: RunRecord, asked: Pending | None, body: bytes, call: Call
) -> str | None:
    """The earlier question that the same request has answered, by its Idempotency-Key. Raises
    ConflictError when the key was used with another body."""
    given = call.request.headers.get("idempotency-key")
    if given is None:
        return None
    identity = json.dumps([record.tenant_id, record.caller.user_id, record.run_id, given])
    claim = IdempotencyClaim(
        claim_id=f"claim-{hashlib.sha256(identity.encode()).hexdigest()}",
        tenant_id=record.tenant_id,
        run_id=asked.action.key if asked else NOTHING,
        body_hash=hashlib.sha256(body).hexdigest(),
        conversation_id=record.conversation_id,
    )
    stored = await call.deps.runs.claim_key(claim)
    if stored.body_hash != claim.body_hash:
        raise ConflictError("IDEMPOTENCY_MISMATCH", "idempotency_mismatch")
    return None if stored.run_id in (claim.run_id, NOTHING) else stored.run_id


async def _answer(record: RunRecord, asked: Pending | None, posted: PostInput, call: Call) -> str:
    """The key of what was answered by this. Raises ConflictError."""
    said = Succeeded(value={"text": posted.message})
    another = posted.key is not None and (asked is None or posted.key != asked.action.key)
    if another and await _is_known(record, str(posted.key), said, call):
        return str(posted.key)
    if asked is None:
        raise ConflictError("INPUT_CONFLICT", "nothing_asked")
    if another:
        raise ConflictError("INPUT_CONFLICT", "another_asked", asked=asked.action.key)
    flows = call.deps.flow_runs
    kept = await flows.put_outcome(record.tenant_id, record.run_id, asked.number, said)
    if kept != said:
        raise ConflictError("INPUT_CONFLICT", "input_given")
    await call.orchestrations.raise_event(record.run_id, input_event(asked.number))
    return asked.action.key


async def _is_known(record: RunRecord, key: str, said: Succeeded, call: Call) -> bool:
    """Whether just this was the answer to an earlier question."""
    flows = call.deps.flow_runs
    progress = await flows.progress(record.tenant_id, record.run_id, anew=True)
    number = progress.heard.get(key) if progress else None
    if number is None:
        return False
    return await flows.outcome(record.tenant_id, record.run_id, number) == said


async def _own_flow(call: Call) -> RunRecord:
    """Raises NotFoundError; ConflictError for a run that is none of a flow."""
    record = await own_run(call)
    if record.flow is None:
        raise ConflictError("INPUT_CONFLICT", "nothing_asked")
    return record
