"""What came of a tool call, in the form that people and the model are told it."""

from collections.abc import Mapping, Sequence
from typing import assert_never

from shared.contracts.effects import Effect, EffectState, with_call
from shared.contracts.identity import Language
from shared.contracts.masking import masked
from shared.contracts.plan import Plan, ToolCall
from shared.contracts.runs import RunEffect, ToolOutcome, ToolStatus
from shared.contracts.shown import label_of, labels_of, record_url_of
from shared.contracts.tools import ToolContract
from shared.contracts.wording import say

SKIPPED = frozenset(
    {"cancelled", "needs_failed", "approval_rejected", "approval_expired", "too_many_effects"}
)
"""Errors of calls that were not made at all."""


def outcome_of(
    effect: Effect, call: ToolCall, contract: ToolContract | None, language: Language
) -> ToolOutcome:
    """`call` is what was planned, its references read where they could be. `contract` is None
    when the pack that it was in was taken back."""
    effect = with_call(effect, call)
    status = "skipped" if effect.error in SKIPPED else _status(effect.state)
    ended = status != "skipped" and effect.state not in ("reserved", "sent")
    return ToolOutcome(
        call_id=f"c{effect.step}",
        tool=call.tool,
        status=status,
        args=masked(effect.args, contract),
        result=masked(effect.result, contract) if effect.result is not None else None,
        error=say(effect.error, language) if effect.error else None,
        effect_id=effect.effect_id if contract is None or contract.effect else None,
        started_at=effect.started_at if status != "skipped" else None,
        ended_at=effect.updated_at if ended else None,
    )


def outcomes_of(
    effects: Sequence[Effect], plan: Plan, tools: Mapping[str, ToolContract], language: Language
) -> tuple[ToolOutcome, ...]:
    """One per effect, in their order."""
    calls = [(effect, plan.calls[effect.step]) for effect in effects]
    return tuple(outcome_of(each, call, tools.get(call.tool), language) for each, call in calls)


def shown(
    outcome: ToolOutcome,
    contract: ToolContract | None,
    language: Language,
    base: str | None,
    tenant_id: str,
) -> RunEffect:
    """For whoever reads the run: with the words of its pack, and where its record is."""
    return RunEffect(
        **dict(outcome),
        label=label_of(contract, language),
        labels=labels_of(contract, outcome.args, language),
        record_url=record_url_of(contract, outcome.result, base, tenant_id),
    )


def _status(state: EffectState) -> ToolStatus:
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
