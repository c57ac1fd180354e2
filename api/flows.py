"""`/api/flows`: the language, what is wrong with a flow, and a flow as it may leave the editor."""

# A large flow with many expressions takes a second to read: beside the event loop.
from asyncio import to_thread

from azurefunctions.extensions.http.fastapi import Response

from api.answers import json_answer
from api.bodies import parse, read_body
from api.catalog import catalog_of
from api.chat import rules_for
from api.edge import Call
from shared.calling.calls import Rules
from shared.calling.refusing import invalid
from shared.contracts.catalog import Catalog
from shared.contracts.flows.document import (
    AllowedHost,
    AllowedServer,
    FlowChecked,
    FlowExported,
    FlowLists,
    ListsOfProfile,
    PostFlow,
)
from shared.contracts.models import PROVIDERS, Provider
from shared.flows.checking import check
from shared.flows.exporting import export as exported_of
from shared.flows.findings import told
from shared.flows.schemas import schemas


async def schema(call: Call) -> Response:
    return json_answer(schemas())


async def validate(call: Call) -> Response:
    """By what this caller may name, too."""
    posted = parse(PostFlow, call.request, await read_body(call.request), call.language)
    problems = await to_thread(check, posted.flow, call.language, lists_of(call))
    valid = not any(each.severity == "error" for each in problems)
    return json_answer(FlowChecked(valid=valid, problems=problems))


async def export(call: Call) -> Response:
    """Raises InvalidRequestError for what is no flow."""
    posted = parse(PostFlow, call.request, await read_body(call.request), call.language)
    found = await to_thread(exported_of, posted.flow)
    if found is None:
        raise invalid("/flow", "flow_not_a_flow", call.language)
    problems = await to_thread(check, found.flow, call.language, lists_of(call))
    warnings = told(found.findings, call.language)
    return json_answer(FlowExported(flow=found.flow, warnings=warnings, problems=problems))


def lists_of(call: Call) -> FlowLists:
    """What the caller may name in a flow."""
    rules = rules_for(call)
    aliases = tuple(each.name for each in call.deps.policy.secure_values.of(call.caller))
    catalog = catalog_of(rules, aliases)
    return FlowLists(
        indexes=catalog.indexes,
        semantic_configurations=catalog.semantic_configurations,
        participants=_people(rules, catalog.participants),
        modes=catalog.modes,
        providers=_providers(rules, catalog),
        tools=catalog.tools,
        aliases=aliases,
        profiles=catalog.profiles,
        hosts=tuple(
            AllowedHost(origin=rule.origin, methods=rule.methods)
            for rule in rules.settings.outside.http
        ),
        servers=tuple(
            AllowedServer(names=(each.name, each.url), methods=each.methods)
            for each in rules.settings.outside.servers
            if each.right in rules.caller.rights
        ),
        agent_profiles=tuple(
            ListsOfProfile(
                name=each.name,
                indexes=each.indexes,
                participants=_people(rules, each.participants),
            )
            for each in catalog.agent_profiles
        ),
    )


def _providers(rules: Rules, catalog: Catalog) -> tuple[Provider, ...]:
    """Also those that a credential profile has a key for, which holds with that profile."""
    keyed = {
        tool for name in catalog.profiles for tool in rules.settings.profile_tools.get(name, {})
    }
    return (*catalog.providers, *(each for each in PROVIDERS if each in keyed))


def _people(rules: Rules, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Names and aliases."""
    found = ((name, *rules.participants[name].aliases) for name in allowed)
    return tuple(each.casefold() for names in found for each in names)
