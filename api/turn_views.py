"""A turn as whoever reads it is shown it: in words, with links and what was decided."""

import asyncio
import re

from api.approvals import may_decide
from api.edge import Call
from shared.contracts.approvals import ApprovalView, approval_id, view_of
from shared.contracts.conversations import Turn, TurnEffect
from shared.contracts.shown import label_of, record_url_of
from shared.contracts.tools import ToolContract
from shared.contracts.wording import say
from shared.streams.ending import warned, worded

PLANNED = re.compile(r"c(\d+)")
"""The id of a call of a plan: its step, by which its approval is known."""


async def told(call: Call, turn: Turn) -> Turn:
    """In the words of whoever reads it. Raises StoreError."""
    said: dict[str, object] = {
        "warnings": warned(turn.warnings, call.language),
        "effects": tuple(_shown(call, each) for each in turn.effects),
        "approvals": await _decided(call, turn),
        "retrieval": worded(turn.retrieval, call.language),
    }
    if turn.error is not None:
        message = say(turn.error.message, call.language)
        said["error"] = turn.error.model_copy(update={"message": message})
    return turn.model_copy(update=said)


def _shown(call: Call, effect: TurnEffect) -> TurnEffect:
    contract = _contract(call, effect)
    record = {"id": effect.record.id} if effect.record else None
    base, tenant_id = call.deps.policy.erp_web_url, call.caller.tenant_id
    url = record_url_of(contract, record, base, tenant_id)
    label = label_of(contract, call.language)
    return effect.model_copy(update={"label": label, "record_url": url})


async def _decided(call: Call, turn: Turn) -> tuple[ApprovalView, ...]:
    """Only of calls that may have had to be approved: for hardly any turn is anything read."""
    steps = [(each, step) for each in turn.effects if (step := _step(call, each)) is not None]
    if not steps:
        return ()
    run_id = await _began_in(call, turn)
    found = await asyncio.gather(
        *(call.deps.approvals.get(turn.tenant_id, run_id, approval_id(step)) for _, step in steps)
    )
    return tuple(
        view_of(each, _contract(call, effect), call.language, may_decide=may_decide(call, each))
        for (effect, _), each in zip(steps, found, strict=True)
        if each is not None
    )


def _step(call: Call, effect: TurnEffect) -> int | None:
    """The place in its plan of a call that may have had to be approved."""
    contract, planned = _contract(call, effect), PLANNED.fullmatch(effect.call_id)
    if planned is None or (contract is not None and contract.approval.when == "never"):
        return None
    return int(planned[1])


async def _began_in(call: Call, turn: Turn) -> str:
    """The run that asked: an answer that was given again tells what another one did."""
    if turn.replaces is None:
        return turn.run_id
    record = await call.deps.runs.get(turn.tenant_id, turn.run_id)
    return record.again.basis.run_id if record and record.again else turn.run_id


def _contract(call: Call, effect: TurnEffect) -> ToolContract | None:
    return call.deps.packs.get(call.deps.packs.current).tools.get(effect.tool)
