"""Effects: writes to the outside that happen once."""

import hashlib
import json
from datetime import datetime
from typing import Literal

from pydantic import Field

from shared.contracts.base import Contract
from shared.contracts.plan import ToolCall

type EffectState = Literal["reserved", "sent", "done", "failed", "unknown"]


class Effect(Contract):
    """One tool call of a run, in the ledger; calls that only read begin as `done`.

    `effect_id` is derived from tenant, run, step, tool and canonical arguments; `holder` names the
    execution of the step that stored it first.
    """

    effect_id: str
    tenant_id: str
    run_id: str
    step: int
    tool: str
    holder: str = ""
    state: EffectState
    args: dict[str, object] = Field(default={})
    result: dict[str, object] | None = None
    error: str | None = None
    updated_at: datetime
    started_at: datetime | None = None
    etag: str | None = None
    """The store's version of this item; absent before it is stored."""


def effect_id(tenant_id: str, run_id: str, step: int, call: ToolCall) -> str:
    """SHA-256 over tenant, run, step, tool and the arguments as canonical JSON; 32 hex digits."""
    canonical = json.dumps(
        [tenant_id, run_id, step, call.tool, call.args],
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


def with_call(effect: Effect, call: ToolCall) -> Effect:
    """The effect with its call: one that was forbidden before it was begun does not know it."""
    if effect.tool:
        return effect
    identity = effect_id(effect.tenant_id, effect.run_id, effect.step, call)
    return effect.model_copy(update={"effect_id": identity, "tool": call.tool, "args": call.args})
