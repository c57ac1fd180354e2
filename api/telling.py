"""A run that was just started, in the form that the caller prefers."""

from azurefunctions.extensions.http.fastapi import Response

from api.edge import Call
from api.listening import listen
from api.negotiation import wants_events, wants_no_waiting
from api.runs import answer_when_ended, event_stream, look_later
from api.starting import Started


async def tell_run(call: Call, started: Started, *, trace: bool = False) -> Response:
    """`trace`: a JSON answer tells the steps of the run as well."""
    response = await _told(call, started, trace)
    if started.quota is not None:
        response.headers.update(started.quota.headers)
    return response


async def _told(call: Call, started: Started, trace: bool) -> Response:
    if wants_no_waiting(call.request):
        return look_later(started.run_id)
    listener = await listen(call, started.run_id, started.on_disconnect)
    if wants_events(call.request):
        return event_stream(call, started.run_id, 0, begun=not started.here, listener=listener)
    return await answer_when_ended(
        call, started.run_id, started.conversation_id, trace=trace, listener=listener
    )
