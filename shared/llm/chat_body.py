"""What is asked, as OpenAI's chat completions want it, for a model of certain abilities."""

from collections.abc import Iterator
from typing import Literal

from shared.llm.abilities import Abilities
from shared.llm.called import called_before
from shared.ports import ModelMessage, ModelRequest, ModelTool

type Body = dict[str, object]
type LimitField = Literal["max_completion_tokens", "max_tokens"]
GATEWAYS_LIMIT: LimitField = "max_tokens"
"""The older name, which all gateways know."""

IN_JSON = "Answer with one JSON object and nothing else."
"""The service refuses the format json_object unless a message speaks of JSON."""


def chat_body(model: str, request: ModelRequest, abilities: Abilities, limit: LimitField) -> Body:
    """The body of a request; what the model does not take is left out."""
    body: Body = {"model": model, "messages": list(_messages(request, abilities))}
    if request.max_tokens is not None:
        # A reasoning model knows but one of the names, wherever it runs.
        body[limit if abilities.sampling else "max_completion_tokens"] = request.max_tokens
    if abilities.sampling:
        sampling = {"temperature": request.temperature, "top_p": request.top_p}
        body |= {name: value for name, value in sampling.items() if value is not None}
    if abilities.tools:
        body |= _tools(request, limit)
    if abilities.formats and (form := _format(request)):
        body["response_format"] = form
    return body


def _messages(request: ModelRequest, abilities: Abilities) -> Iterator[Body]:
    for message in request.messages:
        yield _message(message, abilities)
    wants_json = request.json or (request.schema is not None and not abilities.formats)
    if wants_json and not any("json" in each.content.lower() for each in request.messages):
        yield _message(ModelMessage("system", IN_JSON), abilities)


def _message(message: ModelMessage, abilities: Abilities) -> Body:
    if message.role == "tool" and abilities.tools:
        return {"role": "tool", "tool_call_id": message.call_id, "content": message.content}
    if message.calls and abilities.tools:
        return {
            "role": "assistant",
            "content": message.content or None,
            "tool_calls": [
                {
                    "id": call.call_id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }
                for call in message.calls
            ],
        }
    known = abilities.system if message.role == "system" else message.role != "tool"
    return {"role": message.role if known else "user", "content": message.content}


def _tools(request: ModelRequest, limit: LimitField) -> Body:
    if request.tools:
        return {"tools": [_tool(tool) for tool in request.tools]}
    called = called_before(request) if limit == GATEWAYS_LIMIT else ()
    # A gateway to Bedrock refuses to be told of calls without tools.
    return {"tools": [_tool(tool) for tool in called], "tool_choice": "none"} if called else {}


def _tool(tool: ModelTool) -> Body:
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
    }
    return {"type": "function", "function": function}


def _format(request: ModelRequest) -> Body | None:
    if request.schema is not None:
        named = {"name": request.schema_name, "strict": True, "schema": request.schema}
        return {"type": "json_schema", "json_schema": named}
    return {"type": "json_object"} if request.json else None
