"""What settings allow an inline agent call, and fill in. What is on no list is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.contracts.agents import AgentProfile, TeamMode
from shared.contracts.credentials import DEFAULT_PROFILE, ProfileAccess
from shared.contracts.identity import Caller
from shared.contracts.models import Provider
from shared.contracts.outside import Outside


@dataclass(frozen=True, slots=True)
class ProfileLists:
    """What an agent profile may use of what is allowed at all; None is all of it."""

    indexes: tuple[str, ...] | None = None
    participants: tuple[str, ...] | None = None


EVERYTHING = ProfileLists()
ANY_PROFILE = "default"
"""In the settings: the lists of profiles without lists of their own."""


@dataclass(frozen=True, slots=True)
class AgentPolicy:
    """`default_participants` and `default_mode` are those of a coordinator that is told of none.

    `providers` and `models` are told to callers; the seam to the models refuses others. `outside`
    is what `http` and `mcp` may reach. `max_tokens` of one answer, `max_turns` of a discussion,
    `timeout_ms` of a call, `max_steps` of the model. `retries` of a step, of a call that says
    nothing of them.
    `moderation_off`: a call may ask not to be moderated. `credential_profiles` by name are those
    that a call may ask for besides `default`, and who may; `profile_indexes` the default index of
    a credential profile that has one of its own, `profile_tools` the names of the settings that it
    has for each tool.
    """

    default_index: str
    indexes: tuple[str, ...]
    semantic_configurations: tuple[str, ...] = ()
    default_profile: AgentProfile = "coordinator"
    default_participants: tuple[str, ...] = ("Coordinator", "RetrievalAgent", "DomainExpert")
    default_mode: TeamMode = "group_chat"
    participants: tuple[str, ...] = ("Coordinator", "RetrievalAgent", "DomainExpert")
    modes: tuple[TeamMode, ...] = ("sequential", "fanout", "group_chat")
    tools: tuple[str, ...] = ("ai_search",)
    providers: tuple[Provider, ...] = ()
    models: tuple[str, ...] = ()
    outside: Outside = field(default=Outside())
    credential_profiles: Mapping[str, ProfileAccess] = field(default_factory=dict)
    profile_indexes: Mapping[str, str] = field(default_factory=dict)
    profile_tools: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    profiles: Mapping[str, ProfileLists] = field(default_factory=dict)
    max_tokens: int = 4_096
    max_turns: int = 12
    max_steps: int = 16
    timeout_ms: int = 120_000
    retries: int = 2
    moderation_off: bool = False

    def lists(self, profile: AgentProfile) -> ProfileLists:
        return self.profiles.get(profile) or self.profiles.get(ANY_PROFILE, EVERYTHING)

    def indexes_of(self, profile: AgentProfile) -> tuple[str, ...]:
        """The default index first, if this profile may use it."""
        own = self.lists(profile).indexes
        allowed = [each for each in self.indexes if own is None or each in own]
        return tuple(sorted(allowed, key=lambda name: name != self.default_index))

    def participants_of(self, profile: AgentProfile) -> tuple[str, ...]:
        own = self.lists(profile).participants
        return tuple(each for each in self.participants if own is None or each in own)

    def credential_profiles_of(self, caller: Caller) -> tuple[str, ...]:
        """Everybody has `default`; the others are those whose settings admit the caller."""
        named = (name for name, each in self.credential_profiles.items() if each.admits(caller))
        return tuple(dict.fromkeys((DEFAULT_PROFILE, *named)))
