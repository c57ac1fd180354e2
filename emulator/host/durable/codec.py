"""SDK 1.x's out-of-process JSON protocol: history to trigger input, SDK output to actions."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from emulator.host.durable.clock import parse_iso
from emulator.host.durable.history import quoted

_OUT_OF_PROC = "$OutOfProcData$:"
_MESSAGES = "Microsoft.Azure.WebJobs.Extensions.DurableTask"
_COMPOUND = {11, 12}
# json.dumps would make an encoder anew in each call.
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_WHAT_IT_KNOWS = (
    "activities, sub-orchestrations, timers, external events, entities, call_http, task_any, "
    "task_all and continue_as_new"
)


class ProtocolError(Exception):
    """What the SDK answered makes no sense to this host; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Retry options; intervals in milliseconds, `max_attempts` counts the first attempt."""

    first_interval: int
    max_attempts: int
    backoff: float = 1.0
    max_interval: int | None = None


@dataclass(frozen=True, slots=True)
class CallActivity:
    """Run an activity; `input` is JSON text."""

    name: str
    input: str | None
    retry: Retry | None = None


@dataclass(frozen=True, slots=True)
class CallSubOrchestrator:
    """Run a sub-orchestration; `input` is JSON text, `instance_id` None for a generated one."""

    name: str
    input: str | None
    instance_id: str | None
    version: str | None
    retry: Retry | None = None


@dataclass(frozen=True, slots=True)
class ContinueAsNew:
    """Begin again with `input` (JSON text) and an empty history."""

    input: str | None


@dataclass(frozen=True, slots=True)
class CreateTimer:
    """Wake up at `fire_at` (ticks) unless cancelled meanwhile."""

    fire_at: int
    cancelled: bool


@dataclass(frozen=True, slots=True)
class WaitForEvent:
    """Wait for an external event; takes no id."""

    name: str


@dataclass(frozen=True, slots=True)
class CallEntity:
    """Send an operation to an entity (`@name@key`); `signal` means no answer is wanted."""

    target: str
    operation: str
    input: str | None
    signal: bool


@dataclass(frozen=True, slots=True)
class CallHttp:
    """Make an HTTP request; `request` is the SDK's request object as JSON text."""

    request: str


