"""What MCP servers declare, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.contracts.credentials import CredentialScope
from shared.contracts.outside import ServerMethod
from shared.contracts.tools import JsonSchema
from shared.errors import RemoteError


def method(server: str, name: str, **properties: JsonSchema) -> ServerMethod:
    """All arguments are required."""
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return ServerMethod(
        server=server, name=name, description=f"{name} of {server}", parameters=schema
    )


@dataclass
class FakeMethods:
    """`away` are servers that do not answer."""

    declared: dict[str, list[ServerMethod]] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    scopes: list[CredentialScope | None] = field(default_factory=list)

    async def of(
        self, server: str, scope: CredentialScope | None = None
    ) -> Mapping[str, ServerMethod]:
        self.scopes.append(scope)
        if server in self.away:
            raise RemoteError(f"mcp {server}: away", sent=False)
        return {each.name: each for each in self.declared.get(server, ())}
