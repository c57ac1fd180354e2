"""What came of a tool call, in the form that people and the model are told it."""

from typing import Literal, assert_never

from shared.contracts.effects import Effect, EffectState
from shared.contracts.identity import Language
from shared.contracts.masking import masked
from shared.contracts.runs import ToolOutcome
from shared.contracts.tools import ToolContract
from shared.contracts.wording import say


def outcome_of(effect: Effect, contract: ToolContract, language: Language) -> ToolOutcome:
    return ToolOutcome(
        call_id=f"c{effect.step}",
        tool=effect.tool,
        status=_status(effect.state),
        args=masked(effect.args, contract),
        result=masked(effect.result, contract) if effect.result is not None else None,
        error=say(effect.error, language) if effect.error else None,
        effect_id=effect.effect_id if contract.effect else None,
    )


def _status(state: EffectState) -> Literal["ok", "failed", "unknown", "skipped"]:
    match state:
        case "done":
            return "ok"
        case "failed":
            return "failed"
        case "unknown" | "sent":
            return "unknown"
        case "reserved":
            return "skipped"
        case _:
            assert_never(state)
