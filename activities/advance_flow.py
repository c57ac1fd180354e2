"""A step of a flow: what came of an action goes into the interpreter, and what is to be done next
comes out. A second execution of a step answers what the first has stored."""

import asyncio
import json
from asyncio import to_thread
from dataclasses import dataclass, replace
from datetime import datetime

from activities.flow_calls import Scene, ready
from activities.flow_outcomes import outcome_of
from activities.flow_programs import Pinned, load_flow
from activities.flow_telling import parts_of, still_under_way, told
from activities.steps import announced, has_ended, load_record, log_writer
from shared.awaiting import must_be_there
from shared.calling.threads import call_of_flow
from shared.contracts.events import InputEvent, RunEvent, StateEvent
from shared.contracts.flows.names import MAX_VARIABLES_BYTES
from shared.contracts.flows.running import (
    Ask,
    CallAgent,
    CallRest,
    Failed,
    FlowAction,
    FlowFailure,
    FlowOutcome,
    FlowState,
    Say,
)
from shared.contracts.flows.runs import (
    Advanced,
    AdvanceRequest,
    FlowProgress,
    Pending,
)
from shared.contracts.outside import READING
from shared.contracts.problems import ErrorCode, Failure
from shared.contracts.runs import Usage
from shared.contracts.wording import say
from shared.errors import RunStoppedError, StoreError
from shared.flows.interpreting import Advance, advance, begin
from shared.ports import Dependencies
from shared.streams.stopping import ask_to_stop

TRIES = 5
ANSWERS_KEPT = 20
"""So many questions later it is still known that an answer was given before."""
PASSED_ON: frozenset[ErrorCode] = frozenset(
    {"TIMEOUT", "CONTENT_BLOCKED", "MODEL_UNAVAILABLE", "MODEL_RATE_LIMIT", "SEARCH_UNAVAILABLE",
     "SEARCH_RATE_LIMIT", "QUOTA_EXCEEDED", "NOT_ALLOWED", "FORBIDDEN", "MODERATION_UNAVAILABLE",
     "CREDENTIALS_UNAVAILABLE", "CANCELLED"}
)  # fmt: skip
"""Codes of calls that are the run's, too, when nothing is done about them."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """A step that was taken, and the number of the last event then."""

    progress: FlowProgress
    after: int


@dataclass(frozen=True, slots=True)
class _Ended:
    """An action, and what came of it."""

    action: FlowAction
    outcome: FlowOutcome

    @property
    def codes(self) -> dict[str, str]:
        """Why its node failed, by its key."""
        outcome = self.outcome
        return {self.action.key: outcome.code} if isinstance(outcome, Failed) else {}

    @property
    def heard(self) -> list[RunEvent]:
        """What the user has said to it."""
        if not isinstance(self.action, Ask) or isinstance(self.outcome, Failed):
            return []
        return [InputEvent(text=self.outcome.value["text"], node=self.action.key)]


async def advance_flow(request: AdvanceRequest, deps: Dependencies) -> Advanced:
    """Raises StoreError, and RunStoppedError when nothing is to begin any more."""
    record, pinned, ended = await asyncio.gather(
        load_record(request, deps), load_flow(request, deps), has_ended(request, deps)
    )
    if ended:
        return Advanced(after=request.after, ended=True)
    taken = await _taken(request, pinned, deps)
    progress = taken.progress
    scene = Scene(request, record, request.language, taken.after, deps)
    new = [progress.pending[number] for number in progress.fresh if number in progress.pending]
    actions = await asyncio.gather(*(ready(each, scene) for each in new))
    state = progress.state
    assert state is not None, "a step was taken"
    return Advanced(
        after=taken.after,
        usage=progress.usage,
        status=state.status,
        actions=tuple(actions),
        failure=_failure(state.failure),
    )


def _failure(failure: FlowFailure | None) -> Failure | None:
    """Of the run: its detail is kept with the flow."""
    if failure is None:
        return None
    code = next((each for each in PASSED_ON if each == failure.code), "FLOW_FAILED")
    return Failure.model_validate({"code": code, "message": "flow_failed", "retryable": False})


async def _taken(request: AdvanceRequest, pinned: Pinned, deps: Dependencies) -> _Taken:
    """Take the step, unless an earlier execution has. Raises StoreError, RunStoppedError."""
    for attempt in range(TRIES):
        progress = await _before(request, deps, anew=attempt > 0)
        if progress.stopped:
            # Whoever stops it may not have come so far as to ask, or have died.
            run_id, after = request.run.log_id, request.after
            await ask_to_stop(run_id, "EXECUTING_TOOLS", deps.log, deps.now(), after=after)
            raise RunStoppedError(request.run.run_id)
        if progress.step >= request.step:
            return _Taken(progress, request.after)
        step, usage, ended = await _step(request, progress, pinned, deps)
        now = deps.now()
        after = await _tell(request, pinned, progress, step, ended, now, deps)
        began = still_under_way(pinned.program, step.events, progress.began, now)
        changed = _changed(request, progress, step, usage, now).model_copy(update={"began": began})
        if (stored := await deps.flow_runs.advance(changed)) is not None:
            return _Taken(stored, after)
    raise StoreError(f"step {request.step} of run {request.run.run_id} could not be stored")


async def _before(request: AdvanceRequest, deps: Dependencies, *, anew: bool) -> FlowProgress:
    """Where the run is: at the step before this one, or further. Raises StoreError."""
    run, fresh = request.run, anew

    async def found() -> FlowProgress | None:
        nonlocal fresh
        progress = await deps.flow_runs.progress(run.tenant_id, run.run_id, anew=fresh)
        fresh = True
        there = progress is not None and progress.step >= request.step - 1
        return progress if there else None

    return await must_be_there(found, f"step {request.step - 1} of run {run.run_id}")


async def _step(
    request: AdvanceRequest, progress: FlowProgress, pinned: Pinned, deps: Dependencies
) -> tuple[Advance, Usage, _Ended | None]:
    """The interpreter's, what the action has cost, and what came of it."""
    if request.answered is None:
        first = await to_thread(begin, pinned.program, pinned.flow.inputs)
        return _within_bounds(first, request), Usage(), None
    pending = progress.pending[request.answered]
    outcome, usage = await _outcome(request, pending, deps)
    assert progress.state is not None, "something was begun"
    step = await to_thread(advance, pinned.program, progress.state, pending.action.branch, outcome)
    step = _within_bounds(_with_reason(step, outcome), request)
    return step, usage, _Ended(pending.action, outcome)


