"""From what was asked of `/api/chat` to the call as it is run: defaults, meanings, what is allowed.

Pure: the same request, settings and pack give the same call.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.calling.refusing import invalid
from shared.calling.tooling import SEARCH_TOOL, allowed_tools, bound_search
from shared.contracts.agent_activities import ChatShape
from shared.contracts.agent_policy import AgentPolicy
from shared.contracts.agents import (
    AgentCall,
    AgentProfile,
    AskedTool,
    ParticipantContract,
    ParticipantKind,
    Runtime,
    TeamMode,
)
from shared.contracts.chat import PostChat
from shared.contracts.credentials import OTHER_NAMES
from shared.contracts.identity import Caller, Language
from shared.contracts.models import ModelChoice
from shared.contracts.search import RetrievalPolicy, SearchIntent, over
from shared.contracts.tools import ToolContract
from shared.credentials.profiles import in_force
from shared.errors import ForbiddenError, NotAllowedError

log = logging.getLogger("eira.credentials")

OF_PROFILE: Mapping[AgentProfile, ParticipantKind] = {
    "normal": "coordinator",
    "rag": "retrieval",
    "coordinator": "coordinator",
    "retrieval": "retrieval",
    "domain_expert": "expert",
}
"""Who speaks when a profile is alone."""
COORDINATED: tuple[TeamMode, ...] = ("fanout", "group_chat")
"""Modes in which somebody has to merge, or to say who speaks next."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a request is measured by: the settings, the pack's people and tools, who is asking.
    `policy` of retrieval where neither the profile nor the request has one."""

    settings: AgentPolicy
    participants: Mapping[str, ParticipantContract]
    tools: Mapping[str, ToolContract]
    caller: Caller
    language: Language
    retrieval: RetrievalPolicy = "always"


@dataclass(frozen=True, slots=True)
class Called:
    """`warnings` by key of the wording."""

    call: AgentCall
    shape: ChatShape
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Team:
    """`members` in the order in which they were asked for, critics not among them."""

    mode: TeamMode | None
    members: tuple[str, ...]
    coordinator: str | None
    critics: Mapping[str, str]

    @property
    def speakers(self) -> tuple[str, ...]:
        """In a sequence the coordinator has a place like everybody."""
        return tuple(name for name in self.members if name != self.coordinator)


def called(posted: PostChat, rules: Rules) -> Called:
    """Raises InvalidRequestError, ForbiddenError, and NotAllowedError naming what is refused."""
    settings = rules.settings
    profile = posted.agent_profile or posted.agent or settings.default_profile
    team = _team(posted, profile, rules)
    credential_profile = _credential_profile(posted, rules)
    asked = allowed_tools(
        posted, settings, settings.indexes_of(profile), rules.tools,
        rules.caller.rights, rules.language,
    )  # fmt: skip
    search, policy = _search(posted, asked, profile, rules, credential_profile)
    tools = _tools(asked, profile, policy, rules)
    if posted.moderation == "off" and not settings.moderation_off:
        raise NotAllowedError("moderation_not_allowed", name=posted.moderation)
    runtime, max_turns = _runtime(posted, settings), _turns(posted, settings)
    model = _model(posted, settings)
    call = AgentCall(
        session_id=posted.session_id,
        profile=profile,
        mode=team.mode,
        participants=team.members,
        model=ModelChoice() if profile == "retrieval" else model,
        system_prompt=None if profile == "retrieval" else posted.system_prompt,
        tools=tools,
        search=search,
        runtime=runtime,
        max_turns=max_turns,
        return_trace=posted.return_trace,
        moderation=posted.moderation,
        credential_profile=credential_profile,
        credentials=_handles(posted, rules),
    )
    shape = ChatShape(
        mode=team.mode,
        speakers=team.speakers,
        coordinator=team.coordinator,
        critics=dict(team.critics),
        indexes=search.chosen_indexes if search else (),
        retrieves=policy,
        evidence_only=profile == "retrieval",
        max_turns=max_turns,
        max_steps=runtime.max_internal_steps,
        retries=runtime.retry_count,
    )
    return Called(call, shape, (*posted.ignored, *_warnings(posted, profile, call)))


# --- who speaks -----------------------------------------------------------------------------------


def _team(posted: PostChat, profile: AgentProfile, rules: Rules) -> _Team:
    settings = rules.settings
    asked: Sequence[str] = posted.participants
    mode = posted.mode
    if profile == "retrieval":
        asked, mode = (), None
    elif not asked and (mode or profile == "coordinator"):
        asked = settings.default_participants
    if not asked:
        return _Team(None, (_of_kind(OF_PROFILE[profile], profile, rules),), None, {})
    names = tuple(dict.fromkeys(_participant(each, profile, rules) for each in asked))
    critics = {name for name in names if rules.participants[name].kind == "critic"}
    members = tuple(name for name in names if name not in critics)
    if not members:
        raise invalid("/participants", "field_nobody_speaks", rules.language)
    if len(members) > 1 or mode in COORDINATED:
        mode = mode or settings.default_mode
        _allow(mode, settings.modes, "mode_not_allowed")
        members = _coordinated(members, mode, profile, rules)
    else:
        mode = None
    reviewed = {name: rules.participants[name].critic for name in members}
    return _Team(
        mode=mode,
        members=members,
        coordinator=_coordinator_of(members, rules) if mode in COORDINATED else None,
        critics={name: critic for name, critic in reviewed.items() if critic in critics and critic},
    )


def _coordinated(
    members: tuple[str, ...], mode: TeamMode, profile: AgentProfile, rules: Rules
) -> tuple[str, ...]:
    """With a coordinator where the mode needs one, and with somebody to coordinate."""
    if mode in COORDINATED and _coordinator_of(members, rules) is None:
        members = (_of_kind("coordinator", profile, rules), *members)
    if len(members) < 2:
        raise invalid("/participants", "field_nobody_speaks", rules.language)
    return members


def _coordinator_of(members: tuple[str, ...], rules: Rules) -> str | None:
    coordinators = (n for n in members if rules.participants[n].kind == "coordinator")
    return next(coordinators, None)


def _of_kind(kind: ParticipantKind, profile: AgentProfile, rules: Rules) -> str:
    """The first of this kind in the pack that may take part; the pack has one of each."""
    found = [name for name, each in rules.participants.items() if each.kind == kind]
    allowed = [name for name in found if name in rules.settings.participants_of(profile)]
    return _participant((allowed or found or [kind])[0], profile, rules)


def _participant(asked: str, profile: AgentProfile, rules: Rules) -> str:
    """Its name in the pack. Raises NotAllowedError, ForbiddenError."""
    wanted = asked.casefold()
    for name, contract in rules.participants.items():
        if wanted in {each.casefold() for each in (name, *contract.aliases)}:
            _allow(name, rules.settings.participants_of(profile), "participant_not_allowed", asked)
            if contract.right and contract.right not in rules.caller.rights:
                raise ForbiddenError("no_right_to_use", name=name, right=contract.right)
            return name
    raise NotAllowedError("participant_not_allowed", name=asked)


# --- what is looked up ----------------------------------------------------------------------------


def _search(
    posted: PostChat,
    tools: Sequence[AskedTool],
    profile: AgentProfile,
    rules: Rules,
    credential_profile: str,
) -> tuple[SearchIntent | None, RetrievalPolicy]:
    """The search with its indexes named, and when it is made. What it does not say may stand with
    the tool, which searches the same."""
    asked = over(posted.asked_search, bound_search(tools))
    if profile == "normal":
        return None, "never"
    if profile == "rag" and (asked is None or "mode" not in asked.model_fields_set):
        raise invalid("/search/mode", "field_missing", rules.language)
    policy: RetrievalPolicy = (asked.retrieval_policy if asked else None) or rules.retrieval
    if profile in ("rag", "retrieval"):
        policy = "always"
    if policy == "never":
        return None, "never"
    asked = asked or SearchIntent()
    allowed = rules.settings.indexes_of(profile)
    # An index that is not among them is refused by its name, the default one as well.
    default = rules.settings.profile_indexes.get(credential_profile)
    indexes = asked.chosen_indexes or ((default,) if default else allowed[:1])
    indexes = indexes or (rules.settings.default_index,)
    for name in indexes:
        _allow(name, allowed, "search_index_not_allowed")
    return asked.model_copy(update={"index": None, "indexes": indexes}), policy


def _tools(
    tools: tuple[AskedTool, ...], profile: AgentProfile, policy: RetrievalPolicy, rules: Rules
) -> tuple[AskedTool, ...]:
    """Those asked for, and `ai_search` where nobody could look anything up without it."""
    if profile == "normal":
        return tuple(tool for tool in tools if tool.name != SEARCH_TOOL)
    if policy == "never" or any(tool.name == SEARCH_TOOL for tool in tools):
        return tools
    search = rules.tools.get(SEARCH_TOOL)
    if search is None or (search.right and search.right not in rules.caller.rights):
        return tools
    return (*tools, AskedTool(name=SEARCH_TOOL))


# --- limits, credentials --------------------------------------------------------------------------


def _model(posted: PostChat, settings: AgentPolicy) -> ModelChoice:
    asked = posted.model
    if asked is None:
        return ModelChoice(max_tokens=settings.max_tokens)
    return ModelChoice(
        provider=asked.provider,
        name=asked.deployment or asked.name,
        endpoint=asked.endpoint,
        api_version=asked.api_version,
        temperature=asked.temperature,
        max_tokens=min(asked.max_tokens or settings.max_tokens, settings.max_tokens),
        top_p=asked.top_p,
        response_format=asked.response_format,
    )


def _runtime(posted: PostChat, settings: AgentPolicy) -> Runtime:
    """What is not said is the usual; the settings' limits hold for both."""
    asked = posted.runtime
    given = asked.model_dump(exclude_none=True) if asked else {}
    runtime = Runtime.model_validate({"retry_count": settings.retries, **given})
    return runtime.model_copy(
        update={
            "timeout_ms": min(runtime.timeout_ms, settings.timeout_ms),
            "max_internal_steps": min(runtime.max_internal_steps, settings.max_steps),
        }
    )


