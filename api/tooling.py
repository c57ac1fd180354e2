"""Which tools an inline agent call may use, and with which arguments bound."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from pydantic import ValidationError

from api.bodies import invalid
from api.problems import field_problems
from shared.contracts.agent_policy import AgentPolicy
from shared.contracts.agents import AskedTool
from shared.contracts.chat import NamedTool, PostChat
from shared.contracts.identity import Language
from shared.contracts.search import SearchIntent
from shared.contracts.tools import ToolContract
from shared.errors import ForbiddenError, InvalidRequestError, NotAllowedError

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
            server, method = tool.args.get("server"), tool.args.get("method")
            if server is not None and str(server) not in settings.mcp:
                raise NotAllowedError("mcp_server_not_allowed", name=_shown(server))
            if method is not None and str(method) not in settings.mcp.get(str(server), ()):
                raise NotAllowedError("mcp_method_not_allowed", name=_shown(method))
        case "http":
            _allow_url(tool.args.get("url"), f"{pointer}/url", settings, language)
        case _:
            pass


def _allow_search(
    tool: NamedTool, pointer: str, indexes: Sequence[str], language: Language
) -> None:
    bound = {name: value for name, value in tool.args.items() if name not in OF_THE_TOOL}
    try:
        intent = SearchIntent.model_validate(bound)
    except ValidationError as error:
        raise InvalidRequestError(field_problems(error, language, pointer)) from error
    for name in intent.chosen_indexes:
        if name not in indexes:
            raise NotAllowedError("search_index_not_allowed", name=name)


def _allow_url(url: object, pointer: str, settings: AgentPolicy, language: Language) -> None:
    """By its host here; methods, paths and where it leads to are looked at when it is called."""
    if url is None:
        return
    try:
        host = urlsplit(str(url)).hostname
    except ValueError as error:
        raise invalid(pointer, "field_invalid", language) from error
    if host is None:
        raise invalid(pointer, "field_invalid", language)
    if host not in settings.hosts:
        raise NotAllowedError("host_not_allowed", name=_shown(host))


def _shown(name: object) -> str:
    """A refused name as it is told back: nothing in it can be taken for markup."""
    return "".join(c for c in str(name)[:128] if c.isalnum() or c in "-_.:/@ ")
