"""Contracts with everything filled in, for tests that care about one field."""

from datetime import UTC, datetime, timedelta

from shared.contracts.approvals import Approval, ApprovalState
from shared.contracts.conversations import Turn
from shared.contracts.evidence import ContextPack, Snippet
from shared.contracts.flows.stored import StoredFlow, document_of, name_of
from shared.contracts.flows.versions import Editor, FlowVersion
from shared.contracts.plan import Plan, Provenance, ToolCall
from shared.contracts.runs import FinishReason
from tests.fakes.world import ANA

AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
TASK_ARGS: dict[str, object] = {
    "title": "revisar contrato ACME",
    "dueDate": "2026-12-04",
    "priority": "alta",
}


def snippet(
    document_id: str = "licencia",
    *,
    content: str = "Para renovar la licencia hace falta el DNI y el justificante de pago.",
    index: str = "cerebro",
    url: str | None = None,
    score: float = 1.0,
) -> Snippet:
    return Snippet(
        document_id=document_id,
        index=index,
        title=f"Guía de {document_id}",
        content=content,
        url=url,
        source="Sede",
        kind="rule",
        scope="public",
        version="1",
        confidence=0.9,
        score=score,
    )


def evidence(*snippets: Snippet) -> ContextPack:
    return ContextPack(snippets=snippets or (snippet(),))


def task_call(**changes: object) -> ToolCall:
    args = TASK_ARGS | changes
    said = Provenance(source="user", quote="revisar contrato ACME")
    return ToolCall(tool="createTask", args=args, provenance=dict.fromkeys(args, said))


def task_plan(*calls: ToolCall) -> Plan:
    return Plan(flow_type="CreateTask", calls=calls or (task_call(),))


def past_turn(
    run_id: str = "01JD7",
    message: str = "Hola",
    text: str = "Hola, Ana.",
    reason: FinishReason = "stop",
) -> Turn:
    return Turn(
        run_id=run_id,
        conversation_id="c1",
        tenant_id=ANA.tenant_id,
        asked_at=AT,
        message=message,
        text=text,
        finish_reason=reason,
    )


def a_flow(
    flow_id: str,
    version: int = 1,
    flow: object = None,
    *,
    at: datetime = AT,
    by: Editor | None = None,
    tenant_id: str = ANA.tenant_id,
) -> StoredFlow:
    """One of Ana's."""
    ana = Editor(user_id=ANA.user_id, name=ANA.name)
    written = {"nodes": []} if flow is None else flow
    return StoredFlow(
        flow_id=flow_id,
        tenant_id=tenant_id,
        created_at=AT,
        created_by=ana,
        about=FlowVersion(version=version, name=name_of(written), saved_at=at, saved_by=by or ana),
        document=document_of(written),
    )


def an_approval(
    *,
    run_id: str = "01RUN",
    approval_id: str = "a0",
    state: ApprovalState = "open",
    hours: float = 1,
) -> Approval:
    """Ana's first call, which somebody with the right `approvals:decide` has to approve."""
    return Approval(
        approval_id=approval_id,
        tenant_id=ANA.tenant_id,
        run_id=run_id,
        conversation_id="c1",
        step=0,
        tool="createTask",
        args=TASK_ARGS,
        payload_hash="abc",
        right="approvals:decide",
        asked_by=ANA.user_id,
        asked_at=AT,
        expires_at=AT + timedelta(hours=hours),
        state=state,
    )
