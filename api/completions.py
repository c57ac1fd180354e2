"""`/api/v1`: agents for whoever speaks OpenAI's protocol."""

from azurefunctions.extensions.http.fastapi import Response

from api.answers import AS_NO_MARKUP, json_answer
from api.bodies import parse, read_body
from api.catalog import catalog_of
from api.chat import begin, rules_for
from api.completing import chat_of, completion_of, history_of
from api.completion_stream import CompletionStream
from api.edge import Call
from api.starting import Started
from api.telling import tell_ended, tell_streamed
from shared.contracts.agents import AgentCall
from shared.contracts.completions import ModelList, OfferedModel, PostCompletion
from shared.contracts.events import RestartEvent
from shared.contracts.grounding import Unverifiable
from shared.contracts.runs import RunAnswer

ROUTE = "v1/chat/completions"
MODELS = "v1/models"


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
            live=_stays(begun.call, call.deps.policy.grounding.unverifiable),
            counts=options is not None and options.include_usage,
            newest=await _newest_attempt(call, begun.started),
        ),
    )


def _stays(call: AgentCall, unverifiable: Unverifiable) -> bool:
    """Whether text that was written is the answer, unless something goes wrong: JSON that is none
    is written again by design, and so are citations that do not hold where they are dropped."""
    checked = call.search is not None and unverifiable == "drop"
    return call.model.response_format == "text" and not checked


async def models(call: Call) -> Response:
    """`GET /api/v1/models`: what this caller may name as `model`."""
    offered = catalog_of(rules_for(call))
    profiles = [each.name for each in offered.agent_profiles]
    alone = offered.models if "normal" in profiles else ()
    named = dict.fromkeys((*profiles, *alone))
    return json_answer(
        ModelList(
            object="list",
            data=tuple(
                OfferedModel(id=name, object="model", created=0, owned_by="eira") for name in named
            ),
        )
    )


async def _newest_attempt(call: Call, started: Started) -> int:
    """Of a run that was begun before."""
    if started.here:
        return 0
    items = await call.deps.log.all(started.run_id)
    events = (event for item in items for event in item.events)
    return max((each.attempt for each in events if isinstance(each, RestartEvent)), default=0)
