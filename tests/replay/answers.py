"""What the activities answer, as Durable hands it back: JSON made from the contracts."""

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel

from shared.contracts.activities import (
    ApprovalAsked,
    ApprovalSettled,
    Planned,
    PlannedCall,
    Prepared,
    Recorded,
    Responded,
    Retrieved,
    StepResult,
    ToolRun,
    TurnAwaited,
)
from shared.contracts.approvals import ApprovalState
from shared.contracts.plan import Route
from shared.contracts.problems import Failure
from shared.contracts.runs import FinishReason, Memory, Usage
from tests.replay.recorded import START, Json

USED = Usage(prompt_tokens=7, completion_tokens=2, total_tokens=9)


def result(value: BaseModel) -> Json:
    return {"result": value.model_dump(mode="json", by_alias=True, exclude_none=True)}


def failed(failure: Failure) -> Json:
    return {"failure": failure.wire()}


def prepared(
    route: Route,
    *,
    ended: bool = False,
    continues: bool = False,
    indexes: tuple[str, ...] = ("cerebro",),
    looks_later: bool = False,
    language: Literal["es", "en"] = "es",
) -> Json:
    return result(
        Prepared(
            after=1,
            usage=USED,
            ended=ended,
            route=route,
            continues=continues,
            indexes=indexes,
            looks_later=looks_later,
            language=language,
        )
    )


def retrieved(warning: str | None = None) -> Json:
    return result(Retrieved(after=1, found=3, warning=warning))


def planned(
    *calls: str | PlannedCall, missing: int = 0, flow_type: str = "CreateTask", model_calls: int = 1
) -> Json:
    """A name stands for a call that needs nothing and nobody."""
    return result(
        Planned(
            after=4,
            usage=USED,
            model_calls=model_calls,
            flow_type=flow_type,
            calls=tuple(
                PlannedCall(tool=call) if isinstance(call, str) else call for call in calls
            ),
            missing=missing,
        )
    )


def asked(step: int = 0, decided: bool = False) -> Json:
    return result(
        ApprovalAsked(
            after=6,
            approval_id=f"a{step}",
            expires_at=START + timedelta(hours=24),
            decided=decided,
        )
    )


def settled(state: ApprovalState = "used") -> Json:
    return result(ApprovalSettled(after=6, state=state))


def awaited(free: bool = True) -> Json:
    return result(TurnAwaited(after=1, free=free))


def tool_run(ok: bool = True, after: int = 7) -> Json:
    return result(ToolRun(after=after, ok=ok))


def responded(
    reason: FinishReason = "stop",
    after: int = 11,
    folds: bool = False,
    warnings: tuple[str, ...] = (),
) -> Json:
    answered = Responded(
        after=after, usage=USED, finish_reason=reason, folds=folds, warnings=warnings
    )
    return result(answered)


def recorded(memory: Memory = "stored") -> Json:
    return result(Recorded(after=7, memory=memory))


def finished() -> Json:
    return result(StepResult(after=14))


def a_task() -> dict[str, Json]:
    """Every answer of a turn that creates one task."""
    return {
        "prepare": prepared("FLOW_EXECUTION"),
        "retrieve": retrieved(),
        "plan": planned("createTask"),
        "run_tool": tool_run(),
        "respond": responded(),
        "record": recorded(),
        "finish": finished(),
    }
