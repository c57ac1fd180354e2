"""A flow's secure value: a handle, which is all that its variable ever holds."""

from activities.flow_calls import failed_by
from activities.steps import load_record
from shared.awaiting import must_be_there
from shared.calling.sealing import sealed_value
from shared.contracts.activities import StepResult
from shared.contracts.audit import Actor, AuditEvent
from shared.contracts.credentials import ResolveSecureValue
from shared.contracts.flows.running import FlowOutcome, SealValue, Succeeded
from shared.contracts.flows.runs import SealRequest
from shared.contracts.runs import RunRecord
from shared.errors import DependencyError, RequestError
from shared.ports import Dependencies


async def seal_value(request: SealRequest, deps: Dependencies) -> StepResult:
    """Once: a second execution changes nothing. Raises StoreError, SecretError when Key Vault is
    away."""
    run = request.run
    if await deps.flow_runs.outcome(run.tenant_id, run.run_id, request.number) is None:
        record = await load_record(request, deps)
        outcome = await _sealed(await _wanted(request, deps), record, request, deps)
        await deps.flow_runs.put_outcome(run.tenant_id, run.run_id, request.number, outcome)
    return StepResult(after=request.after)


async def _wanted(request: SealRequest, deps: Dependencies) -> SealValue:
    run = request.run

    async def found() -> SealValue | None:
        progress = await deps.flow_runs.progress(run.tenant_id, run.run_id)
        pending = progress.pending.get(request.number) if progress else None
        if pending is None:
            progress = await deps.flow_runs.progress(run.tenant_id, run.run_id, anew=True)
            pending = progress.pending.get(request.number) if progress else None
        return pending.action if pending and isinstance(pending.action, SealValue) else None

    return await must_be_there(found, f"action {request.number} of run {run.run_id}")


async def _sealed(
    wanted: SealValue, record: RunRecord, request: SealRequest, deps: Dependencies
) -> FlowOutcome:
    asked = ResolveSecureValue(
        source=wanted.source,
        alias=wanted.alias,
        name=wanted.name,
        secret=wanted.secret,
        mode=wanted.mode,
        session_id=record.flow.session_id if record.flow else "",
    )
    try:
        sealed = await sealed_value(asked, record.caller, deps)
    except (RequestError, DependencyError) as error:
        if isinstance(error, DependencyError) and error.retryable:
            raise
        return failed_by(error, request.language)
    await _audit(asked, record, request, deps)
    return Succeeded(value=sealed.handle)


async def _audit(
    asked: ResolveSecureValue, record: RunRecord, request: SealRequest, deps: Dependencies
) -> None:
    """As `/api/config/resolve` does: who got a handle, for what."""
    event = AuditEvent(
        event_id=f"{record.run_id}-0-handle-{request.number}",
        tenant_id=record.tenant_id,
        conversation_id=f"handles-{record.caller.user_id}",
        actor=Actor(user_id=record.caller.user_id, roles=record.caller.roles),
        at=deps.now(),
        kind="config.resolved",
        run_id=record.run_id,
        details={"alias": asked.alias, "source": asked.source, "sessionId": asked.session_id},
        correlation_id=record.correlation_id,
    )
    await deps.audit.record(event)
    await deps.audit.seal(event.tenant_id, event.conversation_id, [event.event_id], event.at)
