"""How much a flow holds, so that one of few lines cannot fill a worker's memory.

A list that holds another one twice takes no room until somebody writes it as JSON, so each place
counts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.contracts.flows.names import MAX_VARIABLES_BYTES
from shared.contracts.flows.running import Branch, FlowAction
from shared.flows.going import Goes, Going, NodeError, Spreads, Waits
from shared.flows.room import TOO_LARGE, weight_of

type Known = Mapping[int, tuple[Any, int]]
"""Values with their weights, by identity: what is held here cannot become another one."""


@dataclass(slots=True)
class Scales:
    """What all branches hold, and what one step of the flow has to be done."""

    known: dict[str, Known] = field(default_factory=dict)
    weights: dict[str, int] = field(default_factory=dict)
    wanted: int = 0

    def put_all(self, going: Going) -> None:
        """Raises NodeError when it is too much."""
        self.put(going.branch)
        match going:
            case Spreads(rounds=rounds):
                for each in rounds:
                    self.put(each, going.branch.key)
            case Goes(action=action) | Waits(action=action) if action is not None:
                self._want(action)
            case _:
                return

    def put(self, branch: Branch, like: str | None = None) -> None:
        """`like` is a branch that holds much of the same. Raises NodeError when all is too much."""
        before = self.known.get(branch.key) or self.known.get(like or "") or {}
        known: dict[int, tuple[Any, int]] = {}
        weight = 0
        for value in _held(branch):
            found = before.get(id(value)) or known.get(id(value))
            entry = found if found else (value, weight_of(value))
            known[id(value)] = entry
            weight += entry[1]
        self.known[branch.key], self.weights[branch.key] = known, weight
        self._check()

    def drop(self, key: str) -> None:
        self.known.pop(key, None)
        self.weights.pop(key, None)

    def _want(self, action: FlowAction) -> None:
        self.wanted += sum(weight_of(value) for _, value in action)
        self._check()

    def _check(self) -> None:
        if sum(self.weights.values()) + self.wanted > MAX_VARIABLES_BYTES:
            raise NodeError(TOO_LARGE, str(MAX_VARIABLES_BYTES))


def _held(branch: Branch) -> Iterator[Any]:
    yield from branch.variables.values()
    yield from (each.value for each in branch.assignments)
    for frame in branch.frames:
        yield from (frame.items, frame.results, *frame.kept.values())
        for each in frame.ended.values():
            yield each.result
            yield from (assignment.value for assignment in each.assignments)
