"""What every step begins with: its writer on the run's log, and the record of the run."""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

from activities.intake import normalised
from shared.contracts.activities import StepRequest
from shared.contracts.conversations import Turn
from shared.contracts.events import RunEvent, StateEvent
from shared.contracts.evidence import ContextPack
from shared.contracts.runs import RunRecord
from shared.errors import AppError
from shared.ports import Dependencies
from shared.search.fusion import fuse
from shared.streams.writing import AnswerWriter, LogWriter


class RunMissingError(AppError):
    """The run's record is not in the store: it was erased, or the run was started by hand."""


async def load_record(request: StepRequest, deps: Dependencies) -> RunRecord:
    """The record, its message cleaned by intake. Raises RunMissingError."""
    record = await deps.runs.get(request.run.tenant_id, request.run.run_id)
    if record is None:
        raise RunMissingError(request.run.run_id)
    return record.model_copy(update={"message": normalised(record.message)})


def log_writer(request: StepRequest, step: str, deps: Dependencies) -> LogWriter:
    return LogWriter(deps.log, request.run.run_id, step, uuid4().hex, request.after)


def answer_writer(request: StepRequest, step: str, deps: Dependencies) -> AnswerWriter:
    return AnswerWriter(deps.log, request.run.run_id, step, uuid4().hex, request.after)


def announced(request: StepRequest) -> list[RunEvent]:
    return [StateEvent(state=state) for state in request.announce]


async def load_evidence(
    request: StepRequest, indexes: Sequence[str], deps: Dependencies
) -> ContextPack:
    """What the indexes found for this run, fused into one pack."""
    run = request.run
    packs = await asyncio.gather(
        *(deps.runs.evidence(run.tenant_id, run.run_id, index) for index in indexes)
    )
    return fuse(packs, deps.policy.top)


async def load_turns(request: StepRequest, deps: Dependencies) -> tuple[Turn, ...]:
    """The turns before this one that the model is reminded of."""
    run = request.run
    if not run.follows:
        return ()
    return await deps.conversations.turns(
        run.tenant_id, run.conversation_id, deps.policy.remembered_turns, before=run.run_id
    )
