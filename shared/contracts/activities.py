"""Every activity an orchestrator may call: its Durable name, its request, its result."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from shared.contracts.approvals import ApprovalState
from shared.contracts.base import Contract
from shared.contracts.evidence import LookUp
from shared.contracts.identity import Language, SpokenLanguage
from shared.contracts.plan import Route
from shared.contracts.problems import Failure
from shared.contracts.runs import (
    AnswerBasis,
    FinishReason,
    Memory,
    Part,
    RunState,
    StateChange,
    Usage,
)


@dataclass(frozen=True, slots=True)
class ActivitySpec[In: BaseModel, Out: BaseModel]:
    """`attempts` counts the first. Crashes and defects are tried again; failures are values, save
    for an activity that `insists`: what it leaves half done matters more than the error's name."""

    name: str
    request: type[In]
    result: type[Out]
    attempts: int = 3
    insists: bool = False


class RunRef(Contract):
    """What leads to everything stored about a run."""

    run_id: str
    tenant_id: str
    conversation_id: str
    correlation_id: str
    follows: bool = True
    """Whether there may be turns before this one."""
    queued: bool = False
    """Whether the message had to wait: what the runs before left open is this one's."""
    repeatable: bool = True
    """Whether it may be started again, by its Idempotency-Key: perhaps behind its own end."""
    traceparent: str | None = None
    """The span of the request that started it (W3C); None where nothing is traced."""
    part: Part | None = None
    """Of an agent call of a flow."""

    @property
    def log_id(self) -> str:
        """The run in whose log its events are."""
        return self.part.run_id if self.part else self.run_id


class RunLimits(Contract):
    """What one run may take: seconds of work (waiting for people does not count), calls of the
    chat model, tokens in all; `fan_out` indexes asked at the same time (without it, all)."""

    seconds: float = 300.0
    model_calls: int = 12
    tokens: int = 120_000
    fan_out: int | None = None


class RunRequest(Contract):
    """What starts any run's orchestration; everything else is in the run's record."""

    run: RunRef
    after: int
    limits: RunLimits = RunLimits()


class TurnRequest(RunRequest):
    """What starts a turn's.

    `waits_for` are the runs before this one, in a conversation where messages queue: all of them,
    since one that queues may be stopped while the one before it is still at work.
    """

    waits_for: tuple[str, ...] = ()
    again: AnswerBasis | None = None
    """Only answer, from what another run has found and done."""


class StepRequest(Contract):
    """`announce` are states this step reports with its first entry; `after` is a hint: the log
    had at least this many events when the step was scheduled."""

    run: RunRef
    announce: tuple[RunState, ...] = ()
    after: int = 0


class StepResult(Contract):
    """`model_calls` counts towards the run's budget, like the tokens in `usage`. `unjudged`: what
    was said should have been moderated, and the service was away."""

    after: int = 0
    usage: Usage = Usage()
    model_calls: int = 0
    unjudged: bool = False


class AwaitTurnRequest(StepRequest):
    """Looks whether the runs before this one are over."""

    earlier: tuple[str, ...]


class TurnAwaited(StepResult):
    free: bool


class PrepareRequest(StepRequest):
    """Intake and triage."""


class Prepared(StepResult):
    """`ended`: the run has an outcome already, nothing is left to do. `opened`: the conversation
    has a plan that waits for an answer; `continues`: this message gives it; `drops`: it gives the
    plan up. `language` is that of the answer, `spoken` that of the message, if it tells."""

    ended: bool = False
    route: Route = "UNKNOWN"
    confidence: float = 1.0
    language: Language = "es"
    spoken: SpokenLanguage | None = None
    opened: bool = False
    continues: bool = False
    drops: bool = False
    indexes: tuple[str, ...] = ()
    looks_later: bool = False
    """The documents are looked up when the planner has found nothing to call or to ask."""
    mentioned: tuple[str, ...] = ()
    """Records of the conversation, as `type:id`, the newest first."""


class RetrieveRequest(StepRequest):
    index: str
    mentioned: tuple[str, ...] = ()


class Retrieved(StepResult):
    found: int
    warning: str | None = None


class PlanRequest(StepRequest):
    indexes: tuple[str, ...]
    language: Language
    continues: bool


class PlannedCall(Contract):
    """`needs` are the positions of calls that come first; `approval` says that somebody has to
    approve this one."""

    tool: str
    needs: tuple[int, ...] = ()
    approval: bool = False


