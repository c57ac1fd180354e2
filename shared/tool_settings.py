"""Settings of what agents may reach with `http` and `mcp`."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from shared.sections import Section, Url

type HostName = Annotated[
    str,
    Field(pattern=r"^(https?://)?(\*\.[a-z0-9-]+\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d+)?$"),
]
type HttpMethod = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


class HttpRuleSettings(Section):
    """Calls the tool `http` may make. `host` is a name, or `*.` and the name of a domain; it may
    have a port, and `http://` before it. In `path` `*` stands for one segment and `**` for any.
    `keys`: the host honours the header Idempotency-Key. `credential` is a tool of the credential
    profiles (`http`, or `http:` and a name) whose secret is sent in the `header`."""

    model_config = ConfigDict(extra="forbid")

    methods: tuple[HttpMethod, ...] = ("GET",)
    host: HostName
    path: str = Field(pattern=r"^/")
    keys: bool = False
    credential: str | None = Field(default=None, pattern=r"^http(:[A-Za-z0-9_.-]{1,64})?$")
    header: Literal["bearer", "api-key"] = "bearer"


class McpServerSettings(Section):
    """`reads` are those of `methods` that change nothing; `credential` is a tool of the credential
    profiles whose secret is the bearer token: `mcp:` and a name, usually the server's."""

    model_config = ConfigDict(extra="forbid")

    url: Url
    methods: tuple[str, ...] = Field(min_length=1)
    reads: tuple[str, ...] = ()
    right: str = "mcp:call"
    credential: str | None = Field(default=None, pattern=r"^mcp:[A-Za-z0-9_.-]{1,64}$")


class ToolsSettings(Section):
    """What agents may reach with `http` and `mcp`: nothing but this. `http_private_hosts` may have
    a private address, for tests on one machine."""

    http_allowed: tuple[HttpRuleSettings, ...] = ()
    http_private_hosts: tuple[HostName, ...] = ()
    http_max_bytes: int = Field(default=65_536, ge=1_024, le=1_000_000)
    http_timeout_seconds: float = Field(default=15.0, gt=0, le=120)
    mcp_servers: dict[str, McpServerSettings] = Field(default={})
    mcp_max_bytes: int = Field(default=65_536, ge=1_024, le=1_000_000)
    mcp_timeout_seconds: float = Field(default=20.0, gt=0, le=120)
    mcp_schema_seconds: float = Field(default=300.0, ge=0)

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        for rule in self.http_allowed:
            if rule.credential is not None and "*" in rule.host:
                raise ValueError(f"HttpAllowed: {rule.credential} is sent to one host, not to any")
        for name, server in self.mcp_servers.items():
            if not set(server.reads) <= set(server.methods):
                raise ValueError(f"McpServers: {name} reads what is not among its methods")
        return self
