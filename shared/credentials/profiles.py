"""Which credential profile holds, and what it says of a tool: pure, and the integration plan's."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.contracts.credentials import DEFAULT_PROFILE, ToolCredential

type Profiles = Mapping[str, Mapping[str, ToolCredential]]
"""By profile and tool."""


@dataclass(frozen=True, slots=True)
class InForce:
    """`fell_back`: nobody named a profile."""

    profile: str
    fell_back: bool = False


def in_force(nearest: str | None, of_flow: str | None = None) -> InForce:
    """The nearest `use_profile` (or the call's own `profile`) goes before the flow's
    `default_credential_profile`, and that before `default`."""
    named = nearest or of_flow
    return InForce(named) if named else InForce(DEFAULT_PROFILE, fell_back=True)


def entry_of(tool: str, profile: str, profiles: Profiles) -> ToolCredential | None:
    """A profile speaks for the tools that it names; `default` for all others."""
    own = profiles.get(profile, {}).get(tool)
    return own or profiles.get(DEFAULT_PROFILE, {}).get(tool)
