"""The run's last step: store how it ended, then say so. The only writer of the end."""

import logging

from activities.steps import announced, load_record, log_writer
from shared.contracts.activities import FinishRequest, StepResult
from shared.contracts.problems import Failure
from shared.contracts.runs import RunOutcome, RunState
from shared.ports import Dependencies
from shared.streams.ending import close_run, duration_ms
from shared.streams.writing import TERMINAL_STEP

log = logging.getLogger("eira.runs")


async def finish(request: FinishRequest, deps: Dependencies) -> StepResult:
    record = await load_record(request, deps)
    outcome = RunOutcome(
        run_id=record.run_id,
        tenant_id=record.tenant_id,
        state=_state(request.failure),
        finish_reason=request.finish_reason,
        ended_at=request.ended_at,
        states=request.states,
        usage=request.usage,
        memory=request.memory,
        failure=request.failure,
    )
    writer = log_writer(request, TERMINAL_STEP, deps)
    language = request.language or record.language
    stored = await close_run(record, outcome, language, announced(request), writer, deps)
    log.info(
        "run=%s correlation=%s ended %s after %d ms",
        record.run_id,
        record.correlation_id,
        stored.state,
        duration_ms(record, outcome),
    )
    return StepResult(after=writer.after)


def _state(failure: Failure | None) -> RunState:
    if failure is None:
        return "DONE"
    return "CANCELLED" if failure.code == "CANCELLED" else "FAILED"
