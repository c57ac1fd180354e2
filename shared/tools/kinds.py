"""Every kind of tool behind one port: the contract says which one it is.

What agents ask of Cerebro is checked here against its contract; a call of REST comes from a plan,
whose values have been.
"""

from dataclasses import dataclass
from typing import assert_never

from shared.contracts.tools import ToolContract
from shared.ports import ToolAnswered, ToolInvocation, ToolRefused, Tools
from shared.tools.schemas import problems_of


@dataclass(frozen=True, slots=True)
class ToolsByKind:
    rest: Tools
    cerebro: Tools
    http: Tools
    mcp: Tools

    async def call(self, invocation: ToolInvocation) -> ToolAnswered | ToolRefused:
        wrong = _wrong_in(invocation)
        if wrong:
            return ToolRefused(400, "; ".join(wrong))
        return await self._of(invocation.contract).call(invocation)

    async def find(self, invocation: ToolInvocation) -> dict[str, object] | None:
        if _wrong_in(invocation):
            # It was refused: there is nothing to be found.
            return None
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


def _wrong_in(invocation: ToolInvocation) -> tuple[str, ...]:
    contract = invocation.contract
    if contract.kind != "cerebro":
        return ()
    return problems_of(invocation.args, contract.arguments, invocation.language)
