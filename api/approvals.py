"""Approvals: what waits for the caller, and the decision on one exact payload."""

import asyncio
from datetime import datetime

from azurefunctions.extensions.http.fastapi import Response

from api.answers import json_answer
from api.auditing import audit
from api.bodies import parse, read_body
from api.edge import Call
from shared.contracts.approvals import (
    Approval,
    ApprovalDecided,
    ApprovalList,
    DecideApproval,
    approval_event,
    view_of,
)
from shared.contracts.audit import Decision
from shared.errors import ConflictError, ForbiddenError, GoneError, NotFoundError

MOST_WAITING = 100


async def waiting(call: Call) -> Response:
    """What is open in the caller's tenant and the caller may decide on, the oldest first."""
    now = call.deps.now()
    found = await call.deps.approvals.waiting(call.caller.tenant_id, MOST_WAITING)
    mine = [a for a in found if may_decide(call, a) and a.expires_at > now]
    tools = call.deps.packs.get(call.deps.packs.current).tools
    told = tuple(
        view_of(each, tools.get(each.tool), call.language, may_decide=True) for each in mine
    )
    return json_answer(ApprovalList(items=told))


async def decide(call: Call) -> Response:
    """Once, and on the payload that was seen: its hash is part of the decision."""
    body = parse(DecideApproval, call.request, await read_body(call.request), call.language)
    run_id = call.path("runId")
    approval = await call.deps.approvals.get(call.caller.tenant_id, run_id, call.path("approvalId"))
    if approval is None:
        raise NotFoundError("approval_not_found")
    _check(call, approval, body)
    if approval.state in ("open", "approved") and await _is_over(call, run_id):
        raise ConflictError("RUN_ENDED", "approval_withdrawn", run_id=run_id)
    wanted = "approved" if body.decision == "approve" else "rejected"
    if wanted == "approved" and not await _has_its_pack(call, run_id):
        raise GoneError("pack_gone")
    decided_at = approval.decided_at or call.deps.now()
    decided = {
        "decided_by": call.caller.user_id,
        "decided_by_name": call.caller.name,
        "decided_at": decided_at,
        "comment": body.comment,
    }
    if not _is_repeated(call, approval, wanted):
        changed = approval.model_copy(update={"state": wanted, **decided})
        if await call.deps.approvals.change(changed) is None:
            raise ConflictError("APPROVAL_CONFLICT", "approval_used")
        approval = changed
    await _audit(call, approval, decided_at)
    # The decision is stored; this only wakes the run. Should it fail, sending the same decision
    # again wakes it again.
    await call.orchestrations.raise_event(run_id, approval_event(approval.step))
    return json_answer(
        ApprovalDecided(approval_id=approval.approval_id, run_id=run_id, state=wanted),
        headers={"x-run-id": run_id},
    )


async def _audit(call: Call, approval: Approval, decided_at: datetime) -> None:
    """As it is stored: whoever says the same again may say other words."""
    decision = Decision(
        approval_id=approval.approval_id,
        tool=approval.tool,
        state=approval.state,
        decided_by=call.caller.user_id,
        decided_at=decided_at,
        comment=approval.comment,
    )
    await audit(
        call,
        "approval.decided",
        approval.conversation_id,
        f"{approval.run_id}-0-approval-{approval.approval_id}",
        run_id=approval.run_id,
        decisions=[decision],
    )


def _check(call: Call, approval: Approval, body: DecideApproval) -> None:
    if not may_decide(call, approval):
        key = "no_right_to_approve" if _lacks_right(call, approval) else "not_ones_own"
        raise ForbiddenError(key, right=approval.right)
    if body.payload_hash != approval.payload_hash:
        raise ConflictError("APPROVAL_CONFLICT", "approval_changed")
    if approval.state == "withdrawn":
        raise ConflictError("RUN_ENDED", "approval_withdrawn", run_id=approval.run_id)
    if approval.state == "expired" or approval.expires_at <= call.deps.now():
        raise GoneError("approval_expired_gone")


async def _is_over(call: Call, run_id: str) -> bool:
    """Also when the run died and the sweeper has not withdrawn its approvals yet."""
    outcome, state = await asyncio.gather(
        call.deps.runs.outcome(call.caller.tenant_id, run_id), call.orchestrations.state(run_id)
    )
    return outcome is not None or (state is not None and state.is_over)


async def _has_its_pack(call: Call, run_id: str) -> bool:
    """Without the contracts that it began with, the run could not make the call."""
    record = await call.deps.runs.get(call.caller.tenant_id, run_id)
    return record is None or record.pack_version in call.deps.packs.versions


def _lacks_right(call: Call, approval: Approval) -> bool:
    return approval.right not in call.caller.rights


def may_decide(call: Call, approval: Approval) -> bool:
    is_own = approval.by_others and approval.asked_by == call.caller.user_id
    return not _lacks_right(call, approval) and not is_own


def _is_repeated(call: Call, approval: Approval, wanted: str) -> bool:
    """The same decision by the same person. Raises ConflictError for any other second one."""
    if approval.state == "open":
        return False
    if approval.state == wanted and approval.decided_by == call.caller.user_id:
        return True
    raise ConflictError("APPROVAL_CONFLICT", "approval_used")