def _with_reason(step: Advance, outcome: FlowOutcome) -> Advance:
    """A run that fails by a call says of it what the call was told."""
    failure = step.state.failure
    if failure is None or not isinstance(outcome, Failed) or failure.code != outcome.code:
        return step
    why = failure.model_copy(update={"detail": outcome.message})
    return replace(step, state=step.state.model_copy(update={"failure": why}))


async def _outcome(
    request: AdvanceRequest, pending: Pending, deps: Dependencies
) -> tuple[FlowOutcome, Usage]:
    if not request.expired:
        return await outcome_of(pending, request, request.language, deps, crashed=request.crashed)
    run = request.run
    expired = Failed(code="EXPIRED", message=say("flow_not_answered", request.language))
    kept = await deps.flow_runs.put_outcome(run.tenant_id, run.run_id, pending.number, expired)
    return kept, Usage()


def _within_bounds(step: Advance, request: AdvanceRequest) -> Advance:
    """A run that keeps too much fails: its state would not go into the store, where a letter with
    an accent takes six bytes. What is said is told in pieces, but for its sources."""
    kept = (step.state, *map(_in_one_piece, step.actions))
    if sum(len(json.dumps(each.model_dump_json())) for each in kept) <= MAX_VARIABLES_BYTES:
        return step
    last = step.events[-1].key if step.events else ""
    failure = FlowFailure(code="variables_too_large", node=last, detail=str(MAX_VARIABLES_BYTES))
    state = FlowState(
        status="failed",
        branches={k: b.model_copy(update={"variables": {}, "frames": ()})
                  for k, b in step.state.branches.items()},
        steps=step.state.steps,
        failure=failure,
    )  # fmt: skip
    return Advance(state, (), step.events)


def _in_one_piece(action: FlowAction) -> FlowAction:
    return action.model_copy(update={"text": ""}) if isinstance(action, Say) else action


async def _tell(
    request: AdvanceRequest,
    pinned: Pinned,
    progress: FlowProgress,
    step: Advance,
    ended: _Ended | None,
    now: datetime,
    deps: Dependencies,
) -> int:
    """Before the step is stored: an execution that dies between tells the same again, under the
    same keys. Answers the number of the last event. Raises RunStoppedError."""
    writer = log_writer(request, f"flow-{request.step}", deps)
    events = [
        *announced(request, deps),
        *(ended.heard if ended else ()),
        *told(pinned.program, step, progress.began, ended.codes if ended else {}, now),
        *(StateEvent(state="WAITING_INPUT", at=now) for each in step.actions if _asks(each)),
    ]
    for place, part in enumerate(parts_of(events)):
        await writer.append(str(place), part)
    return writer.after


def _asks(action: FlowAction) -> bool:
    return isinstance(action, Ask)


def _changed(
    request: AdvanceRequest, progress: FlowProgress, step: Advance, usage: Usage, now: datetime
) -> FlowProgress:
    pending = {n: each for n, each in progress.pending.items() if n != request.answered}
    last, effects = progress.last, progress.effects
    fresh: list[int] = []
    for action in step.actions:
        if isinstance(action, Say):
            continue
        last += 1
        changes = isinstance(action, CallRest) and action.method not in READING
        place = effects if changes else None
        effects += changes
        pending[last] = _pending(last, action, place, request, now)
        fresh.append(last)
    return progress.model_copy(
        update={
            "step": request.step,
            "state": step.state,
            "pending": pending,
            "fresh": tuple(fresh),
            "usage": usage,
            "last": last,
            "effects": effects,
            "heard": _heard(progress, request.answered),
        }
    )


def _heard(progress: FlowProgress, answered: int | None) -> dict[str, int]:
    ended = progress.pending[answered] if answered is not None else None
    if ended is None or not _asks(ended.action):
        return progress.heard
    numbers = {**progress.heard, ended.action.key: ended.number}
    latest = sorted(numbers.items(), key=lambda each: each[1])[-ANSWERS_KEPT:]
    return dict(latest)


def _pending(
    number: int, action: FlowAction, place: int | None, request: AdvanceRequest, now: datetime
) -> Pending:
    child = None
    if isinstance(action, CallAgent):
        child = call_of_flow(request.run.run_id, number, now)
    return Pending(number=number, action=action, place=place, child=child)