class Planned(StepResult):
    """Only what the orchestrator decides on; the plan itself is stored with the run."""

    flow_type: str
    calls: tuple[PlannedCall, ...] = ()
    missing: int = 0

    @property
    def tools(self) -> tuple[str, ...]:
        return tuple(call.tool for call in self.calls)


class RunToolRequest(StepRequest):
    """`refused`: nobody approved the call, which is then told and recorded but not made."""

    step: int
    language: Language
    refused: Literal["approval_rejected", "approval_expired"] | None = None


class ToolRun(StepResult):
    ok: bool


class CallRef(Contract):
    """Call `call` of an agent's step `number`."""

    number: int
    call: int


class AskApprovalRequest(StepRequest):
    """Opens the approval of one call, and says so in the log. `step` is the call's place in the
    run's ledger: of a plan its position, of an agent that of `agent_call`."""

    step: int
    language: Language
    agent_call: CallRef | None = None


class ApprovalAsked(StepResult):
    """`decided`: an earlier execution asked, and somebody has decided meanwhile."""

    approval_id: str
    expires_at: datetime
    decided: bool = False


class SettleApprovalRequest(StepRequest):
    """Reads the decision, or closes what nobody decided on in time. The stored item is the truth;
    the external event only wakes the orchestration. `stopped`: the run is, so nothing is used."""

    step: int
    stopped: bool = False


class ApprovalSettled(StepResult):
    state: ApprovalState


class RespondRequest(StepRequest):
    """`may_repeat`: the run can afford a second call of the model, for an answer that is wrong."""

    route: Route
    language: Language
    indexes: tuple[str, ...] = ()
    steps: int = 0
    planned: bool = False
    opened: bool = False
    drops: bool = False
    may_repeat: bool = True
    again: str | None = None
    """The run whose plan, evidence and effects the answer is made from, if not this one."""


class Responded(StepResult):
    """`folds`: the conversation has become too long to be told to the model whole. `warnings`:
    what the answer had to do without, by key of the wording."""

    finish_reason: FinishReason
    folds: bool = False
    warnings: tuple[str, ...] = ()
    retrieval: LookUp | None = None


class FoldRequest(StepRequest):
    """Folds a conversation's older turns into its summary."""

    language: Language


class RecordRequest(StepRequest):
    """`broken_off`: the run failed, so not all of the `steps` calls need have been made. `used`
    tool calls of agents have ended."""

    flow_type: str
    steps: int
    used: int = 0
    language: Language
    usage: Usage = Usage()
    broken_off: bool = False


class Recorded(StepResult):
    memory: Memory


class FinishRequest(StepRequest):
    """`failure` set: the run failed; otherwise the answer is stored and the run is done.
    `warnings`: as `Responded` has them; `recorded`: what was done is in the audit."""

    language: Language | None = None
    """Of the turn; absent when intake did not get so far."""
    states: tuple[StateChange, ...]
    usage: Usage
    memory: Memory = "none"
    finish_reason: FinishReason
    failure: Failure | None = None
    ended_at: datetime
    warnings: tuple[str, ...] = ()
    recorded: bool = False
    basis: AnswerBasis | None = None
    retrieval: LookUp | None = None


AWAIT_TURN = ActivitySpec("await_turn", AwaitTurnRequest, TurnAwaited)
PREPARE = ActivitySpec("prepare", PrepareRequest, Prepared)
RETRIEVE = ActivitySpec("retrieve", RetrieveRequest, Retrieved)
PLAN = ActivitySpec("plan", PlanRequest, Planned)
ASK_APPROVAL = ActivitySpec("ask_approval", AskApprovalRequest, ApprovalAsked, attempts=5)
SETTLE_APPROVAL = ActivitySpec(
    "settle_approval", SettleApprovalRequest, ApprovalSettled, attempts=5, insists=True
)
RUN_TOOL = ActivitySpec("run_tool", RunToolRequest, ToolRun, attempts=5, insists=True)
RESPOND = ActivitySpec("respond", RespondRequest, Responded)
FOLD = ActivitySpec("fold", FoldRequest, StepResult)
REMEMBER = ActivitySpec("remember", RecordRequest, Recorded)
RECORD = ActivitySpec("record", RecordRequest, Recorded, attempts=5, insists=True)
FINISH = ActivitySpec("finish", FinishRequest, StepResult, attempts=5, insists=True)
