"""`GET /api/catalog`: what this caller may name in an inline agent call."""

from azurefunctions.extensions.http.fastapi import Response

from api.answers import json_answer
from api.chat import rules_for
from api.edge import Call
from shared.calling.calls import OF_PROFILE, Rules
from shared.contracts.agent_policy import AgentPolicy
from shared.contracts.agents import AGENT_PROFILES, MAX_RETRIES, AgentProfile
from shared.contracts.catalog import (
    Catalog,
    CatalogArgument,
    CatalogCredential,
    CatalogCredentials,
    CatalogLimits,
    CatalogProfile,
    CatalogServer,
    CatalogTool,
)
from shared.contracts.chat import MAX_PARTICIPANTS, MAX_TOOLS
from shared.contracts.conversations import MAX_CONTEXT_BYTES, MAX_MESSAGE_CHARACTERS
from shared.contracts.identity import Language
from shared.contracts.search import MAX_INDEXES, MAX_TOP
from shared.contracts.shown import label_of, labels_of
from shared.contracts.tools import ToolContract


async def read(call: Call) -> Response:
    values = call.deps.policy.secure_values
    aliases = tuple(each.name for each in values.of(call.caller))
    found = catalog_of(rules_for(call), aliases)
    return json_answer(found.model_copy(update={"simulator_keys": values.typed_keys}))


def catalog_of(rules: Rules, aliases: tuple[str, ...] = ()) -> Catalog:
    """By the settings and the caller's rights; nothing but names."""
    settings, rights = rules.settings, rules.caller.rights
    people = _people(rules, settings.participants)
    profiles = settings.credential_profiles_of(rules.caller)
    tools = tuple(
        name for name in settings.tools if name in rules.tools and rules.tools[name].right in rights
    )
    return Catalog(
        agent_profiles=tuple(
            CatalogProfile(
                name=profile,
                indexes=settings.indexes_of(profile) if profile != "normal" else (),
                participants=_people(rules, settings.participants_of(profile)),
            )
            for profile in AGENT_PROFILES
            if _may_speak(profile, rules)
        ),
        participants=people,
        modes=settings.modes,
        indexes=settings.indexes,
        semantic_configurations=settings.semantic_configurations,
        providers=settings.providers,
        models=settings.models,
        tools=tools,
        mcp_servers=tuple(
            CatalogServer(name=server.name, methods=server.methods)
            for server in settings.outside.servers
            if "mcp" in tools and server.right in rights
        ),
        aliases=aliases,
        profiles=profiles,
        tool_forms=tuple(_form(rules.tools[name], rules.language) for name in tools),
        credential_profiles=tuple(_credentials(name, settings) for name in profiles),
        limits=_limits(settings),
    )


def _form(tool: ToolContract, language: Language) -> CatalogTool:
    schemas = tool.arguments.get("properties", {})
    labels = labels_of(tool, schemas, language)
    required = tool.arguments.get("required", ())
    return CatalogTool(
        name=tool.name,
        label=label_of(tool, language),
        arguments=tuple(
            CatalogArgument(
                name=name,
                label=labels.get(name),
                required=name in required,
                choices=tuple(map(str, schema.get("enum", ()))),
            )
            for name, schema in schemas.items()
        ),
    )


def _credentials(profile: str, settings: AgentPolicy) -> CatalogCredentials:
    told = settings.profile_tools.get(profile, {})
    tools = (CatalogCredential(tool=tool, settings=names) for tool, names in told.items())
    return CatalogCredentials(name=profile, tools=tuple(tools))


def _limits(settings: AgentPolicy) -> CatalogLimits:
    return CatalogLimits(
        message_characters=MAX_MESSAGE_CHARACTERS,
        context_bytes=MAX_CONTEXT_BYTES,
        indexes=MAX_INDEXES,
        top_k=MAX_TOP,
        participants=MAX_PARTICIPANTS,
        tools=MAX_TOOLS,
        tokens=settings.max_tokens,
        turns=settings.max_turns,
        internal_steps=settings.max_steps,
        retries=MAX_RETRIES,
        timeout_ms=settings.timeout_ms,
    )


def _people(rules: Rules, allowed: tuple[str, ...]) -> tuple[str, ...]:
    found = ((name, rules.participants.get(name)) for name in allowed)
    rights = rules.caller.rights
    return tuple(name for name, each in found if each and (not each.right or each.right in rights))


def _may_speak(profile: AgentProfile, rules: Rules) -> bool:
    """Whether somebody of the kind that this profile needs may be brought in."""
    people = _people(rules, rules.settings.participants_of(profile))
    return any(rules.participants[name].kind == OF_PROFILE[profile] for name in people)
