"""The sweeper: a run whose orchestration failed or was terminated gets its terminal event."""

import logging
from datetime import timedelta

from pydantic import ValidationError

from shared.contracts.activities import TurnRequest
from shared.contracts.problems import Failure
from shared.contracts.runs import RunOutcome, RunRecord
from shared.errors import DependencyError
from shared.ports import Dependencies, EndedBadly, Orchestrations
from shared.streams.ending import close_run
from shared.streams.writing import TERMINAL_STEP, LogWriter

log = logging.getLogger("eira.sweep")

LOOK_BACK = timedelta(days=1)

_swept: set[str] = set()
"""Runs this process found ended already; saves reading their outcomes again and again."""


async def sweep(orchestrations: Orchestrations, deps: Dependencies) -> None:
    for ended in await orchestrations.ended_badly(deps.now() - LOOK_BACK):
        if ended.run_id in _swept:
            continue
        try:
            await _end(ended, deps)
        except DependencyError as error:
            # The other runs do not have to wait for this one; it is looked at again.
            log.warning("run=%s could not be swept: %s", ended.run_id, error)
            continue
        _swept.add(ended.run_id)


async def _end(ended: EndedBadly, deps: Dependencies) -> None:
    try:
        request = TurnRequest.model_validate(ended.request)
    except ValidationError:
        log.warning("run=%s was not started by this app", ended.run_id)
        return
    record = await deps.runs.get(request.run.tenant_id, request.run.run_id)
    if record is None:
        return
    writer = LogWriter(deps.log, record.run_id, TERMINAL_STEP, "sweeper", request.after)
    # Also when an outcome is stored: the last step may have died between storing and saying it.
    outcome = _outcome(record, ended, await _may_have_acted(record, deps), deps)
    await close_run(record, outcome, record.language, (), writer, deps)
    log.info("run=%s correlation=%s swept", record.run_id, record.correlation_id)


async def _may_have_acted(record: RunRecord, deps: Dependencies) -> bool:
    """Whether a tool has done something, or nobody knows that it did not."""
    plan = await deps.runs.plan(record.tenant_id, record.run_id)
    if plan is None:
        return False
    effects = await deps.effects.of_run(record.tenant_id, record.run_id, len(plan.calls))
    return any(effect.state in ("sent", "done", "unknown") for effect in effects)


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
