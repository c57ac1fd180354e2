"""Keys that a call brings in one header: the simulator's, where development is allowed them."""

from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Mapping
from typing import Annotated, Any

from azurefunctions.extensions.http.fastapi import Response, StreamingResponse
from pydantic import Field, TypeAdapter, ValidationError

from api.edge import Call
from shared.calling.refusing import invalid
from shared.contracts.chat import PostChat
from shared.contracts.credentials import KEYED_TOOLS, OTHER_NAMES, Holder
from shared.errors import NotAllowedError

HEADER = "x-sim-credentials"
LONGEST = 16 * 1024
AFTER_SECONDS = 60
"""Beyond the time of a run, in which it ends whatever happens."""

type _Key = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,4096}$")]
_KEYS = TypeAdapter(dict[str, _Key])


async def with_keys(
    call: Call, posted: PostChat, answered: Callable[[PostChat], Awaitable[Response]]
) -> Response:
    """The answer to the call with handles of the keys that it brings, which are forgotten when all
    of it is told. Raises NotAllowedError naming the header where keys are not allowed or the tool
    that takes none, InvalidRequestError."""
    keys = keys_of(call)
    if not keys:
        return await answered(posted)
    credentials = call.deps.credentials
    holder = Holder(call.caller.tenant_id, call.caller.user_id, posted.session_id)
    seconds = call.deps.policy.limits.seconds + AFTER_SECONDS
    handles = credentials.keep(keys, holder, seconds)
    own = {OTHER_NAMES.get(tool, tool): held for tool, held in (posted.credentials or {}).items()}
    try:
        answer = await answered(posted.model_copy(update={"credentials": own | handles}))
    except BaseException:
        credentials.drop(handles.values())
        raise
    if isinstance(answer, StreamingResponse):
        answer.body_iterator = _told(
            answer.body_iterator, lambda: credentials.drop(handles.values())
        )
    elif answer.status_code != 202:
        credentials.drop(handles.values())
    return answer


def keys_of(call: Call) -> Mapping[str, str]:
    """By tool. The plan writes `openai` for Azure OpenAI, too: whichever of them the call comes to
    is asked with that key."""
    sent = call.request.headers.getlist(HEADER)
    if not sent:
        return {}
    if not call.deps.policy.secure_values.typed_keys:
        raise NotAllowedError("simulator_keys_not_allowed", name=HEADER)
    try:
        keys = _KEYS.validate_json(sent[0] if len(sent[0]) <= LONGEST else "")
    except ValidationError:
        # What pydantic says of it quotes the keys; so nobody is told more than where.
        keys = {}
    if not keys or len(sent) > 1:
        raise invalid(f"/{HEADER}", "simulator_keys_invalid", call.language)
    named = {OTHER_NAMES.get(tool, tool): key for tool, key in keys.items()}
    for tool in named:
        if tool not in KEYED_TOOLS:
            raise NotAllowedError("simulator_key_of_no_tool", name=f"{HEADER}/{tool[:64]}")
    if "openai" in named:
        named.setdefault("azure-openai", named["openai"])
    return named


async def _told(body: AsyncIterable[Any], over: Callable[[], None]) -> AsyncGenerator[Any]:
    try:
        async for piece in body:
            yield piece
    finally:
        over()
        if isinstance(body, AsyncGenerator):
            await body.aclose()
