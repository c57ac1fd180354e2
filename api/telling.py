"""A run that was just started, in the form that the caller prefers."""

from collections.abc import Callable

from azurefunctions.extensions.http.fastapi import Response

from api import problems
from api.edge import Call
from api.listening import listen
from api.negotiation import wants_events, wants_no_waiting
from api.runs import Encode, answer_when_ended, event_stream, look_later, when_ended
from api.starting import Started
from shared.contracts.problems import Failure
from shared.contracts.runs import RunAnswer

type Answering = Callable[[RunAnswer], Response]
GOES_ON = Failure(code="TIMEOUT", message="timeout", retryable=True)
"""Told by protocols that have no word for "later"; the run itself goes on."""


async def tell_run(call: Call, started: Started, *, trace: bool = False) -> Response:
    """`trace`: a JSON answer tells the steps of the run as well."""
    return _counted(await _told(call, started, trace), started)


async def tell_streamed(call: Call, started: Started, told_as: Encode) -> Response:
    """Live, in the events of another protocol."""
    listener = await listen(call, started.run_id, started.on_disconnect)
    stream = event_stream(
        call, started.run_id, 0, begun=not started.here, listener=listener, told_as=told_as
    )
    return _counted(stream, started)


async def tell_ended(call: Call, started: Started, told_as: Answering) -> Response:
    """At the run's end, in the words of another protocol."""
    listener = await listen(call, started.run_id, started.on_disconnect)
    ended = await when_ended(call, started.run_id, started.conversation_id, listener)
    told = told_as(ended) if isinstance(ended, RunAnswer) else _refused(call, ended)
    return _counted(told, started)


def _refused(call: Call, instead: Response) -> Response:
    if instead.status_code >= 400:
        return instead
    response = problems.failed(GOES_ON, call.language, call.correlation_id)
    response.headers["x-run-id"] = instead.headers["x-run-id"]
    return response


def _counted(response: Response, started: Started) -> Response:
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
