"""Renders a completion as the server-sent events of a stream, before the first one is due."""

import json
from collections.abc import Sequence

from .completion import MODEL, Completion

DONE = b"data: [DONE]\n\n"


def frames_of(completion: Completion, *, include_usage: bool) -> Sequence[bytes]:
    """One frame per token; whatever is no token rides with the first and the last frame.

    With `include_usage` every chunk has `usage: null`, except one more at the end whose choices
    are empty (https://platform.openai.com/docs/api-reference/chat/create, "stream_options").
    """
    head = _head(completion)
    tail = ',"logprobs":null,"finish_reason":null}]'
    tail += ',"usage":null}\n\n' if include_usage else "}\n\n"
    start = head + '"choices":[{"index":0,"delta":'
    opening = start + '{"role":"assistant","content":' + _opening_content(completion) + "}" + tail
    frames = [(start + delta + tail).encode() for delta in completion.deltas] or [b""]
    frames[0] = opening.encode() + frames[0]
    frames[-1] += _closing(completion, start, head, include_usage=include_usage)
    return frames


def _head(completion: Completion) -> str:
    fields = {
        "id": completion.id,
        "object": "chat.completion.chunk",
        "created": completion.created,
        "model": MODEL,
        "system_fingerprint": MODEL,
    }
    return "data: " + json.dumps(fields, separators=(",", ":")).removesuffix("}") + ","


def _opening_content(completion: Completion) -> str:
    return "null" if completion.finish == "tool_calls" else '"","refusal":null'


def _closing(completion: Completion, start: str, head: str, *, include_usage: bool) -> bytes:
    finish = f'{{}},"logprobs":null,"finish_reason":"{completion.finish}"}}]'
    if not include_usage:
        return (start + finish + "}\n\n").encode() + DONE
    usage = json.dumps(completion.usage.to_json(), separators=(",", ":"))
    last = head + f'"choices":[],"usage":{usage}}}\n\n'
    return (start + finish + ',"usage":null}\n\n' + last).encode() + DONE
