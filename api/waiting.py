"""A run that waits for people: all that it asks for at once, and the answer that says so."""

from collections.abc import Sequence
from itertools import takewhile

from azurefunctions.extensions.http.fastapi import Response

from api.answers import json_answer
from api.edge import Call
from shared.contracts.approvals import approval_id
from shared.contracts.events import (
    ApprovalEvent,
    NotificationEvent,
    QuestionEvent,
    RunEvent,
    StateEvent,
)
from shared.contracts.runs import RunAsking, RunWaiting, WaitingApproval, WaitingQuestion
from shared.contracts.tools import must_be_approved


def asked_last(events: Sequence[RunEvent]) -> tuple[ApprovalEvent, ...]:
    """What is asked for behind everything else that has happened, in the order of the plan."""
    told = (event for event in reversed(events) if not _says_nothing_new(event))
    asked = takewhile(lambda event: isinstance(event, ApprovalEvent), told)
    found = (event for event in asked if isinstance(event, ApprovalEvent))
    return tuple(sorted(found, key=lambda event: event.approval_id))


def _says_nothing_new(event: RunEvent) -> bool:
    """The questions are asked side by side: one of them may stand before the change of state."""
    waiting = isinstance(event, StateEvent) and event.state == "WAITING_APPROVAL"
    return waiting or isinstance(event, NotificationEvent)


async def asked_together(call: Call, run_id: str) -> frozenset[str]:
    """The approvals that a run asks for side by side: what its calls need has been done by then."""
    deps, tenant_id = call.deps, call.caller.tenant_id
    plan, record = await deps.runs.plan(tenant_id, run_id), await deps.runs.get(tenant_id, run_id)
    if plan is None or record is None:
        return frozenset()
    effects = await deps.effects.of_run(tenant_id, run_id, len(plan.calls))
    ended = {effect.step for effect in effects}
    done = {effect.step for effect in effects if effect.state == "done"}
    tools = deps.packs.get(record.pack_version).tools
    return frozenset(
        approval_id(step)
        for step, each in enumerate(plan.calls)
        if must_be_approved(tools[each.tool].approval, each.args, record.caller.roles)
        and step not in ended
        and done.issuperset(each.needs)
    )


def question_of(events: Sequence[RunEvent]) -> QuestionEvent | None:
    """What a flow asks and waits with: nothing has happened since."""
    told = (event for event in reversed(events) if not isinstance(event, NotificationEvent))
    state, asked = next(told, None), next(told, None)
    waits = isinstance(state, StateEvent) and state.state == "WAITING_INPUT"
    if not waits or not isinstance(asked, QuestionEvent):
        return None
    return asked


def asking_answer(asked: QuestionEvent, run_id: str, conversation_id: str) -> Response:
    headers = {"Location": f"/api/runs/{run_id}", "x-run-id": run_id}
    question = WaitingQuestion(text=asked.text, key=asked.node or "")
    told = RunAsking(run_id=run_id, thread_id=conversation_id, question=question)
    return json_answer(told, 202, headers)


def waiting_answer(asked: Sequence[ApprovalEvent], run_id: str, conversation_id: str) -> Response:
    headers = {"Location": f"/api/runs/{run_id}", "x-run-id": run_id}
    approvals = tuple(
        WaitingApproval.model_validate(event.model_dump(exclude={"type", "node"}))
        for event in asked
    )
    waiting = RunWaiting(
        run_id=run_id, thread_id=conversation_id, approval=approvals[0], approvals=approvals
    )
    return json_answer(waiting, 202, headers)