def _turns(posted: PostChat, settings: AgentPolicy) -> int:
    usual: int = AgentCall.model_fields["max_turns"].default
    return min(posted.max_turns or usual, settings.max_turns)


def _handles(posted: PostChat, rules: Rules) -> dict[str, str]:
    """By the tools' own names. Raises InvalidRequestError for two handles of one tool."""
    given = posted.credentials or {}
    found = {OTHER_NAMES.get(tool, tool): handle for tool, handle in given.items()}
    if len(found) < len(given):
        raise invalid("/credentials", "field_invalid", rules.language)
    return found


def _credential_profile(posted: PostChat, rules: Rules) -> str:
    """The one in force. Raises NotAllowedError for one that this caller may not name."""
    found = in_force(posted.profile)
    if found.fell_back and rules.settings.credential_profiles:
        log.warning("the call names no credential profile: %s is used", found.profile)
    allowed = rules.settings.credential_profiles_of(rules.caller)
    _allow(found.profile, allowed, "profile_not_allowed")
    return found.profile


def _warnings(posted: PostChat, profile: AgentProfile, call: AgentCall) -> tuple[str, ...]:
    """What the profile has no use for, and what the settings allow less of."""
    found: list[str] = []
    if profile == "normal" and (
        posted.asked_search or SEARCH_TOOL in {tool.name for tool in posted.asked_tools}
    ):
        found.append("ignored_search")
    others = [tool for tool in posted.asked_tools if tool.name != SEARCH_TOOL]
    if profile == "retrieval" and (
        posted.model or posted.system_prompt or posted.mode or posted.participants or others
    ):
        found.append("ignored_by_retrieval")
    asked = (
        (posted.max_turns, call.max_turns),
        (posted.model.max_tokens if posted.model else None, call.model.max_tokens),
        (posted.runtime.timeout_ms if posted.runtime else None, call.runtime.timeout_ms),
        (
            posted.runtime.max_internal_steps if posted.runtime else None,
            call.runtime.max_internal_steps,
        ),
    )
    if any(wanted and got and wanted > got for wanted, got in asked):
        found.append("limited")
    return tuple(found)


def _allow(name: str, allowed: Sequence[str], refused: str, asked: str | None = None) -> None:
    if name not in allowed:
        raise NotAllowedError(refused, name=asked or name)
