"""The tool calls of a plan: in waves by what they need, each that must be approved after that."""

from collections.abc import Mapping, Sequence
from typing import Literal

from orchestrators.progress import Progress, Steps
from shared.contracts.activities import (
    ASK_APPROVAL,
    RUN_TOOL,
    SETTLE_APPROVAL,
    AskApprovalRequest,
    CallRef,
    PlannedCall,
    RunToolRequest,
    SettleApprovalRequest,
)
from shared.contracts.approvals import STOP_EVENT, ApprovalState, approval_event
from shared.contracts.identity import Language
from shared.contracts.problems import STOPPED
from shared.durable import StepFailedError, call_activity, call_all, wait_for_event


def run_tools(progress: Progress, calls: Sequence[PlannedCall], language: Language) -> Steps[None]:
    """Run all calls; what comes of each is in the ledger. Raises StepFailedError."""
    pending = dict(enumerate(calls))
    while pending:
        ready = [step for step, call in pending.items() if pending.keys().isdisjoint(call.needs)]
        # Nobody waits for a person before everything else that can be done is done.
        wave = [step for step in ready if not pending[step].approval] or ready
        decided: Mapping[int, ApprovalState] = {}
        if pending[wave[0]].approval:
            decided = yield from ask_people(progress, wave, language)
        progress.check_limits()
        yield from _run(progress, wave, decided, language)
        for step in wave:
            del pending[step]


def _run(
    progress: Progress,
    wave: Sequence[int],
    decided: Mapping[int, ApprovalState],
    language: Language,
) -> Steps[None]:
    if progress.state != "EXECUTING_TOOLS":
        progress.enter("EXECUTING_TOOLS")
    requests: list[RunToolRequest] = []
    for step in wave:
        refused = refusal_of(decided.get(step, "used"))
        common = progress.take() if not requests else progress.peek()
        requests.append(RunToolRequest(**common, step=step, language=language, refused=refused))
    for ran in (yield from call_all(progress.context, [(RUN_TOOL, each) for each in requests])):
        progress.done(ran)


def refusal_of(decision: ApprovalState) -> Literal["approval_rejected", "approval_expired"] | None:
    """Why a call that had to be approved is not made; None when it is."""
    match decision:
        case "rejected":
            return "approval_rejected"
        case "expired":
            return "approval_expired"
        case "open" | "approved" | "used" | "withdrawn":
            return None


def ask_people(
    progress: Progress,
    wave: Sequence[int],
    language: Language,
    agent_calls: Mapping[int, CallRef] | None = None,
) -> Steps[dict[int, ApprovalState]]:
    """Ask for all at once, then wait for each: whoever may approve sees them together.

    `wave` are places in the run's ledger; `agent_calls` what is there, of an agent's. Answers what
    was decided, but of calls that will not be made anyway.
    """
    progress.enter("WAITING_APPROVAL")
    requests: list[AskApprovalRequest] = []
    for step in wave:
        common = progress.take() if not requests else progress.peek()
        of_agent = (agent_calls or {}).get(step)
        requests.append(
            AskApprovalRequest(**common, step=step, language=language, agent_call=of_agent)
        )
    asked = yield from call_all(progress.context, [(ASK_APPROVAL, each) for each in requests])
    decided: dict[int, ApprovalState] = {}
    began = progress.context.current_utc_datetime
    for step, approval in zip(wave, asked, strict=True):
        progress.done(approval)
        if not approval.approval_id:
            continue
        stopped = False
        if not approval.decided:
            names = [approval_event(step), STOP_EVENT]
            woken = yield from wait_for_event(
                progress.context, names, approval.expires_at, progress.awaited
            )
            stopped = woken == STOP_EVENT
        settle = SettleApprovalRequest(**progress.peek(), step=step, stopped=stopped)
        settled = yield from call_activity(progress.context, SETTLE_APPROVAL, settle)
        if stopped:
            raise StepFailedError(STOP_EVENT, STOPPED)
        decided[step] = settled.state
    progress.waited += progress.context.current_utc_datetime - began
    return decided
