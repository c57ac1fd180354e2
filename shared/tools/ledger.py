"""The ledger of effects: reserve, send, and after a crash ask instead of sending again.

    reserved --> sent --> done | failed
                  |-----> unknown       (nobody can tell: goes to a person, never repeated)

A `reserved` effect may be taken over and sent. A `sent` one is settled by the contract's query:
found is done; absent is sent again with the same key, if the ERP honours keys; else unknown.

Where that last case cannot occur, nothing would be decided differently after a crash before the
call than after one behind it. Such an effect begins as `sent`, which saves a write before the call.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from shared.contracts.effects import Effect, EffectState
from shared.contracts.tools import ToolContract
from shared.errors import AppError, ErpError
from shared.ports import Effects, ToolAnswered, ToolInvocation, ToolRefused, Tools
from shared.tools.backing_off import back_off, is_soon
from shared.tools.schemas import is_valid


class RaceLostError(AppError):
    """Another execution of this step is at work; trying again later reads what came of it."""


@dataclass(frozen=True, slots=True)
class Ledger:
    effects: Effects
    tools: Tools
    now: Callable[[], datetime]
    chance: Callable[[], float] = random.random
    """Uniform in 0..1; spreads the retries of many runs."""

    async def settle(self, effect: Effect, invocation: ToolInvocation) -> Effect:
        """Bring an effect to an end, whoever began it. Raises StoreError and RaceLostError."""
        current = await self.effects.reserve(effect)
        if current.state == "sent" and effect.holder and current.holder == effect.holder:
            return await self._attempt(current, invocation, 1)
        match current.state:
            case "done" | "failed" | "unknown":
                return current
            case "sent":
                return await self._reconcile(current, invocation)
            case "reserved":
                return await self._send(current, invocation)

    async def _send(self, effect: Effect, invocation: ToolInvocation) -> Effect:
        sent = await self._advance(effect, "sent")
        return await self._attempt(sent, invocation, 1)

    async def _attempt(
        self, sent: Effect, invocation: ToolInvocation, attempt: int, doubtful: bool = False
    ) -> Effect:
        """`doubtful`: an earlier attempt may have arrived, whatever becomes of this one."""
        try:
            answer = await self.tools.call(invocation)
        except ErpError as error:
            doubtful = doubtful or error.sent
            soon = is_soon(invocation.contract, error)
            more = attempt < invocation.contract.retry.attempts
            if more and soon and _may_repeat(invocation, error):
                await back_off(invocation.contract, attempt, error, self.chance)
                return await self._attempt(sent, invocation, attempt + 1, doubtful)
            if not doubtful:
                return await self._advance(sent, "failed", error=why_not(error))
            if not soon:
                return await self._advance(sent, "unknown", error=silent(invocation.contract))
            return await self._reconcile(sent, invocation, resend=False)
        match answer:
            case ToolAnswered(result):
                return await self._answered(sent, invocation.contract, result)
            case ToolRefused() if doubtful:
                # It may refuse because the attempt that was not answered has done it already.
                return await self._reconcile(sent, invocation, resend=False)
            case ToolRefused(_, reason):
                return await self._advance(sent, "failed", error=reason)

    async def _answered(
        self, sent: Effect, contract: ToolContract, result: dict[str, object]
    ) -> Effect:
        """What breaks the contract's result schema is kept, but it proves nothing.

        Decided before it is stored: `done` is final, and readers remember it.
        """
        if is_good(result, contract):
            return await self._advance(sent, "done", result=result)
        return await self._advance(sent, "unknown", result=result, error=silent(contract))

    async def _reconcile(
        self, sent: Effect, invocation: ToolInvocation, resend: bool = True
    ) -> Effect:
        contract = invocation.contract
        if contract.reconciles:
            try:
                found = await self._find(invocation)
            except ErpError:
                away = "unreachable" if contract.kind == "rest" else silent(contract)
                return await self._advance(sent, "unknown", error=away)
            if found is not None:
                return await self._answered(sent, contract, found)
            if resend and contract.idempotency_key:
                last = contract.retry.attempts
                return await self._attempt(sent, invocation, last, doubtful=True)
        return await self._advance(sent, "unknown", error=silent(contract))

    async def _find(self, invocation: ToolInvocation) -> dict[str, object] | None:
        """Ask as often as the contract allows to call: asking changes nothing."""
        for attempt in range(1, invocation.contract.retry.attempts):
            try:
                return await self.tools.find(invocation)
            except ErpError as error:
                if not is_soon(invocation.contract, error):
                    raise
                await back_off(invocation.contract, attempt, error, self.chance)
        return await self.tools.find(invocation)

    async def _advance(
        self,
        effect: Effect,
        state: EffectState,
        result: dict[str, object] | None = None,
        error: str | None = None,
    ) -> Effect:
        changed = effect.model_copy(
            update={"state": state, "result": result, "error": error, "updated_at": self.now()}
        )
        stored = await self.effects.advance(changed)
        if stored is None:
            raise RaceLostError(f"effect {effect.effect_id} was changed meanwhile")
        return stored


def first_state(contract: ToolContract) -> EffectState:
    """`sent` for a tool that can be asked and honours keys, once nobody has to approve."""
    settles = contract.idempotency_key and contract.reconciles
    return "sent" if settles and contract.approval.when == "never" else "reserved"


def is_good(result: Mapping[str, object], contract: ToolContract) -> bool:
    """Whether a result is what its contract promises."""
    return is_valid(dict(result), contract.result)


def silent(contract: ToolContract) -> str:
    """Why nobody knows what became of a call: a key of the wording."""
    match contract.kind:
        case "rest":
            return "no_answer"
        case "cerebro":
            return "no_answer_of_cerebro" if contract.effect else "nonsense_of_cerebro"
        case "http" | "mcp":
            return "no_answer_of_tool"
        case _:
            assert_never(contract.kind)


def why_not(error: ErpError) -> str:
    """Why a call that never arrived failed: a key of the wording."""
    return error.why_not


def _may_repeat(invocation: ToolInvocation, error: ErpError) -> bool:
    """What never arrived may be sent again; what may have arrived only with a key."""
    return not error.sent or invocation.contract.idempotency_key
