"""What of the outside world the settings let agents reach; what is not listed is refused."""

from typing import Literal

from pydantic import Field

from shared.contracts.base import Contract
from shared.contracts.tools import Arguments, JsonSchema

type KeyHeader = Literal["bearer", "api-key"]
"""`Authorization: Bearer`, or a header of its own."""
type HttpMethod = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]

READING: frozenset[str] = frozenset({"GET", "HEAD"})
"""Methods that are safe (RFC 9110, 9.2.1); calls by any other are effects."""


class HttpRule(Contract):
    """Calls that `http` may make. `host` is `name:port`, or `*.name:port` for all names below it;
    `path` a pattern: `*` for one segment, `**` for any. `keys`: the host honours
    `Idempotency-Key`, so a call that may have arrived may be sent again. `credential` is the tool
    of the credential profiles whose secret it is called with, in the `header`."""

    methods: tuple[HttpMethod, ...] = ("GET",)
    scheme: Literal["https", "http"] = "https"
    host: str
    path: str
    keys: bool = False
    credential: str | None = None
    header: KeyHeader = "bearer"

    def is_for(self, host: str) -> bool:
        """Whether its pattern names this host, whatever the port."""
        name = self.host.partition(":")[0]
        below = name.startswith("*.") and host.endswith(name[1:]) and host != name[1:]
        return below or host == name

    @property
    def origin(self) -> str:
        """With its pattern, and with the port where it is not the usual one."""
        usual = ":443" if self.scheme == "https" else ":80"
        return f"{self.scheme}://{self.host.removesuffix(usual)}"

    def told(self) -> str:
        return f"{', '.join(self.methods)} {self.origin}{self.path}"


class McpServer(Contract):
    """An MCP server of the operator's: `methods` may be called, of which `reads` change nothing.
    `right` is what a caller needs; `credential` is the tool of the credential profiles that its
    token is from."""

    name: str
    url: str
    methods: tuple[str, ...]
    reads: tuple[str, ...] = ()
    right: str = "mcp:call"
    credential: str | None = None


class ServerMethod(Contract):
    """A method as its server declares it."""

    server: str
    name: str
    description: str
    parameters: JsonSchema = Field(default={})


class Outside(Contract):
    """`private_hosts` are `name:port` that may have a private address, for tests."""

    http: tuple[HttpRule, ...] = ()
    private_hosts: tuple[str, ...] = ()
    servers: tuple[McpServer, ...] = ()

    def server(self, named: object) -> McpServer | None:
        """By its id or, as the plan allows, by its very URL."""
        return next((each for each in self.servers if named in (each.name, each.url)), None)

    def has_host(self, host: str) -> bool:
        return any(rule.is_for(host) for rule in self.http)

    def refused(self, tool: str, args: Arguments) -> str | None:
        """Which server or method of a call, or of what is bound of one, is on no list."""
        if tool != "mcp" or "server" not in args:
            return None
        server, method = self.server(args["server"]), args.get("method")
        if server is None:
            return str(args["server"])
        if method is not None and method not in server.methods:
            return f"{server.name}/{method}"
        return None
