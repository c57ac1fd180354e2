"""The JSON answer of a run that waits for several people at once: all that it asks for."""

import asyncio
from datetime import timedelta

import pytest

from shared.contracts.events import ApprovalEvent, RunEvent, StateEvent
from shared.contracts.plan import Plan, ToolCall
from shared.ports import LogItem
from tests.fakes.samples import AT
from tests.fakes.world import ANA
from tests.unit.api.people import ASYNC, Desk

USER = ToolCall(tool="createUser", args={"fullName": "Carmen Ruiz"})
BEHIND = USER.model_copy(update={"needs": (0,)})
TASK = ToolCall(tool="createTask", args={})
WAITING = StateEvent(state="WAITING_APPROVAL")


def asks(step: int) -> ApprovalEvent:
    return ApprovalEvent(
        approval_id=f"a{step}",
        tool="createUser",
        payload_hash=f"hash-{step}",
        expires_at=AT + timedelta(hours=24),
    )


@pytest.mark.parametrize(
    ("calls", "entries", "asked"),
    [
        ((USER,), [[WAITING, asks(0)]], ["a0"]),
        ((USER, USER), [[WAITING, asks(0)], [asks(1)]], ["a0", "a1"]),
        ((USER, USER), [[asks(1)], [WAITING, asks(0)]], ["a0", "a1"]),
        ((TASK, USER, USER), [[WAITING, asks(1)], [asks(2)]], ["a1", "a2"]),
        ((USER, BEHIND), [[WAITING, asks(0)]], ["a0"]),
    ],
)
async def test_everything_that_is_asked_for_now_is_told(
    calls: tuple[ToolCall, ...], entries: list[list[RunEvent]], asked: list[str]
) -> None:
    desk = Desk()
    conversation = await desk.conversation()
    run_id = str((await desk.post(conversation, **ASYNC, idempotency_key="k")).json["runId"])
    plan = Plan(flow_type="CreateUser", calls=calls)
    await desk.world.runs.put_plan(ANA.tenant_id, run_id, plan)
    reading = asyncio.create_task(desk.post(conversation, idempotency_key="k"))
    number = 2
    for entry in entries:
        for _ in range(50):
            await asyncio.sleep(0)
        assert not reading.done(), "there is more to come"
        await desk.world.log.create(run_id, LogItem(number, tuple(entry), f"ask/{number}", "w"))
        number += len(entry)
    answer = await reading
    assert (answer.status, answer.json["state"]) == (202, "WAITING_APPROVAL")
    assert [each["approvalId"] for each in answer.json["approvals"]] == asked
    assert answer.json["approval"] == answer.json["approvals"][0]
