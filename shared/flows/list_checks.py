"""What a flow names and its caller may not."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.contracts.flows.document import FlowLists
from shared.contracts.flows.names import is_templated
from shared.contracts.flows.nodes import SecureValueNode, UseProfileNode
from shared.flows.calling import read_agent_call
from shared.flows.findings import Finding, Place, error
from shared.flows.flow import AgentCallForm, Flow


def list_findings(flow: Flow, lists: FlowLists) -> Iterator[Finding]:
    """Of calls only what their profile sends: what is ignored is not refused."""
    told = flow.meta.default_credential_profile
    yield from _named(told, lists.profiles, ("meta", "default_credential_profile"))
    for node, form in flow.of_type(UseProfileNode):
        yield from _named(form.profile, lists.profiles, (*node.place, "profile"))
    for node, secure in flow.of_type(SecureValueNode):
        yield from _named(secure.alias, lists.aliases, (*node.place, "alias"))
    for node, call in flow.of_type(AgentCallForm):
        yield from _call(read_agent_call(call.call), lists, node.place)


def _call(sent: Mapping[str, Any], lists: FlowLists, place: Place) -> Iterator[Finding]:
    search = sent.get("search") if isinstance(sent.get("search"), Mapping) else {}
    model = sent.get("model") if isinstance(sent.get("model"), Mapping) else {}
    assert search is not None
    assert model is not None
    within: Place = (*place, "search")
    every: tuple[tuple[Any, Sequence[str], Place], ...] = (
        (sent.get("mode"), lists.modes, (*place, "mode")),
        (model.get("provider"), lists.providers, (*place, "model", "provider")),
        (sent.get("search_index"), lists.indexes, (*place, "search_index")),
        (sent.get("search_indexes"), lists.indexes, (*place, "search_indexes")),
        (sent.get("semantic_config"), lists.semantic_configurations, (*place, "semantic_config")),
        (sent.get("tooling"), lists.tools, (*place, "tooling")),
        (sent.get("tools"), lists.tools, (*place, "tools")),
        *((search.get(name), lists.indexes, (*within, name)) for name in
          ("index", "indexes", "search_index", "search_indexes")),
        *((search.get(name), lists.semantic_configurations, (*within, name)) for name in
          ("semanticConfiguration", "semantic_configuration", "semantic_config")),
    )  # fmt: skip
    for named, allowed, where in every:
        yield from _named(named, allowed, where)
    people = [each.casefold() for each in lists.participants]
    for index, name in enumerate(_listed(sent.get("participants"))):
        if isinstance(name, str) and name.casefold() not in people and not is_templated(name):
            yield error("not_allowed", (*place, "participants", index), name=name[:128])


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
            yield error("not_allowed", place, name=named[:128])
        case _:
            return
