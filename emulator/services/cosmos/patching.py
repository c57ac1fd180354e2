"""Partial updates: the operations of a PATCH, applied in order, all or none.

https://learn.microsoft.com/azure/cosmos-db/partial-document-update
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass

from .answers import CosmosError, bad_request, precondition_failed
from .charges import REFUSED_WRITE
from .jsonvalues import Json, JsonObject
from .sql.errors import SqlError
from .sql.evaluation import Row
from .sql.plan import compile_query

OPERATIONS_AT_MOST = 10
_SYSTEM = ("_rid", "_self", "_etag", "_attachments", "_ts")

type Step = str | int
type Pointer = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; `source` is where a move takes from."""

    name: str
    path: Pointer
    value: Json
    source: Pointer


@dataclass(frozen=True, slots=True)
class Patch:
    """What a PATCH asks for; `condition` is the FROM and WHERE of a query."""

    operations: Sequence[Operation]
    condition: str | None

    @staticmethod
    def parse(body: Json) -> "Patch":
        """Raises a 400 naming the operation that is wrong."""
        wanted = body.get("operations") if isinstance(body, dict) else body
        condition = body.get("condition") if isinstance(body, dict) else None
        if not isinstance(wanted, list) or not wanted:
            raise bad_request("A patch needs a list of operations.")
        if len(wanted) > OPERATIONS_AT_MOST:
            raise bad_request(f"A patch takes at most {OPERATIONS_AT_MOST} operations.")
        if condition is not None and not isinstance(condition, str):
            raise bad_request("The condition of a patch is a text: FROM c WHERE …")
        return Patch([_operation(one) for one in wanted], condition)

    def apply(self, document: JsonObject) -> JsonObject:
        """The patched document; raises a 412 when the condition is not met, and a 400."""
        if self.condition is not None and not _holds(self.condition, document):
            raise precondition_failed(REFUSED_WRITE)
        patched = deepcopy(document)
        for operation in self.operations:
            _apply(patched, operation)
        return patched


def _operation(wanted: Json) -> Operation:
    if not isinstance(wanted, Mapping):
        raise bad_request("A patch operation is a JSON object.")
    name, path = wanted.get("op"), wanted.get("path")
    if not isinstance(path, str) or not path.startswith("/") or len(path) < 2:
        raise bad_request(f"The path {path!r} of a patch operation must look like /name.")
    source = wanted.get("from")
    if name == "move" and not isinstance(source, str):
        raise bad_request("A move needs the path it moves from.")
    pointer = _pointer(path)
    if pointer[0] in _SYSTEM:
        raise bad_request(f"The system property {path} cannot be patched.")
    taken = _pointer(source) if isinstance(source, str) else ()
    return Operation(str(name), pointer, wanted.get("value"), taken)


def _pointer(path: str) -> Pointer:
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/"))


def _holds(condition: str, document: JsonObject) -> bool:
    try:
        plan = compile_query(f"SELECT * {condition}")
        return any(plan.rows(Row({plan.root: document})))
    except SqlError as error:
        raise CosmosError(400, "BadRequest", error.wire_message()) from None


def _apply(document: JsonObject, operation: Operation) -> None:
    match operation.name:
        case "add" | "set":
            _put(document, operation.path, operation.value, insert=operation.name == "add")
        case "replace":
            _take(document, operation.path, remove=False)
            _put(document, operation.path, operation.value, insert=False)
        case "remove":
            _take(document, operation.path, remove=True)
        case "incr":
            _increment(document, operation)
        case "move":
            if operation.path[: len(operation.source)] == operation.source:
                raise bad_request("A value cannot be moved into itself.")
            moved = _take(document, operation.source, remove=True)
            _put(document, operation.path, moved, insert=True)
        case name:
            raise bad_request(f"The patch operation {name!r} is not known.")


def _parent(document: JsonObject, path: Pointer) -> Json:
    parent: Json = document
    for step in path[:-1]:
        if isinstance(parent, dict) and step in parent:
            parent = parent[step]
        elif isinstance(parent, list) and step.isdigit() and int(step) < len(parent):
            parent = parent[int(step)]
        else:
            raise _no_such(path)
    return parent


def _put(document: JsonObject, path: Pointer, value: Json, *, insert: bool) -> None:
    """Sets a property; in an array it inserts at the index, or puts in place of what is there."""
    parent, last = _parent(document, path), path[-1]
    if isinstance(parent, dict):
        parent[last] = value
    elif isinstance(parent, list):
        index = len(parent) if last == "-" else int(last) if last.isdigit() else -1
        if not 0 <= index <= len(parent):
            raise _no_such(path)
        parent[index : index if insert else index + 1] = [value]
    else:
        raise _no_such(path)


def _take(document: JsonObject, path: Pointer, *, remove: bool) -> Json:
    parent, last = _parent(document, path), path[-1]
    if isinstance(parent, dict) and last in parent:
        return parent.pop(last) if remove else parent[last]
    if isinstance(parent, list) and last.isdigit() and int(last) < len(parent):
        return parent.pop(int(last)) if remove else parent[int(last)]
    raise _no_such(path)


def _increment(document: JsonObject, operation: Operation) -> None:
    by, parent, last = operation.value, _parent(document, operation.path), operation.path[-1]
    if not isinstance(by, int | float) or isinstance(by, bool):
        raise bad_request("An increment must be a number.")
    if isinstance(parent, dict) and last not in parent:
        parent[last] = by
        return
    old = _take(document, operation.path, remove=False)
    if not isinstance(old, int | float) or isinstance(old, bool):
        raise bad_request(f"There is no number at /{'/'.join(operation.path)} to increment.")
    _put(document, operation.path, old + by, insert=False)


def _no_such(path: Pointer) -> CosmosError:
    return bad_request(f"There is nothing at the path /{'/'.join(path)} that could be patched.")
