"""Runs a flow of the conformance suite with scripted answers."""

import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from shared.contracts.flows.running import FlowAction, FlowOutcome, FlowState, Say
from shared.flows.graph import Program
from shared.flows.interpreting import Advance, advance, begin

OUTCOME: TypeAdapter[FlowOutcome] = TypeAdapter(FlowOutcome)


@dataclass(slots=True)
class Driven:
    """What became of a run: `trace` are the keys of the nodes in the order in which they began."""

    state: FlowState
    actions: list[FlowAction] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    events: list[tuple[str, str]] = field(default_factory=list)

    def see(self, step: Advance) -> None:
        # It is stored between steps: what comes back from JSON must be the same.
        stored = FlowState.model_validate_json(step.state.model_dump_json())
        assert stored == step.state
        self.state = stored
        self.actions += step.actions
        self.trace += [each.key for each in step.events if each.status == "started"]
        self.events += [(each.key, each.status) for each in step.events]


def drive(
    program: Program,
    inputs: dict[str, Any],
    answers: dict[str, Any],
    order: tuple[str, ...] = (),
) -> Driven:
    """`answers` by key or by node; `order` are keys that are answered first, as soon as they wait,
    the others as they come. What has no answer stays waiting."""
    first = begin(program, inputs)
    driven = Driven(first.state)
    driven.see(first)
    waiting: deque[FlowAction] = deque(_waits(first))
    wanted = deque(order)
    while action := _next(waiting, wanted, answers):
        waiting.remove(action)
        outcome = OUTCOME.validate_python(_answer(action, answers))
        step = advance(program, driven.state, action.branch, outcome)
        driven.see(step)
        waiting += _waits(step)
    return driven


def _waits(step: Advance) -> list[FlowAction]:
    return [each for each in step.actions if not isinstance(each, Say)]


def _next(
    waiting: deque[FlowAction], wanted: deque[str], answers: dict[str, Any]
) -> FlowAction | None:
    for action in waiting:
        if wanted and action.key == wanted[0]:
            wanted.popleft()
            return action
    known = (each for each in waiting if _answer(each, answers) is not None)
    return next(known, None)


def _answer(action: FlowAction, answers: dict[str, Any]) -> Any:
    """Of the execution, or of the node; a plain value is what came of it."""
    found = answers.get(action.key, answers.get(action.node))
    if isinstance(found, dict) and "failed" in found:
        return {"kind": "failed", **found["failed"]}
    return None if found is None else {"kind": "ok", "value": json.loads(json.dumps(found))}
