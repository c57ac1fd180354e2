"""The sweeper: a run whose orchestration failed or was terminated gets its terminal event."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from pydantic import ValidationError

from shared.contracts.activities import RunRequest
from shared.contracts.events import is_terminal
from shared.contracts.identity import Language
from shared.contracts.problems import Failure
from shared.contracts.runs import EndedBadly, RunOutcome, RunRecord
from shared.errors import DependencyError
from shared.ports import Dependencies, Orchestrations
from shared.streams.ending import LeftBehind, close_run, seal_run
from shared.streams.writing import TERMINAL_STEP, LogWriter
from shared.telemetry.operations import run_swept
from shared.telemetry.steps import Ending, run_ended

log = logging.getLogger("eira.sweep")

LOOK_BACK = timedelta(days=6)
"""Of runs' starts: one may wait for people for days and be stopped then. The event log, where one
sees whether a run has its end, is kept a day longer."""

_swept: set[str] = set()
"""Runs this process found ended already; saves reading their logs again and again."""


type Look = Callable[[RunRecord, Language, Dependencies], Awaitable[LeftBehind]]
"""Reads what a run has done from the ledger."""


async def sweep(orchestrations: Orchestrations, deps: Dependencies, look: Look) -> None:
    for ended in await orchestrations.ended_badly(deps.now() - LOOK_BACK):
        if ended.run_id in _swept:
            continue
        try:
            await end_badly(ended, deps, look)
        except DependencyError as error:
            # The other runs do not have to wait for this one; it is looked at again.
            log.warning("run=%s could not be swept: %s", ended.run_id, error)
            continue
        _swept.add(ended.run_id)


def started_with(ended: EndedBadly) -> RunRequest | None:
    """None for what was not started by this app."""
    try:
        return RunRequest.model_validate(ended.request)
    except ValidationError:
        return None


async def end_badly(ended: EndedBadly, deps: Dependencies, look: Look) -> None:
    """Give a run its terminal event, unless it has one. Raises DependencyError."""
    request = started_with(ended)
    if request is None:
        log.warning("run=%s was not started by this app", ended.run_id)
        return
    # As it is stored: what was erased has no end any more.
    record = await deps.runs.get(request.run.tenant_id, request.run.run_id, anew=True)
    if record is None:
        return
    told = await deps.log.all(record.run_id)
    if told and is_terminal(told[-1].events[-1]):
        return
    writer = LogWriter(deps.log, record.run_id, TERMINAL_STEP, "sweeper", request.after)
    # Also when an outcome is stored: the last step may have died between storing and saying it.
    left = await look(record, record.language, deps)
    outcome = _outcome(record, ended, left.acted, deps)
    await close_run(record, outcome, record.language, (), writer, deps, left)
    await seal_run(record, deps, recorded=True, begins=not request.run.follows)
    run_ended(request.run, Ending.of_outcome(outcome))
    run_swept()
    log.info("run=%s correlation=%s swept", record.run_id, record.correlation_id)


def _outcome(record: RunRecord, ended: EndedBadly, acted: bool, deps: Dependencies) -> RunOutcome:
    """Behind a tool nobody is invited to send the message again: it could be done twice."""
    stopped = ended.terminated
    failure = (
        Failure(code="CANCELLED", message="cancelled_behind_tools" if acted else "cancelled")
        if stopped
        else Failure(code="INTERNAL", message="internal", retryable=not acted)
    )
    return RunOutcome(
        run_id=record.run_id,
        tenant_id=record.tenant_id,
        state="CANCELLED" if stopped else "FAILED",
        finish_reason="cancelled" if stopped else "error",
        ended_at=deps.now(),
        failure=failure,
    )
