"""`POST /api/v1/chat/completions`: an agent for whoever speaks OpenAI's protocol."""

from azurefunctions.extensions.http.fastapi import Response

from api.answers import AS_NO_MARKUP
from api.bodies import parse, read_body
from api.chat import begin
from api.completing import chat_of, completion_of, history_of
from api.completion_stream import CompletionStream
from api.edge import Call
from api.starting import Started
from api.telling import tell_ended, tell_streamed
from shared.contracts.agents import AgentCall
from shared.contracts.completions import PostCompletion
from shared.contracts.events import RestartEvent
from shared.contracts.runs import RunAnswer

ROUTE = "v1/chat/completions"


async def post(call: Call) -> Response:
    body = await read_body(call.request)
    posted = parse(PostCompletion, call.request, body, call.language)
    asked = chat_of(posted, call.language)
    begun = await begin(call, asked, body, route=ROUTE, history=history_of(posted.messages))

    def answer(run: RunAnswer) -> Response:
        text = completion_of(run, posted.model).model_dump_json(by_alias=True)
        text = text.translate(AS_NO_MARKUP)
        return Response(text, headers={"x-run-id": run.run_id}, media_type="application/json")

    if not posted.stream:
        return await tell_ended(call, begun.started, answer)
    options = posted.stream_options
    return await tell_streamed(
        call,
        begun.started,
        CompletionStream(
            run_id=begun.started.run_id,
            model=posted.model,
            language=call.language,
            live=_stays(begun.call),
            counts=options is not None and options.include_usage,
            newest=await _newest_attempt(call, begun.started),
        ),
    )


def _stays(call: AgentCall) -> bool:
    """Whether text that was written is the answer, unless something breaks: what cites documents,
    is JSON or stands before a call of a tool may have to be written again."""
    return not call.tools and call.search is None and call.model.response_format == "text"


async def _newest_attempt(call: Call, started: Started) -> int:
    """Of a run that was begun before."""
    if started.here:
        return 0
    items = await call.deps.log.all(started.run_id)
    events = (event for item in items for event in item.events)
    return max((each.attempt for each in events if isinstance(each, RestartEvent)), default=0)