type Action = (
    CallActivity
    | CallSubOrchestrator
    | ContinueAsNew
    | CreateTimer
    | WaitForEvent
    | CallEntity
    | CallHttp
)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What one episode of an orchestrator said.

    `actions` are all actions so far, flattened depth first. `output` and `custom_status` are JSON
    text; `output` None means null, `custom_status` None means unchanged. `error` is None unless
    the orchestrator raised.
    """

    done: bool
    actions: tuple[Action, ...]
    output: str | None = None
    custom_status: str | None = None
    error: str | None = None


def compact(value: object) -> str:
    """JSON text as Newtonsoft writes it: no blanks, nothing escaped that need not be."""
    return _COMPACT.encode(value)


def trigger_input(
    *,
    history: str,
    input_text: str | None,
    instance_id: str,
    parent_id: str | None,
    replaying: bool,
) -> str:
    """The string an orchestration trigger receives; `history` is the events joined by commas."""
    return (
        f'{{"history":[{history}],"input":{input_text or "null"},'
        f'"instanceId":{quoted(instance_id)},"isReplaying":{"true" if replaying else "false"},'
        f'"parentInstanceId":{quoted(parent_id)},"upperSchemaVersion":1,'
        '"upperSchemaVersionNew":2,"longRunningTimerIntervalDuration":"3.00:00:00",'
        '"maximumShortTimerDuration":"6.00:00:00",'
        '"defaultHttpAsyncRequestSleepTimeMillseconds":30000}'
    )


def replayed(answer: str) -> Replayed:
    """Read what the SDK returned. Raises ProtocolError."""
    document = _object(_parse(answer))
    return _replayed(document, error=None)


def replay_failed(message: str, stack: str) -> Replayed:
    """Read what the SDK raised; exceptions from outside the SDK carry no state."""
    head, label, state = message.rpartition(_OUT_OF_PROC)
    if not label:
        return Replayed(False, (), error=_foreign_failure(message, stack))
    try:
        document = _object(json.loads(state))
    except ValueError:
        return Replayed(False, (), error=_foreign_failure(message, stack))
    error = document.get("error")
    return _replayed(document, error=error if isinstance(error, str) else head.strip())


def _foreign_failure(message: str, stack: str) -> str:
    described = f"Result: Failure\nType: \nException: {message}\nStack: {stack}"
    return f"One or more errors occurred. ({described})"


def _replayed(document: Mapping[str, object], error: str | None) -> Replayed:
    custom_status = document.get("customStatus")
    output = document.get("output")
    return Replayed(
        done=document.get("isDone") is True,
        actions=tuple(_actions(document.get("actions"))),
        output=None if output is None else compact(output),
        custom_status=None if custom_status is None else compact(custom_status),
        error=error,
    )


def _parse(answer: str) -> object:
    try:
        value: object = json.loads(answer)
    except ValueError as error:
        raise ProtocolError(
            "The function returned text that is not the JSON of azure-functions-durable 1.x; "
            "register it with @app.orchestration_trigger or @app.entity_trigger."
        ) from error
    return value


def _object(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ProtocolError(
            "The function did not return the state object of azure-functions-durable 1.x; "
            "register it with @app.orchestration_trigger or @app.entity_trigger."
        )
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ProtocolError("The state that the function returned lacks a list.")
    return value


def _actions(value: object) -> Iterator[Action]:
    for group in _list(value):
        for action in _list(group):
            yield from _flatten(_object(action))


def _flatten(action: Mapping[str, object]) -> Iterator[Action]:
    if action.get("actionType") in _COMPOUND:
        for child in _list(action.get("compoundActions")):
            yield from _flatten(_object(child))
    else:
        yield _leaf(action)


def _leaf(action: Mapping[str, object]) -> Action:
    match action.get("actionType"):
        case 0 | 1:
            return CallActivity(
                _text(action, "functionName"), _maybe(action, "input"), _retry(action)
            )
        case 2 | 3:
            return _sub_orchestrator(action)
        case 4:
            return ContinueAsNew(_maybe(action, "input"))
        case 5:
            return CreateTimer(parse_iso(_text(action, "fireAt")), action.get("isCanceled") is True)
        case 6:
            return WaitForEvent(_text(action, "externalEventName"))
        case 7 | 9 as kind:
            return _entity(action, signal=kind == 9)
        case 8:
            return CallHttp(compact(action.get("httpRequest")))
        case kind:
            raise ProtocolError(
                f"The orchestrator asked for action type {kind!r}, which the local host does not "
                f"know. It knows {_WHAT_IT_KNOWS}."
            )


def _sub_orchestrator(action: Mapping[str, object]) -> CallSubOrchestrator:
    return CallSubOrchestrator(
        _text(action, "functionName"),
        _maybe(action, "input"),
        _maybe(action, "instanceId") or None,
        _maybe(action, "version"),
        _retry(action),
    )


def _entity(action: Mapping[str, object], *, signal: bool) -> CallEntity:
    return CallEntity(
        _text(action, "instanceId"), _text(action, "operation"), _maybe(action, "input"), signal
    )


def _retry(action: Mapping[str, object]) -> Retry | None:
    options = action.get("retryOptions")
    if not isinstance(options, dict):
        return None
    backoff = options.get("backoffCoefficient")
    longest = options.get("maxRetryIntervalInMilliseconds")
    return Retry(
        first_interval=_number(options, "firstRetryIntervalInMilliseconds"),
        max_attempts=_number(options, "maxNumberOfAttempts"),
        backoff=float(backoff) if isinstance(backoff, int | float) else 1.0,
        max_interval=longest if isinstance(longest, int) else None,
    )


def _text(action: Mapping[str, object], field: str) -> str:
    value = action.get(field)
    if not isinstance(value, str):
        raise ProtocolError(f"An action of the orchestrator has no text '{field}'.")
    return value


def _maybe(action: Mapping[str, object], field: str) -> str | None:
    value = action.get(field)
    if value is None or isinstance(value, str):
        return value
    return compact(value)


def _number(options: Mapping[str, object], field: str) -> int:
    value = options.get(field)
    if not isinstance(value, int):
        raise ProtocolError(f"Retry options need a whole number '{field}'.")
    return value


def entity_request(
    *,
    operation: str,
    signal: bool,
    input_text: str | None,
    request_id: str,
    instance_id: str,
    execution_id: str,
    sent: str,
    predecessor: str,
    requested: str,
) -> str:
    """The request of an orchestration to an entity; the last three are ISO times."""
    request: dict[str, object] = {
        "$type": f"{_MESSAGES}.RequestMessage, {_MESSAGES}",
        "op": operation,
        **({"signal": True} if signal else {}),
        "input": input_text,
        "id": request_id,
        "parent": instance_id,
        "parentExecution": execution_id,
        "Timestamp": sent,
        "Predecessor": predecessor,
        "requestTime": requested,
    }
    return compact(request)


def entity_response(result: str | None, *, failed: bool) -> str:
    """The answer of an entity as the `Input` of an EventRaised; `result` is the SDK's text."""
    response: dict[str, object] = {
        "$type": f"{_MESSAGES}.ResponseMessage, {_MESSAGES}",
        "result": result,
    }
    if failed:
        response["exceptionType"] = "Error"
    return compact(response)


@dataclass(frozen=True, slots=True)
class OperationResult:
    """How one operation of an entity ended; `result` is the SDK's text."""

    failed: bool
    result: str | None


@dataclass(frozen=True, slots=True)
class EntityAnswer:
    """What an entity function returned for a batch."""

    exists: bool
    state: str | None
    results: tuple[OperationResult, ...]


def entity_batch(
    name: str, key: str, *, exists: bool, state: str | None, batch: Sequence[Mapping[str, object]]
) -> str:
    """The string an entity trigger receives."""
    return compact(
        {
            "self": {"name": name, "key": key},
            "exists": exists,
            "state": state,
            "batch": list(batch),
        }
    )


def entity_answer(answer: str) -> EntityAnswer:
    """Read what an entity function returned. Raises ProtocolError."""
    document = _object(_parse(answer))
    if document.get("signals"):
        raise ProtocolError("Entities of the local host cannot signal other entities.")
    results = [_object(result) for result in _list(document.get("results"))]
    return EntityAnswer(
        exists=document.get("entityExists") is True,
        state=_maybe(document, "entityState"),
        results=tuple(
            OperationResult(result.get("isError") is True, _maybe(result, "result"))
            for result in results
        ),
    )
