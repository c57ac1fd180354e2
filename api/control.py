"""What people do to a run: stop it, and say what they think of it."""

from azurefunctions.extensions.http.fastapi import Response

from api.answers import json_answer
from api.bodies import parse, read_body
from api.edge import Call
from api.runs import OPERATE, any_run, own_run
from shared.contracts.approvals import STOP_EVENT
from shared.contracts.runs import Feedback, PostFeedback, RunRecord, RunStopping
from shared.errors import ConflictError
from shared.streams.stopping import stop_run
from shared.streams.writing import RunEndedError


async def cancel(call: Call) -> Response:
    """Stop a run. What its tools have done already stays, and is reported with it."""
    record = await (any_run(call) if OPERATE in call.caller.rights else own_run(call))
    if not await stop(call, record):
        raise ConflictError("RUN_ENDED", "run_ended", run_id=record.run_id)
    headers = {"Location": f"/api/runs/{record.run_id}", "x-run-id": record.run_id}
    return json_answer(RunStopping(run_id=record.run_id), 202, headers)


async def stop(call: Call, record: RunRecord) -> bool:
    """Ask a run to stop; False when it is over."""
    deps = call.deps
    if await deps.runs.outcome(record.tenant_id, record.run_id) is not None:
        return False
    state = await call.orchestrations.state(record.run_id)
    status = state.status if state else None
    try:
        await stop_run(record, status.state if status else "RECEIVED", deps)
    except RunEndedError:
        return False
    await call.orchestrations.raise_event(record.run_id, STOP_EVENT)
    return True


async def feedback(call: Call) -> Response:
    record = await own_run(call)
    body = parse(PostFeedback, call.request, await read_body(call.request), call.language)
    await call.deps.runs.put_feedback(
        Feedback(
            run_id=record.run_id,
            tenant_id=record.tenant_id,
            user_id=call.caller.user_id,
            at=call.deps.now(),
            rating=body.rating,
            comment=body.comment,
            tags=body.tags,
        )
    )
    return Response(status_code=204, headers={"x-run-id": record.run_id})
