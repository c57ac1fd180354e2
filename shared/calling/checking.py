"""What an agent call comes to for this caller now, checked against all that the settings allow."""

import logging
from dataclasses import dataclass

from shared.calling.calls import Called, Rules, called
from shared.contracts.activities import RunLimits
from shared.contracts.agents import AgentCall
from shared.contracts.chat import PostChat
from shared.contracts.credentials import OTHER_NAMES, CredentialScope, Holder
from shared.contracts.identity import Caller, Language
from shared.errors import ConfigurationError, NotAllowedError
from shared.ports import Dependencies, KnowledgeQuery

log = logging.getLogger("eira.http")


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and by what means it is checked."""

    caller: Caller
    language: Language
    correlation_id: str
    deps: Dependencies


def rules_of(asking: Asking, version: str | None = None) -> Rules:
    """Those of this caller, with a version of the pack or, if that is gone, the current one."""
    packs, policy = asking.deps.packs, asking.deps.policy
    known = version if version in packs.versions else None
    pack = packs.get(known or packs.current)
    return Rules(
        settings=policy.agents,
        participants=pack.participants,
        tools=pack.tools,
        caller=asking.caller,
        language=asking.language,
        retrieval=policy.grounding.policy,
    )


async def checked(
    posted: PostChat, message: str, asking: Asking, version: str | None = None
) -> Called:
    """The call as it is run; `version` is that of its thread's pack. Raises InvalidRequestError,
    ForbiddenError, NotAllowedError naming what is refused, SecretError."""
    found = called(posted, rules_of(asking, version))
    if not found.shape.evidence_only:
        _check_model(found.call, asking)
    if found.call.search is not None:
        asking.deps.knowledge.check(
            KnowledgeQuery(
                text=message,
                index=asking.deps.policy.agents.default_index,
                tenant_id=asking.caller.tenant_id,
                roles=asking.caller.roles,
                intent=found.call.search,
                language=asking.language,
                scope=_scope(found.call, asking),
            )
        )
    await _check_handles(found.call, posted, asking)
    return found


def limits_of(limits: RunLimits, allowed: Called) -> RunLimits:
    """The time that the call asks for; each of its steps may be corrected once."""
    seconds = min(limits.seconds, allowed.call.runtime.timeout_ms / 1000)
    model_calls = max(limits.model_calls, 2 * allowed.shape.max_steps)
    return limits.model_copy(update={"seconds": seconds, "model_calls": model_calls})


def _check_model(agent: AgentCall, asking: Asking) -> None:
    """Raises NotAllowedError for a provider, an endpoint or a model that calls may not name."""
    try:
        asking.deps.models.get(agent.model, agent.profile, _scope(agent, asking))
    except ConfigurationError as error:
        log.warning("correlation=%s %s", asking.correlation_id, error)
        name = agent.model.provider or ""
        raise NotAllowedError("model_provider_not_set_up", name=name) from error


def _scope(agent: AgentCall, asking: Asking) -> CredentialScope:
    """As the run's record will have it."""
    caller = asking.caller
    holder = Holder(caller.tenant_id, caller.user_id, agent.session_id)
    return CredentialScope(holder, agent.credential_profile, agent.credentials)


async def _check_handles(agent: AgentCall, posted: PostChat, asking: Asking) -> None:
    """Raises NotAllowedError naming the field as it was written, SecretError."""
    try:
        await asking.deps.credentials.check(_scope(agent, asking))
    except NotAllowedError as error:
        fields = {OTHER_NAMES.get(each, each): each for each in posted.credentials or {}}
        tool = str(error.values.get("name", "")).removeprefix("credentials/")
        name = f"credentials/{fields.get(tool, tool)}"
        raise NotAllowedError(error.message, name=name) from error
