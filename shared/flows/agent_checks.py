"""What is wrong with calls of agents, by their profile."""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.contracts.flows.names import is_blank, is_templated
from shared.contracts.search import FLAT_SPELLINGS
from shared.flows.calling import NOT_GENERATIVE, profile_in, read_agent_call
from shared.flows.findings import Finding, Place, error, warning
from shared.flows.flow import AgentCallForm, Flow
from shared.flows.graph import Graph

INDEXES = ("index", "indexes", "search_index", "search_indexes")
MODES = ("mode", "search_mode")


def agent_findings(flow: Flow, graph: Graph) -> Iterator[Finding]:
    for node, form in flow.of_type(AgentCallForm):
        yield from _by_profile(form.call, node.place)
        yield from _model(form.call, node.place)
        yield from _message(form.call, node.place)
        if "threadId" in form.call and _in_parallel(flow, graph, node.id):
            yield warning("thread_in_parallel", (*node.place, "threadId"))


def _message(call: Mapping[str, Any], place: Place) -> Iterator[Finding]:
    """One that is left out is what the user said last, one that is empty is not sent."""
    message = call.get("message")
    empty = isinstance(message, str) and is_blank(message)
    if empty and not read_agent_call(call).get("system_prompt"):
        yield warning("message_empty", (*place, "message"))


def _in_parallel(flow: Flow, graph: Graph, name: str) -> bool:
    return any(getattr(flow.nodes[loop].form, "parallel", False) for loop in graph.loops[name])


def _by_profile(call: Mapping[str, Any], place: Place) -> Iterator[Finding]:
    match profile_in(call):
        case "rag" | "retrieval" as profile:
            yield from _search(call, place, profile)
        case "coordinator":
            yield from _team(call, place)
            yield from _search_ignored(call, place, "coordinator")
        case "normal" | "domain_expert" as profile:
            yield from _search_ignored(call, place, profile)
            for name in ("mode", "participants"):
                if call.get(name):
                    yield warning("team_ignored", (*place, name), profile=profile)
        case _:
            return


def _search(call: Mapping[str, Any], place: Place, profile: str) -> Iterator[Finding]:
    block = call.get("search")
    if is_templated(block):
        return
    said = {**_with_the_tool(call), **_flat(call), **(block if isinstance(block, Mapping) else {})}
    where = (*place, "search") if block is not None else place
    if not any(said.get(each) for each in MODES):
        # Without a mode the route refuses a call of `rag`.
        how = error if profile == "rag" else warning
        yield how("search_mode_missing", where)
    if not any(said.get(each) for each in INDEXES):
        yield warning("search_index_missing", where)
    if profile == "retrieval":
        for name in ("model", "system_prompt", "stream", "tooling"):
            if call.get(name) is not None:
                yield warning("not_of_retrieval", (*place, name), field=name)
        for index, tool in enumerate(_listed(call.get("tools"))):
            called = tool.get("name") if isinstance(tool, Mapping) else tool
            if called not in NOT_GENERATIVE and not is_templated(called):
                yield warning("not_of_retrieval", (*place, "tools", index), field="tools")


def _with_the_tool(call: Mapping[str, Any]) -> dict[str, Any]:
    """What a search does not say may stand with the tool."""
    for tool in _listed(call.get("tools")):
        if isinstance(tool, Mapping) and tool.get("name") == "ai_search":
            args = tool.get("args")
            return dict(args) if isinstance(args, Mapping) else {}
    return {}


def _flat(call: Mapping[str, Any]) -> dict[str, Any]:
    return {name: call[name] for name in FLAT_SPELLINGS if name in call}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _team(call: Mapping[str, Any], place: Place) -> Iterator[Finding]:
    if not call.get("participants"):
        where = (*place, "participants") if "participants" in call else place
        yield warning("participants_missing", where)
    if not call.get("mode"):
        yield warning("mode_missing", place)


def _search_ignored(call: Mapping[str, Any], place: Place, profile: str) -> Iterator[Finding]:
    for name in ("search", *FLAT_SPELLINGS):
        if call.get(name) is not None:
            yield warning("search_ignored", (*place, name), profile=profile)


def _model(call: Mapping[str, Any], place: Place) -> Iterator[Finding]:
    model = call.get("model")
    named = isinstance(model, Mapping) and (model.get("deployment") or model.get("name"))
    if isinstance(model, Mapping) and model.get("provider") is not None and not named:
        yield warning("model_name_missing", (*place, "model"))
