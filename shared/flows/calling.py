"""What nodes send: the plan's `readAgentCall` by profile, and the arguments of a REST call."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError

from shared.contracts.chat import PostChat
from shared.contracts.field_faults import faults_of, pointer_to
from shared.contracts.flows.nodes import RestCallNode
from shared.contracts.search import FLAT_SPELLINGS
from shared.flows.json_values import text_of
from shared.flows.leaking import concealed, leaks_in
from shared.flows.templates import Placeholder, parse, render, resolve

NOT_GENERATIVE = frozenset({"ai_search", "http", "mcp"})
"""Tools that no model speaks in: the ones that `retrieval` sends."""

_ALWAYS = (
    "agent", "agent_profile", "message", "context", "threadId", "credentials", "return_trace",
    "moderation", "tools", "runtime",
)  # fmt: skip
_OF_A_MODEL = ("model", "system_prompt", "stream", "tooling")
_OF_A_SEARCH = ("search", *FLAT_SPELLINGS)
_OF_A_TEAM = ("mode", "participants", "max_turns")
SENT_BY: Mapping[str, tuple[str, ...]] = {
    "normal": (*_ALWAYS, *_OF_A_MODEL),
    "domain_expert": (*_ALWAYS, *_OF_A_MODEL),
    "rag": (*_ALWAYS, *_OF_A_MODEL, *_OF_A_SEARCH),
    "retrieval": (*_ALWAYS, *_OF_A_SEARCH),
    "coordinator": (*_ALWAYS, *_OF_A_MODEL, *_OF_A_TEAM),
}
"""By profile the fields that an `agent_call` sends. Without one all are sent as they stand, and the
backend's own default decides."""
NEVER = ("provider",)
"""`agent_service`, which is the only one."""


class NotSendableError(Exception):
    """`code` is `message_missing` or `node_invalid`; `detail` points to fields."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def profile_in(call: Mapping[str, Any]) -> str | None:
    found = call.get("agent_profile") or call.get("agent")
    return found if isinstance(found, str) else None


def read_agent_call(call: Mapping[str, Any]) -> dict[str, Any]:
    """What its profile sends of a call: templates are in it as they were, if they are still."""
    profile = profile_in(call)
    fields = SENT_BY.get(profile or "", tuple(call))
    sent = {n: each for n, each in call.items() if n in fields and n not in NEVER}
    if profile == "retrieval" and isinstance(sent.get("tools"), list):
        sent["tools"] = [tool for tool in sent["tools"] if _name_of(tool) in NOT_GENERATIVE]
    for empty in ("tools", "runtime"):
        if empty in sent and not _says_something(sent[empty]):
            del sent[empty]
    return sent


def _name_of(tool: Any) -> Any:
    return tool.get("name") if isinstance(tool, Mapping) else tool


def _says_something(value: Any) -> bool:
    return any(each is not None for each in value.values()) if isinstance(value, dict) else value


def agent_request(
    call: Mapping[str, Any],
    variables: Mapping[str, Any],
    profile: str | None,
    *,
    threads: bool,
) -> dict[str, Any]:
    """A body of `POST /api/chat`. `profile` is the credential profile that was named; with
    `threads` the variable `threadId` is the thread. Raises NotSendableError, TemplateError,
    MissingVariableError."""
    found = concealed(resolve(call, variables))
    assert isinstance(found, dict)
    request = read_agent_call({name: each for name, each in found.items() if each is not None})
    known = concealed(variables)
    if "message" not in request and "message" in known:
        request["message"] = known["message"]
    if isinstance(known.get("context"), dict):
        request.setdefault("context", known["context"])
    if threads and isinstance(known.get("threadId"), str):
        request.setdefault("threadId", known["threadId"])
    if profile is not None:
        request["profile"] = profile
    if "message" in request:
        request["message"] = text_of(request["message"])
    if not request.get("message") and not request.get("system_prompt"):
        raise NotSendableError("message_missing")
    if not any(leaks_in(request)):
        _check(request)
    return request


def _check(request: Mapping[str, Any]) -> None:
    """By the contract of the route, now that variables are known."""
    try:
        PostChat.model_validate(request)
    except ValidationError as error:
        places = [pointer_to(place) for _, place in faults_of(error, request)]
        raise NotSendableError("node_invalid", " ".join(places)) from error


def rest_url(node: RestCallNode, variables: Mapping[str, Any]) -> str:
    """The address with its query. Raises TemplateError, MissingVariableError."""
    alone = len(parts := parse(node.url)) == 1 and isinstance(parts[0], Placeholder)
    url = text_of(concealed(render(node.url, variables, None if alone else encoded)))
    found = concealed(resolve(node.query or {}, variables))
    pairs = [
        f"{encoded(name)}={encoded(text_of(each))}"
        for name, value in found.items()
        for each in (value if isinstance(value, list) else [value])
        if each is not None
    ]
    address, hash_, fragment = url.partition("#")
    glue = "&" if "?" in address else "?"
    return f"{address}{glue if pairs else ''}{'&'.join(pairs)}{hash_}{fragment}"


def encoded(text: str) -> str:
    """As `encodeURIComponent` does it."""
    return quote(text, safe="-_.!~*'()")
