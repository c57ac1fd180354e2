"""Which tools an inline agent call may use, and with which arguments bound."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from pydantic import ValidationError

from shared.calling.refusing import invalid
from shared.contracts.agent_policy import AgentPolicy
from shared.contracts.agents import AskedTool
from shared.contracts.chat import NamedTool, PostChat
from shared.contracts.field_faults import field_problems
from shared.contracts.identity import Language
from shared.contracts.search import SearchIntent
from shared.contracts.tools import Arguments, ToolContract
from shared.errors import ForbiddenError, InvalidRequestError, NotAllowedError

PLAIN = re.compile(r"[A-Za-z0-9][\w.:/?=&%@~+,;-]{0,2047}", re.ASCII)
SEARCH_TOOL = "ai_search"
OF_THE_TOOL = ("query", "filters")
"""Arguments of `ai_search` that are none of the search block."""


def allowed_tools(
    posted: PostChat,
    settings: AgentPolicy,
    indexes: Sequence[str],
    contracts: Mapping[str, ToolContract],
    rights: Sequence[str],
    language: Language,
) -> tuple[AskedTool, ...]:
    """Raises NotAllowedError naming a tool, a server, a method, a host or an index that is on no
    list, ForbiddenError for a tool whose right is missing, InvalidRequestError for arguments."""
    for field, tools in (("tools", posted.tools), ("tooling", posted.tooling)):
        for place, tool in enumerate(tools):
            contract = contracts.get(tool.name)
            if tool.name not in settings.tools or contract is None:
                raise NotAllowedError("tool_not_allowed", name=tool.name)
            if contract.right and contract.right not in rights:
                raise ForbiddenError("no_right_to_use", name=tool.name, right=contract.right)
            _allow_arguments(tool, f"/{field}/{place}/args", settings, indexes, language)
            _demand_right(tool, settings, rights)
    return posted.asked_tools


def _allow_arguments(
    tool: NamedTool,
    pointer: str,
    settings: AgentPolicy,
    indexes: Sequence[str],
    language: Language,
) -> None:
    match tool.name:
        case "ai_search":
            _allow_search(tool, pointer, indexes, language)
        case "mcp":
            _allow_method(tool, pointer, settings, language)
        case "http":
            _allow_url(tool, pointer, settings, language)
        case _:
            pass


def _allow_search(
    tool: NamedTool, pointer: str, indexes: Sequence[str], language: Language
) -> None:
    try:
        intent = _intent(tool.args)
    except ValidationError as error:
        raise InvalidRequestError(field_problems(error, language, tool.args, pointer)) from error
    for name in intent.chosen_indexes:
        if name not in indexes:
            raise NotAllowedError("search_index_not_allowed", name=name)


def _intent(args: Arguments) -> SearchIntent:
    """Raises ValidationError."""
    bound = {name: value for name, value in args.items() if name not in OF_THE_TOOL}
    return SearchIntent.model_validate(bound)


def bound_search(tools: Sequence[AskedTool]) -> SearchIntent | None:
    """The search that the arguments of an allowed `ai_search` describe."""
    return next(
        (_intent(tool.args) for tool in tools if tool.name == SEARCH_TOOL and tool.args), None
    )


def _allow_method(tool: NamedTool, pointer: str, settings: AgentPolicy, language: Language) -> None:
    server = _named(tool.args, "server", pointer, language)
    method = _named(tool.args, "method", pointer, language)
    listed = settings.outside.server(server)
    if server is not None and listed is None:
        raise NotAllowedError("mcp_server_not_allowed", name=server)
    if method is not None and (listed is None or method not in listed.methods):
        raise NotAllowedError("mcp_method_not_allowed", name=method)


def _demand_right(tool: NamedTool, settings: AgentPolicy, rights: Sequence[str]) -> None:
    """A server may need another right than the tool."""
    server = settings.outside.server(tool.args.get("server")) if tool.name == "mcp" else None
    if server is not None and server.right not in rights:
        raise ForbiddenError("no_right_to_use", name=server.name, right=server.right)


def _allow_url(tool: NamedTool, pointer: str, settings: AgentPolicy, language: Language) -> None:
    """By its host here; methods, paths and where it leads to are looked at when it is called."""
    url = _named(tool.args, "url", pointer, language)
    if url is None:
        return
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    if host is None:
        raise invalid(f"{pointer}/url", "field_invalid", language)
    if not settings.outside.has_host(host):
        raise NotAllowedError("host_not_allowed", name=host)


def _named(args: Arguments, name: str, pointer: str, language: Language) -> str | None:
    """A name among the arguments; one that could be taken for markup is not told back."""
    value = args.get(name)
    if value is None:
        return None
    if isinstance(value, str) and PLAIN.fullmatch(value):
        return value
    raise invalid(f"{pointer}/{name}", "field_invalid", language)
