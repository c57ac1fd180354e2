"""The run's last step: store how it ended, then say so. The only writer of the end."""

import logging

from activities.left_behind import left_behind
from activities.steps import announced, load_record, log_writer
from shared.contracts.activities import FinishRequest, StepResult
from shared.contracts.problems import Failure
from shared.contracts.runs import RunOutcome, RunState
from shared.ports import Dependencies
from shared.streams.ending import NOTHING, LeftBehind, close_run, duration_ms, seal_run
from shared.streams.writing import TERMINAL_STEP

log = logging.getLogger("eira.runs")


async def finish(request: FinishRequest, deps: Dependencies) -> StepResult:
    record = await load_record(request, deps)
    language = request.language or record.language
    left = await left_behind(record, language, deps) if request.failure else NOTHING
    outcome = RunOutcome(
        run_id=record.run_id,
        tenant_id=record.tenant_id,
        state=_state(request.failure),
        finish_reason=request.finish_reason,
        ended_at=request.ended_at,
        states=request.states,
        usage=request.usage,
        memory=request.memory,
        failure=_truly(request.failure, left),
        warnings=request.warnings,
        basis=request.basis,
        retrieval=request.retrieval,
    )
    writer = log_writer(request, TERMINAL_STEP, deps)
    stored = await close_run(
        record, outcome, language, announced(request, deps), writer, deps, left
    )
    # Behind the terminal entry: nobody waits for it.
    await seal_run(record, deps, recorded=request.recorded, begins=not request.run.follows)
    log.info(
        "run=%s correlation=%s ended %s after %d ms",
        record.run_id,
        record.correlation_id,
        stored.state,
        duration_ms(record, outcome),
    )
    return StepResult(after=writer.after)


def _truly(failure: Failure | None, left: LeftBehind) -> Failure | None:
    """A run that was stopped among its tools need not have done anything."""
    if failure is None or left.acted or failure.message != "cancelled_behind_tools":
        return failure
    return failure.model_copy(update={"message": "cancelled"})


def _state(failure: Failure | None) -> RunState:
    if failure is None:
        return "DONE"
    return "CANCELLED" if failure.code == "CANCELLED" else "FAILED"
