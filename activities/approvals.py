"""Approval of one exact call: opened before the run waits, settled before the call is made."""

import asyncio
from datetime import timedelta

from activities.run_tool import effect_of, resolved_call
from activities.scene import load_step
from activities.steps import announced, load_plan, load_record, log_writer
from shared.contracts.activities import (
    ApprovalAsked,
    ApprovalSettled,
    AskApprovalRequest,
    SettleApprovalRequest,
)
from shared.contracts.approvals import Approval, ApprovalState, approval_id
from shared.contracts.events import ApprovalEvent
from shared.contracts.identity import Language
from shared.contracts.masking import masked
from shared.contracts.plan import ToolCall
from shared.contracts.shown import label_of, labels_of
from shared.contracts.tools import Pack
from shared.errors import StoreError
from shared.ports import Dependencies
from shared.tools.arguments import flow_of
from shared.tools.as_called import as_called
from shared.tools.confirming import confirmation_of


async def ask_approval(request: AskApprovalRequest, deps: Dependencies) -> ApprovalAsked:
    """The payload is fixed here: the hash is that of the call with its references read."""
    run = request.run
    record, (planned, flow_type) = await asyncio.gather(
        load_record(request, deps), _planned(request, deps)
    )
    pack = deps.packs.get(record.pack_version)
    contract = as_called(pack.tools[planned.tool], planned.args, deps.policy.outside)
    call, refused = await resolved_call(request, planned, contract, deps)
    now = deps.now()
    writer = log_writer(request, f"approval-{request.step}", deps)
    if refused is not None:
        # Its call will not be made whatever anybody decides.
        await writer.append("asked", announced(request, deps))
        return ApprovalAsked(after=writer.after, approval_id="", expires_at=now, decided=True)
    effect = effect_of(record, request.step, call, contract, deps)
    approval = await deps.approvals.open(
        Approval(
            approval_id=approval_id(request.step),
            tenant_id=run.tenant_id,
            run_id=run.run_id,
            conversation_id=run.conversation_id,
            step=request.step,
            tool=call.tool,
            args=masked(call.args, contract),
            confirmation=confirmation_in_words(call, flow_type, pack),
            payload_hash=effect.effect_id,
            right=contract.approval.right,
            by_others=contract.approval.by_others,
            asked_by=record.caller.user_id,
            asked_by_name=record.caller.name,
            asked_at=now,
            expires_at=now + timedelta(hours=contract.approval.hours),
        )
    )
    asked = ApprovalEvent(
        agent_run_id=run.run_id if run.part else None,
        approval_id=approval.approval_id,
        tool=approval.tool,
        args=approval.args,
        confirmation=approval.confirmation.get(request.language),
        payload_hash=approval.payload_hash,
        expires_at=approval.expires_at,
        label=label_of(contract, request.language),
        labels=labels_of(contract, approval.args, request.language),
    )
    await writer.append("asked", [*announced(request, deps), asked])
    return ApprovalAsked(
        after=writer.after,
        approval_id=approval.approval_id,
        expires_at=approval.expires_at,
        decided=approval.state != "open",
    )


async def _planned(request: AskApprovalRequest, deps: Dependencies) -> tuple[ToolCall, str]:
    """The call, and the flow that it belongs to, of a plan."""
    if request.agent_call is None:
        plan = await load_plan(request, deps)
        return plan.calls[request.step], plan.flow_type
    step = await load_step(request, request.agent_call.number, deps)
    call = step.calls[request.agent_call.call]
    return ToolCall(tool=call.tool, args=call.args), ""


def confirmation_in_words(call: ToolCall, flow_type: str, pack: Pack) -> dict[Language, str]:
    """What will be done, in every language: who decides may speak another than who asked."""
    flow, contract = flow_of(pack, call.tool, flow_type), pack.tools[call.tool]
    if flow is None:
        return {}
    shown = call.model_copy(update={"args": masked(call.args, contract)})
    told = {each: confirmation_of(flow, shown, contract, each) for each in flow.confirmation}
    return {language: text for language, text in told.items() if text is not None}


async def settle_approval(request: SettleApprovalRequest, deps: Dependencies) -> ApprovalSettled:
    """Use what was approved, close what nobody decided on. Raises StoreError."""
    run = request.run
    found = await deps.approvals.get(run.tenant_id, run.run_id, approval_id(request.step))
    if found is None:
        raise StoreError(f"the approval of run {run.run_id} cannot be read")
    state = _settled(found, request.stopped)
    if state == found.state:
        return ApprovalSettled(after=request.after, state=state)
    if await deps.approvals.change(found.model_copy(update={"state": state})) is None:
        # Somebody has decided in this moment; the retry reads what.
        raise StoreError(f"the approval of run {run.run_id} was changed meanwhile")
    return ApprovalSettled(after=request.after, state=state)


def _settled(approval: Approval, stopped: bool) -> ApprovalState:
    match approval.state:
        case "approved":
            return "withdrawn" if stopped else "used"
        case "open":
            return "withdrawn" if stopped else "expired"
        case "rejected" | "expired" | "used" | "withdrawn":
            return approval.state
