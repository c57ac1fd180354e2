"""`POST /api/runs/{runId}/regenerate`: the newest answer once more, and nothing else.

What the run has understood, found and done stays as it is: the new one only answers, from that. No
tool is called, whatever becomes of it.
"""

from azurefunctions.extensions.http.fastapi import Response

from api.conversations import own_conversation
from api.edge import Call
from api.messages import TURN
from api.runs import own_run
from api.starting import Wanted, start_run
from api.telling import tell_run
from shared.contracts.activities import RunRef, TurnRequest
from shared.contracts.runs import Again, AnswerBasis, RunRecord
from shared.errors import ConflictError, GoneError


async def post(call: Call) -> Response:
    """Raises NotFoundError, GoneError (its pack), ConflictError: the run goes on, has no answer, or
    is not the newest; as messages do."""
    record = await own_run(call)
    conversation = await own_conversation(call, record.conversation_id)
    if record.pack_version not in call.deps.packs.versions:
        raise GoneError("pack_gone")
    basis = await _basis(call, record)
    return await tell_run(call, await start_run(call, conversation, _wanted(call, record, basis)))


async def _basis(call: Call, record: RunRecord) -> AnswerBasis:
    outcome = await call.deps.runs.outcome(record.tenant_id, record.run_id)
    if outcome is None:
        raise ConflictError("CONVERSATION_BUSY", "conversation_busy", run_id=record.run_id)
    if outcome.basis is None:
        raise ConflictError("NOT_REGENERABLE", "regenerates_answers")
    return outcome.basis


def _wanted(call: Call, record: RunRecord, basis: AnswerBasis) -> Wanted:
    limits = call.deps.policy.limits

    def request(run: RunRef, after: int, waits_for: tuple[str, ...]) -> TurnRequest:
        return TurnRequest(run=run, after=after, limits=limits, waits_for=waits_for, again=basis)

    async def still() -> None:
        newest = await call.deps.conversations.turns(record.tenant_id, record.conversation_id, 1)
        if [turn.run_id for turn in newest] != [record.run_id]:
            raise ConflictError("NOT_REGENERABLE", "regenerates_newest")

    return Wanted(
        route=f"runs/{record.run_id}/regenerate",
        body=b"",
        orchestrator=TURN,
        request=request,
        message=record.message,
        context=record.context,
        again=Again(basis=basis, replaces=record.run_id),
        still=still,
    )
