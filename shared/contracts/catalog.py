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


class CatalogArgument(Contract):
    """One argument of a tool; `label` in the caller's language, where its pack has one."""

    name: str
    label: str | None = None
    required: bool = False
    choices: tuple[str, ...] = ()


class CatalogTool(Contract):
    name: str
    label: str | None = None
    arguments: tuple[CatalogArgument, ...]


class CatalogCredential(Contract):
    """What a credential profile says of a tool: by the names of settings, never their values."""

    tool: str
    settings: tuple[str, ...]


class CatalogCredentials(Contract):
    """A credential profile; of what it says nothing, `default` or the app's own identity holds."""

    name: str
    tools: tuple[CatalogCredential, ...]


class CatalogLimits(Contract):
    """The most that a call may ask for, or gets."""

    message_characters: int
    context_bytes: int
    indexes: int
    top_k: int
    participants: int
    tools: int
    tokens: int
    turns: int
    internal_steps: int
    retries: int
    timeout_ms: int


class Catalog(Contract):
    """`GET /api/catalog`: names only. `profiles` are those of credentials, `aliases` of secure
    values; what is not here is refused. `tool_forms` and `credential_profiles` say more of `tools`
    and `profiles`. `simulator_keys`: a call may bring keys of its own in the
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
    tool_forms: tuple[CatalogTool, ...]
    credential_profiles: tuple[CatalogCredentials, ...]
    limits: CatalogLimits
    simulator_keys: bool = False
