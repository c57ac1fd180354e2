"""Effects: writes to the outside that happen once."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from shared.contracts.base import Contract

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
    etag: str | None = None
    """The store's version of this item; absent before it is stored."""
