"""What a flow names and its caller may not."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.contracts.flows.document import AllowedServer, FlowLists
from shared.contracts.flows.names import is_templated
from shared.contracts.flows.nodes import (
    CredentialProfileNode,
    RestCallNode,
    SecureValueNode,
    UseProfileNode,
)
from shared.flows.address_checks import LONGEST_NAME, address_findings, host_findings
from shared.flows.calling import profile_in, read_agent_call
from shared.flows.findings import Finding, Place, error
from shared.flows.flow import AgentCallForm, Flow, Node
from shared.flows.graph import Graph
from shared.flows.profiles import without_profile

HTTP = "http"
"""The tool that makes the calls of `rest_call`."""
ALONE = ("normal", "rag", "retrieval", "domain_expert")
"""Profiles in which one participant speaks, whom nobody names."""


def list_findings(flow: Flow, graph: Graph, lists: FlowLists) -> Iterator[Finding]:
    """Of calls only what their profile sends: what is ignored is not refused. Nor is anything of
    nodes that are for the simulator only."""
    told = flow.meta.default_credential_profile
    yield from _named(told, lists.profiles, ("meta", "default_credential_profile"))
    if told is None and any(without_profile(flow, graph)):
        yield from _simulated(flow, lists)
    for node in flow.nodes.values():
        if not _is_passed_by(flow, node):
            yield from _of_node(node, lists)


def _simulated(flow: Flow, lists: FlowLists) -> Iterator[Finding]:
    """The profile of keys that are typed in holds where nobody names one."""
    for node, form in flow.of_type(CredentialProfileNode):
        yield from _named(form.profile, lists.profiles, (*node.place, "profile"))
        return


def _is_passed_by(flow: Flow, node: Node) -> bool:
    around: Node | None = node
    while around is not None and not around.sim_only:
        around = flow.nodes[around.parent] if around.parent is not None else None
    return around is not None


def _of_node(node: Node, lists: FlowLists) -> Iterator[Finding]:
    match node.form:
        case UseProfileNode(profile=name):
            yield from _named(name, lists.profiles, (*node.place, "profile"))
        case SecureValueNode(alias=name):
            yield from _named(name, lists.aliases, (*node.place, "alias"))
        case RestCallNode() as form:
            if HTTP not in lists.tools:
                yield error("not_allowed", (*node.place, "type"), name=HTTP)
            elif lists.hosts is not None:
                yield from address_findings(form, lists.hosts, node.place)
        case AgentCallForm(call=call):
            yield from _call(call, lists, node.place)
        case _:
            return


# --- calls of agents ------------------------------------------------------------------------------


def _call(call: Mapping[str, Any], lists: FlowLists, place: Place) -> Iterator[Finding]:
    profile = profile_in(call)
    if profile in ALONE and lists.agent_profiles:
        known = [each.name for each in lists.agent_profiles]
        field = "agent_profile" if call.get("agent_profile") else "agent"
        yield from _named(profile, known, (*place, field))
    sent, lists = read_agent_call(call), _limited(lists, profile)
    for named, allowed, where in _names(sent, lists):
        yield from _named(named, allowed, (*place, *where))
    people = [each.casefold() for each in lists.participants]
    for index, name in enumerate(_listed(sent.get("participants"))):
        if isinstance(name, str) and name.casefold() not in people and not is_templated(name):
            where = (*place, "participants", index)
            yield error("not_allowed", where, name=name[:LONGEST_NAME])
    for field in ("tooling", "tools"):
        for index, tool in enumerate(_listed(sent.get(field))):
            if isinstance(tool, Mapping) and isinstance(args := tool.get("args"), Mapping):
                yield from _bound(tool.get("name"), args, lists, (*place, field, index, "args"))


def _limited(lists: FlowLists, profile: str | None) -> FlowLists:
    """To what this agent profile may name of it."""
    for each in lists.agent_profiles:
        if each.name == profile:
            return lists.model_copy(
                update={"indexes": each.indexes, "participants": each.participants}
            )
    return lists


def _names(
    sent: Mapping[str, Any], lists: FlowLists
) -> tuple[tuple[Any, Sequence[str], Place], ...]:
    search = sent["search"] if isinstance(sent.get("search"), Mapping) else {}
    model = sent["model"] if isinstance(sent.get("model"), Mapping) else {}
    return (
        (sent.get("mode"), lists.modes, ("mode",)),
        (model.get("provider"), lists.providers, ("model", "provider")),
        (sent.get("search_index"), lists.indexes, ("search_index",)),
        (sent.get("search_indexes"), lists.indexes, ("search_indexes",)),
        (sent.get("semantic_config"), lists.semantic_configurations, ("semantic_config",)),
        (sent.get("tooling"), lists.tools, ("tooling",)),
        (sent.get("tools"), lists.tools, ("tools",)),
        *((search.get(name), lists.indexes, ("search", name)) for name in
          ("index", "indexes", "search_index", "search_indexes")),
        *((search.get(name), lists.semantic_configurations, ("search", name)) for name in
          ("semanticConfiguration", "semantic_configuration", "semantic_config")),
    )  # fmt: skip


def _bound(tool: Any, args: Mapping[str, Any], lists: FlowLists, place: Place) -> Iterator[Finding]:
    """What a call binds of the arguments of its tools."""
    match tool:
        case "ai_search":
            for name in ("index", "indexes"):
                yield from _named(args.get(name), lists.indexes, (*place, name))
        case "mcp" if lists.servers is not None:
            yield from _method(args, lists.servers, place)
        case "http" if lists.hosts is not None:
            yield from host_findings(args.get("url"), lists.hosts, (*place, "url"))
        case _:
            return


def _method(
    args: Mapping[str, Any], servers: Sequence[AllowedServer], place: Place
) -> Iterator[Finding]:
    """Without a server no method is allowed."""
    server = args.get("server")
    known = {name: each.methods for each in servers for name in each.names}
    yield from _named(server, tuple(known), (*place, "server"))
    if server is None or (isinstance(server, str) and server in known):
        methods = known.get(server or "", ())
        yield from _named(args.get("method"), methods, (*place, "method"))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _named(named: Any, allowed: Sequence[str], place: Place) -> Iterator[Finding]:
    """A name, or a list of them, or of objects with one."""
    match named:
        case list():
            for index, each in enumerate(named):
                yield from _named(each, allowed, (*place, index))
        case {"name": str() as name}:
            yield from _named(name, allowed, (*place, "name"))
        case str() if named not in allowed and not is_templated(named):
            yield error("not_allowed", place, name=named[:LONGEST_NAME])
        case _:
            return
