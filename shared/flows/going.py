"""Where a branch goes from one node, and the errors of nodes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from shared.contracts.flows.names import MAX_VARIABLES_BYTES
from shared.contracts.flows.running import Assignment, Branch, FlowAction
from shared.flows.calling import NotSendableError
from shared.flows.evaluating import EvaluationError
from shared.flows.expressions import WordedError
from shared.flows.json_values import plain
from shared.flows.room import TOO_LARGE, NoRoomError
from shared.flows.templates import MissingVariableError, TemplateError


class NodeError(Exception):
    """A node cannot do what it says; `detail` is for who writes flows, and has no values. Where it
    is a sentence, `worded` has that in every language."""

    def __init__(self, code: str, detail: str = "", worded: WordedError | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.detail = worded.detail if worded else detail
        self.reason = worded.reason if worded else None
        self.values: dict[str, str | int] = worded.values if worded else {}


@dataclass(frozen=True, slots=True)
class Goes:
    """On to a node, or with None to the end of the block. `done` are nodes that are over."""

    branch: Branch
    at: str | None
    done: tuple[str, ...] = ()
    action: FlowAction | None = None


@dataclass(frozen=True, slots=True)
class Waits:
    """For the outcome of an action."""

    branch: Branch
    action: FlowAction


@dataclass(frozen=True, slots=True)
class Spreads:
    """Into rounds side by side, for which the branch waits."""

    branch: Branch
    rounds: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Ends:
    """A round of a parallel loop, with what it leaves, or with None the flow."""

    branch: Branch
    result: Any = None


type Going = Goes | Waits | Spreads | Ends


@contextmanager
def as_node_errors() -> Iterator[None]:
    """What templates, expressions and contracts refuse is the node's fault."""
    try:
        yield
    except MissingVariableError as error:
        raise NodeError("missing_variable", error.path) from error
    except TemplateError as error:
        raise NodeError(error.code, error.shown) from error
    except WordedError as error:
        raise NodeError("expression_failed", worded=error) from error
    except NoRoomError as error:
        raise NodeError(TOO_LARGE, str(MAX_VARIABLES_BYTES)) from error
    except NotSendableError as error:
        raise NodeError(error.code, error.detail) from error


def key_of(name: str, branch: Branch) -> str:
    """Of one execution of a node: its id, and the numbers of the rounds it is in. A loop is not in
    its own."""
    rounds = branch.rounds[:-1] if branch.loop == name else branch.rounds
    numbers = (*rounds, *(frame.index for frame in branch.frames if frame.loop != name))
    return name + "".join(f"[{number}]" for number in numbers)


def loop_of(branch: Branch) -> str | None:
    """The loop whose round the branch is in."""
    return branch.frames[-1].loop if branch.frames else branch.loop


def with_variable(branch: Branch, name: str | None, value: Any) -> Branch:
    """A round of a parallel loop has the variable for itself from then on."""
    if name is None:
        return branch
    own = branch.own if name in branch.own or branch.loop is None else (*branch.own, name)
    variables = {**branch.variables, name: value}
    return branch.model_copy(update={"variables": variables, "own": own})


def assigned(branch: Branch, assignment: Assignment) -> Branch:
    """Raises NodeError where the variable is of another kind. What a round of a parallel loop does
    to a variable that is not its own is done to the loop's, too, when all rounds are over."""
    name = assignment.name
    variables = {**branch.variables, name: _put(branch.variables.get(name), assignment)}
    noted = branch.loop is not None and name not in branch.own
    assignments = (*branch.assignments, assignment) if noted else branch.assignments
    return branch.model_copy(update={"variables": variables, "assignments": assignments})


def _put(old: Any, assignment: Assignment) -> Any:
    new = assignment.value
    match assignment.mode, old, new:
        case "append", None | list(), _:
            return [*(old or []), new]
        case "merge", None | dict(), dict():
            return {**(old or {}), **new}
        case "add", None, int() | float() | str() | list() if not isinstance(new, bool):
            return new
        case "add", list(), list():
            return [*old, *new]
        case "add", str(), str():
            return old + new
        case "add", int() | float(), int() | float() if not (
            isinstance(old, bool) or isinstance(new, bool)
        ):
            return _sum(old, new)
        case _:
            raise NodeError("assign_mismatch", assignment.name)


def _sum(old: float, new: float) -> float:
    try:
        found: float = plain(float(old) + float(new))
    except ValueError as error:
        raise NodeError("expression_failed", worded=EvaluationError("no_json")) from error
    return found
