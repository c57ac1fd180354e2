"""What a caller may name in an inline agent call."""

from shared.contracts.agents import AgentProfile, TeamMode
from shared.contracts.base import Contract
from shared.contracts.models import Provider


class CatalogProfile(Contract):
    """An agent profile that the caller may use, and what of the rest it is limited to."""

    name: AgentProfile
    indexes: tuple[str, ...]
    participants: tuple[str, ...]


class CatalogServer(Contract):
    name: str
    methods: tuple[str, ...]


class Catalog(Contract):
    """`GET /api/catalog`: names only. `profiles` are those of credentials, `aliases` of secure
    values; what is not here is refused. `simulator_keys`: a call may bring keys of its own in the
    header `x-sim-credentials`, which only development allows."""

    agent_profiles: tuple[CatalogProfile, ...]
    participants: tuple[str, ...]
    modes: tuple[TeamMode, ...]
    indexes: tuple[str, ...]
    semantic_configurations: tuple[str, ...]
    providers: tuple[Provider, ...]
    models: tuple[str, ...]
    tools: tuple[str, ...]
    mcp_servers: tuple[CatalogServer, ...]
    aliases: tuple[str, ...]
    profiles: tuple[str, ...]
    simulator_keys: bool = False
