"""Tools that were called earlier on, and are offered no more."""

from shared.ports import ModelRequest, ModelTool


def called_before(request: ModelRequest) -> tuple[ModelTool, ...]:
    """Those of the calls among the messages, by name alone, for services that refuse a request
    which tells of calls and declares no tool; none when tools are offered."""
    if request.tools:
        return ()
    names = dict.fromkeys(call.name for message in request.messages for call in message.calls)
    return tuple(ModelTool(name, "", {"type": "object"}) for name in names)
