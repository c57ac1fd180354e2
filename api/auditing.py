"""What callers do outside a run goes into the audit, too, and into its chain at once."""

from collections.abc import Mapping, Sequence

from api.edge import Call
from shared.contracts.audit import Actor, AuditEvent, Decision, EventKind


async def audit(
    call: Call,
    kind: EventKind,
    conversation_id: str,
    event_id: str,
    *,
    run_id: str | None = None,
    decisions: Sequence[Decision] = (),
    details: Mapping[str, str] | None = None,
) -> None:
    """Record what the caller has done; `event_id` begins with a ULID, and is the same where the
    same is done again. Raises StoreError."""
    now = call.deps.now()
    event = AuditEvent(
        event_id=event_id,
        tenant_id=call.caller.tenant_id,
        conversation_id=conversation_id,
        actor=Actor(user_id=call.caller.user_id, roles=call.caller.roles),
        at=now,
        kind=kind,
        run_id=run_id,
        tools=tuple(each.tool for each in decisions),
        approvals=tuple(decisions),
        details=dict(details or {}),
        correlation_id=call.correlation_id,
    )
    await call.deps.audit.record(event)
    await call.deps.audit.seal(event.tenant_id, conversation_id, [event_id], now)
