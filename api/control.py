"""What people do to a run: stop it, and say what they think of it."""

from azurefunctions.extensions.http.fastapi import Response

from api.answers import json_answer
from api.auditing import audit
from api.bodies import parse, read_body
from api.edge import Call
from api.identifiers import new_id
from api.runs import OPERATE, any_run, own_run
from api.stopping import stop
from shared.contracts.runs import Feedback, PostFeedback, RunStopping
from shared.errors import ConflictError


async def cancel(call: Call) -> Response:
    """Stop a run. What its tools have done already stays, and is reported with it."""
    record = await (any_run(call) if OPERATE in call.caller.rights else own_run(call))
    if record.part_of is not None:
        # An agent that a flow has called ends with it.
        flow = await call.deps.runs.get(record.tenant_id, record.part_of.run_id)
        record = flow or record
    if not await stop(call, record):
        raise ConflictError("RUN_ENDED", "run_ended", run_id=record.run_id)
    event_id = f"{record.run_id}-1-stop"
    await audit(call, "run.stopped", record.conversation_id, event_id, run_id=record.run_id)
    headers = {"Location": f"/api/runs/{record.run_id}", "x-run-id": record.run_id}
    return json_answer(RunStopping(run_id=record.run_id), 202, headers)


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
    await call.deps.conversations.rate(
        record.tenant_id, record.conversation_id, record.run_id, body.rating
    )
    await audit(
        call,
        "feedback.given",
        record.conversation_id,
        f"{record.run_id}-3-feedback-{new_id()}",
        run_id=record.run_id,
        details={"rating": body.rating},
    )
    return Response(status_code=204, headers={"x-run-id": record.run_id})
