"""Loops: one round after the other, or side by side."""

from collections.abc import Mapping
from typing import Any

from shared.contracts.flows.nodes import LoopNode
from shared.contracts.flows.running import Branch, Frame, Round
from shared.flows.evaluating import evaluate
from shared.flows.going import (
    Ends,
    Goes,
    Going,
    NodeError,
    Spreads,
    assigned,
    key_of,
    with_variable,
)
from shared.flows.graph import Program
from shared.flows.leaking import concealed
from shared.flows.templates import resolve


def enter(program: Program, branch: Branch, name: str, loop: LoopNode) -> Going:
    """Raises NodeError, and what templates and expressions raise."""
    items = None if loop.over is None else resolve(loop.over, branch.variables)
    if items is not None and not isinstance(items, list):
        raise NodeError("loop_not_a_list")
    if items is not None and len(items) > loop.max_iterations:
        raise NodeError("loop_limit", str(loop.max_iterations))
    names = {loop.index_as} if items is None else {loop.item_as, loop.index_as}
    hidden = names & branch.variables.keys()
    kept = {each: branch.variables[each] for each in sorted(hidden)}
    frame = Frame(loop=name, items=items, kept=kept)
    if not loop.parallel:
        return _begin_round(program, _pushed(branch, frame), loop)
    assert items is not None, "checked: in parallel there is a list"
    rounds = tuple(_round(branch, frame, loop, index)
                   for index in range(min(len(items), loop.max_parallel)))  # fmt: skip
    parked = _pushed(branch, frame.model_copy(update={"index": len(rounds)}))
    return Spreads(parked, rounds) if rounds else _leave(program, parked, loop, [])


def end_round(program: Program, branch: Branch) -> Going:
    """Of the innermost loop; of the branch, where it is itself a round."""
    if not branch.frames:
        if branch.loop is None:
            return Ends(branch)
        return Ends(branch, _collected(_form(program, branch.loop), branch))
    frame = branch.frames[-1]
    loop = _form(program, frame.loop)
    results = [*frame.results, _collected(loop, branch)] if loop.save_as else []
    following = frame.model_copy(update={"index": frame.index + 1, "results": results})
    return _begin_round(program, _replaced(branch, following), loop)


def join(
    program: Program, parent: Branch, child: Branch, result: Any
) -> tuple[Going | None, Branch]:
    """What the end of a round means for the branch that waits for it: the next round, or how it
    goes on itself; None while others are under way."""
    frame = parent.frames[-1]
    loop = _form(program, frame.loop)
    assert frame.items is not None, "in parallel there is a list"
    items = len(frame.items)
    ended = {**frame.ended, child.rounds[-1]: Round(result=result, assignments=child.assignments)}
    frame = frame.model_copy(update={"ended": ended})
    if frame.index < items:
        following = _round(_popped(parent), frame, loop, frame.index)
        frame = frame.model_copy(update={"index": frame.index + 1})
        parent = _replaced(parent, frame)
        return Spreads(parent, (following,)), parent
    parent = _replaced(parent, frame)
    if len(ended) < items:
        return None, parent
    rounds = [ended[number] for number in sorted(ended)]
    for each in rounds:
        for assignment in each.assignments:
            parent = assigned(parent, assignment)
    return _leave(program, parent, loop, [each.result for each in rounds]), parent


def _begin_round(program: Program, branch: Branch, loop: LoopNode) -> Going:
    frame = branch.frames[-1]
    if frame.items is not None and frame.index >= len(frame.items):
        return _leave(program, branch, loop, frame.results)
    branch = _within(branch, loop, frame, frame.index)
    if loop.while_ is not None:
        goes_on = evaluate(loop.while_, concealed(branch.variables))
        if not isinstance(goes_on, bool):
            raise NodeError("condition_not_boolean")
        if not goes_on:
            return _leave(program, branch, loop, frame.results)
        if frame.index >= loop.max_iterations:
            raise NodeError("loop_limit", str(loop.max_iterations))
    return Goes(branch, program.after(frame.loop, "body"))


def _within(branch: Branch, loop: LoopNode, frame: Frame, index: int) -> Branch:
    """With the item and its number."""
    branch = with_variable(branch, loop.index_as, index)
    if frame.items is None:
        return branch
    return with_variable(branch, loop.item_as, frame.items[index])


def _round(branch: Branch, frame: Frame, loop: LoopNode, index: int) -> Branch:
    rounds = (*branch.numbers, index)
    child = Branch(
        key=f"{key_of(frame.loop, branch)}[{index}]",
        variables=branch.variables,
        profile=branch.profile,
        parent=branch.key,
        loop=frame.loop,
        rounds=rounds,
    )
    return _within(child, loop, frame, index)


def _collected(loop: LoopNode, branch: Branch) -> Any:
    return resolve(loop.collect, branch.variables) if loop.save_as else None


def _leave(program: Program, branch: Branch, loop: LoopNode, results: list[Any]) -> Going:
    """Behind the last round: its own names are again what they were before."""
    frame = branch.frames[-1]
    branch = _popped(branch)
    variables: Mapping[str, Any] = branch.variables
    if not loop.parallel:
        names = (loop.index_as,) if frame.items is None else (loop.item_as, loop.index_as)
        rest = {name: value for name, value in variables.items() if name not in names}
        variables = {**rest, **frame.kept}
    branch = branch.model_copy(update={"variables": dict(variables)})
    branch = with_variable(branch, loop.save_as, results)
    return Goes(branch, program.after(frame.loop), (frame.loop,))


def _form(program: Program, name: str) -> LoopNode:
    form = program.flow.nodes[name].form
    assert isinstance(form, LoopNode), name
    return form


def _pushed(branch: Branch, frame: Frame) -> Branch:
    return branch.model_copy(update={"frames": (*branch.frames, frame)})


def _popped(branch: Branch) -> Branch:
    return branch.model_copy(update={"frames": branch.frames[:-1]})


def _replaced(branch: Branch, frame: Frame) -> Branch:
    return _pushed(_popped(branch), frame)
