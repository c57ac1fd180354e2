"""Every kind of tool behind one port: the contract says which one it is."""

from dataclasses import dataclass
from typing import assert_never

from shared.contracts.tools import ToolContract
from shared.ports import ToolAnswered, ToolInvocation, ToolRefused, Tools


@dataclass(frozen=True, slots=True)
class ToolsByKind:
    rest: Tools
    cerebro: Tools
    http: Tools
    mcp: Tools

    async def call(self, invocation: ToolInvocation) -> ToolAnswered | ToolRefused:
        return await self._of(invocation.contract).call(invocation)

    async def find(self, invocation: ToolInvocation) -> dict[str, object] | None:
        return await self._of(invocation.contract).find(invocation)

    def _of(self, contract: ToolContract) -> Tools:
        match contract.kind:
            case "rest":
                return self.rest
            case "cerebro":
                return self.cerebro
            case "http":
                return self.http
            case "mcp":
                return self.mcp
            case _:
                assert_never(contract.kind)
