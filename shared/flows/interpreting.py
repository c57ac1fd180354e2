"""Runs flows, as a pure machine of states: no clock, no chance, nothing outside is touched.

`begin` and `advance` answer the next state, what has to be done for it, and what has happened. Who
runs a flow does the actions, in any order, and brings back what came of each.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

from shared.contracts.flows.names import MAX_STEPS
from shared.contracts.flows.running import (
    MAIN,
    Branch,
    Failed,
    FlowAction,
    FlowFailure,
    FlowOutcome,
    FlowState,
    FlowStatus,
    NodeEvent,
    NodeStatus,
    Succeeded,
)
from shared.flows.flow import Node
from shared.flows.going import (
    Ends,
    Goes,
    Going,
    NodeError,
    Spreads,
    Waits,
    as_node_errors,
    key_of,
    loop_of,
)
from shared.flows.graph import Program
from shared.flows.looping import end_round, join
from shared.flows.stepping import answered, take
from shared.flows.weighing import Scales


@dataclass(frozen=True, slots=True)
class Advance:
    """`actions` are new ones; those of before that have no outcome yet stay to be done."""

    state: FlowState
    actions: tuple[FlowAction, ...] = ()
    events: tuple[NodeEvent, ...] = ()


class OutOfTurnError(Exception):
    """No action of this branch waits for an outcome."""


def begin(program: Program, inputs: Mapping[str, Any]) -> Advance:
    """`inputs` are variables, over those of `meta.variables`; the user's words are `message`."""
    variables = {**program.flow.meta.variables, **inputs}
    run = _Run(program, {MAIN: Branch(variables=variables)})
    run.ready.append((MAIN, program.graph.start))
    return run.finish()


def advance(program: Program, state: FlowState, branch: str, outcome: FlowOutcome) -> Advance:
    """A run that has failed stays as it is. Raises OutOfTurnError."""
    if state.status == "failed":
        return Advance(state)
    waiting = state.branches.get(branch)
    if waiting is None or waiting.pending is None:
        raise OutOfTurnError(branch)
    run = _Run(program, dict(state.branches), state.steps)
    for each in state.branches.values():
        run.scales.put(each)
    run.settle(waiting, program.flow.nodes[waiting.pending], outcome)
    return run.finish()


@dataclass(slots=True)
class _Run:
    program: Program
    branches: dict[str, Branch]
    steps: int = 0
    actions: list[FlowAction] = field(default_factory=list)
    events: list[NodeEvent] = field(default_factory=list)
    ready: deque[tuple[str, str | None]] = field(default_factory=deque)
    """Branches that can go on, and where."""
    failure: FlowFailure | None = None
    over: bool = False
    scales: Scales = field(default_factory=Scales)

    def finish(self) -> Advance:
        """Goes on until every branch waits for something, or all is over."""
        while self.ready and self.failure is None:
            key, at = self.ready.popleft()
            self._go(self.branches[key], at)
        status: FlowStatus = "failed" if self.failure else "done" if self.over else "running"
        state = FlowState(
            status=status, branches=self.branches, steps=self.steps, failure=self.failure
        )
        return Advance(state, tuple(self.actions), tuple(self.events))

    def settle(self, branch: Branch, node: Node, outcome: FlowOutcome) -> None:
        """What came of the action that the branch waits for."""
        branch = branch.model_copy(update={"pending": None})
        self.branches[branch.key] = branch
        match outcome:
            case Succeeded(value=value):
                branch = answered(branch, node, value)
                self._tell(branch, node, "done")
            case Failed() if getattr(node.form, "on_error", "fail") == "continue":
                error = {"code": outcome.code, "message": outcome.message}
                value = {"error": error | {"retryable": outcome.retryable}}
                branch = answered(branch, node, value)
                self._tell(branch, node, "failed")
            case Failed():
                self._fail(branch, node, NodeError(outcome.code), outcome.retryable)
            case _:
                assert_never(outcome)
        self.branches[branch.key] = branch
        self.ready.append((branch.key, self.program.after(node.id)))

    def _go(self, branch: Branch, at: str | None) -> None:
        """One branch, until it waits or is at its end."""
        while True:
            loop = loop_of(branch)
            ends = at is None or at == loop
            node = self.program.flow.nodes.get((loop if ends else at) or "")
            try:
                with as_node_errors():
                    going = self._end_round(branch) if ends else self._take(branch, node)
                    self.scales.put_all(going)
            except NodeError as error:
                self.branches[branch.key] = branch
                self._fail(branch, node, error)
                return
            following = self._follow(going)
            if following is None:
                return
            branch, at = following

    def _take(self, branch: Branch, node: Node | None) -> Going:
        assert node is not None, "ports lead to nodes"
        if node.sim_only:
            return Goes(branch, self.program.after(node.id))
        self._count()
        self._tell(branch, node, "started")
        return take(self.program, branch, node)

    def _end_round(self, branch: Branch) -> Going:
        self._count()
        return end_round(self.program, branch)

    def _count(self) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise NodeError("too_many_steps", str(MAX_STEPS))

    def _follow(self, going: Going) -> tuple[Branch, str | None] | None:
        """Where the same branch goes on, if it does."""
        self.branches[going.branch.key] = going.branch
        match going:
            case Goes(branch=branch, at=at):
                for name in going.done:
                    self._tell(branch, self.program.flow.nodes[name], "done")
                if going.action is not None:
                    self.actions.append(going.action)
                return branch, at
            case Waits(action=action):
                self.actions.append(action)
            case Spreads(rounds=rounds):
                for each in rounds:
                    self.branches[each.key] = each
                    self.ready.append((each.key, self.program.after(str(each.loop), "body")))
            case Ends(branch=branch, result=result):
                return self._end(branch, result)
            case _:
                assert_never(going)
        return None

    def _end(self, branch: Branch, result: Any) -> tuple[Branch, str | None] | None:
        if branch.parent is None:
            self.over = True
            return None
        del self.branches[branch.key]
        self.scales.drop(branch.key)
        parent = self.branches[branch.parent]
        try:
            with as_node_errors():
                going, parent = join(self.program, parent, branch, result)
                self.scales.put(parent)
                if going is not None:
                    self.scales.put_all(going)
        except NodeError as error:
            self._fail(parent, self.program.flow.nodes[str(branch.loop)], error)
            return None
        self.branches[parent.key] = parent
        return self._follow(going) if going is not None else None

    def _tell(self, branch: Branch, node: Node, status: NodeStatus) -> None:
        key = key_of(node.id, branch)
        self.events.append(NodeEvent(key=key, node=node.id, status=status, save_as=node.save_as))

    def _fail(
        self, branch: Branch, node: Node | None, error: NodeError, retryable: bool = False
    ) -> None:
        assert node is not None, "what fails is a node"
        key = key_of(node.id, branch)
        self.failure = FlowFailure(
            code=error.code,
            node=key,
            detail=error.detail,
            reason=error.reason,
            values=error.values,
            retryable=retryable,
        )
        self._tell(branch, node, "failed")
