"""The seam to what a plan or an agent may call."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from shared.contracts.credentials import CredentialScope
from shared.contracts.identity import Caller, Language
from shared.contracts.outside import ServerMethod
from shared.contracts.tools import Arguments, ToolContract

type Listens = Callable[[str], Awaitable[None]]
"""Hears each piece of an answer that is streamed, as it comes."""


@dataclass(frozen=True, slots=True)
class ToolInvocation:
    """`key` is the idempotency key, for tools that honour one."""

    contract: ToolContract
    args: Arguments
    caller: Caller
    correlation_id: str
    language: Language = "es"
    key: str | None = None
    pack_version: str | None = None
    """The conversation's: of what all tenants share, Cerebro shows no other version's."""
    scope: CredentialScope | None = None
    """What an agent's call is made with."""
    any_status: bool = False
    """Whatever an HTTP server answers is an answer, and not a refusal."""
    listens: Listens | None = None
    """The answer is to be streamed."""


@dataclass(frozen=True, slots=True)
class ToolAnswered:
    result: dict[str, object]


@dataclass(frozen=True, slots=True)
class ToolRefused:
    """The tool understood and said no; calling again would not help."""

    status: int
    reason: str


class Tools(Protocol):
    async def call(self, invocation: ToolInvocation) -> ToolAnswered | ToolRefused:
        """Call once. Raises ErpError, whose `sent` tells whether it may have arrived."""
        ...

    async def find(self, invocation: ToolInvocation) -> dict[str, object] | None:
        """Ask by the contract's reconciliation query whether an effect was made."""
        ...


class ServerMethods(Protocol):
    async def of(
        self, server: str, scope: CredentialScope | None = None
    ) -> Mapping[str, ServerMethod]:
        """What an allowed MCP server declares to whoever has these credentials, by name: what the
        settings allow of it. Raises ErpError (RemoteError) when it cannot be asked."""
        ...
