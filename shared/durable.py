"""Durable Functions, wrapped: besides `triggers`, only orchestrators import the SDK elsewhere."""

import json
import logging
import time
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import azure.durable_functions as df
from azure.durable_functions.models.DurableOrchestrationStatus import DurableOrchestrationStatus
from pydantic import BaseModel, ValidationError

from shared.contracts.activities import ActivitySpec, StepRequest
from shared.contracts.problems import Failure
from shared.contracts.runs import EndedBadly, RunStatus
from shared.errors import AppError, DependencyError, RunStoppedError
from shared.log_masking import WithoutText
from shared.ports import OrchestrationState, UnderWay
from shared.telemetry.steps import traced_step

log = logging.getLogger("eira.steps")

FIRST_RETRY_MS = 500

type OrchestrationContext = df.DurableOrchestrationContext
type Task = Any
"""What the SDK's context hands out to be yielded; it has no public type."""


class StepFailedError(AppError):
    """Raised in an orchestrator when an activity answered with a failure, or crashed for good."""

    def __init__(self, activity: str, failure: Failure) -> None:
        super().__init__(f"{activity}: {failure.code}")
        self.activity = activity
        self.failure = failure


CRASHED = Failure(code="INTERNAL", message="internal", retryable=True)


def schedule[In: BaseModel, Out: BaseModel](
    context: OrchestrationContext, spec: ActivitySpec[In, Out], request: In
) -> Task:
    """Schedule an activity; yield the task, then read its answer with `result_of`."""
    retry = df.RetryOptions(
        first_retry_interval_in_milliseconds=FIRST_RETRY_MS, max_number_of_attempts=spec.attempts
    )
    payload = request.model_dump(mode="json", by_alias=True, exclude_none=True)
    return context.call_activity_with_retry(spec.name, retry, payload)


def result_of[In: BaseModel, Out: BaseModel](
    spec: ActivitySpec[In, Out], answer: Mapping[str, Any]
) -> Out:
    """An activity's result. Raises StepFailedError when it answered with a failure."""
    if "failure" in answer:
        raise StepFailedError(spec.name, Failure.model_validate(answer["failure"]))
    return spec.result.model_validate(answer["result"])


def call_activity[In: BaseModel, Out: BaseModel](
    context: OrchestrationContext, spec: ActivitySpec[In, Out], request: In
) -> Generator[Task, Any, Out]:
    """Call an activity: `result = yield from call_activity(...)`. Raises StepFailedError."""
    try:
        answer = yield schedule(context, spec, request)
    except Exception as error:
        # The SDK throws a failed activity in as a bare Exception; its type is lost (ADR 3).
        raise StepFailedError(spec.name, CRASHED) from error
    return result_of(spec, answer)


def call_all(
    context: OrchestrationContext, calls: Sequence[tuple[ActivitySpec[Any, Any], BaseModel]]
) -> Generator[Task, Any, list[Any]]:
    """Call activities in parallel and wait for all. Raises the first StepFailedError."""
    if not calls:
        # The SDK's task over no tasks never completes.
        return []
    try:
        answers = yield context.task_all([schedule(context, spec, req) for spec, req in calls])
    except Exception as error:
        # As above.
        names = "+".join(spec.name for spec, _ in calls)
        raise StepFailedError(names, CRASHED) from error
    return [result_of(spec, answer) for (spec, _), answer in zip(calls, answers, strict=True)]


def wait_for_event(
    context: OrchestrationContext,
    names: Sequence[str],
    until: datetime,
    awaited: dict[str, Task],
) -> Generator[Task, Any, str | None]:
    """Wait for the first of these external events; its name, or None when the time is over.

    An orchestration that waits costs nothing: Durable keeps no worker for it. `awaited` is the
    orchestration's own: its waits that have heard nothing yet. One that were given up would still
    take the event that comes while nobody waits, and the next wait would never hear of it.
    """
    for name in names:
        if name not in awaited:
            awaited[name] = context.wait_for_external_event(name)
    events = {name: awaited[name] for name in names}
    timer = context.create_timer(until)
    first = yield context.task_any([*events.values(), timer])
    if not timer.is_completed:
        timer.cancel()
    heard = next((name for name, event in events.items() if event is first), None)
    if heard is not None:
        del awaited[heard]
    return heard


type Payload = dict[str, Any]


def step[In: StepRequest, Out: BaseModel, Deps](
    spec: ActivitySpec[In, Out],
    activity: Callable[[In, Deps], Awaitable[Out]],
    get_dependencies: Callable[[], Deps],
) -> Callable[[Payload], Awaitable[Payload]]:
    """An activity as Durable calls it. What a dependency failed with becomes a value: Durable loses
    the types of exceptions, and the adapters have done their retries already. An activity that
    insists is run again instead: an effect that was sent must not stay unsettled."""
    traced = traced_step(spec, activity)

    async def work(payload: Payload) -> Payload:
        request = spec.request.model_validate(payload)
        where = f"run={request.run.run_id} correlation={request.run.correlation_id}"
        started = time.monotonic()
        try:
            # Of a defect Durable keeps what it says: nothing that it may quote.
            with WithoutText():
                result = await traced(request, get_dependencies())
        except RunStoppedError as error:
            log.info("%s step=%s stopped", where, spec.name)
            return {"failure": error.failure.wire()}
        except DependencyError as error:
            log.warning("%s step=%s failed: %s", where, spec.name, error)
            if spec.insists and error.retryable:
                raise
            return {"failure": error.as_failure().wire()}
        elapsed = (time.monotonic() - started) * 1000
        log.debug("%s step=%s took %.0f ms", where, spec.name, elapsed)
        return {"result": result.model_dump(mode="json", by_alias=True, exclude_none=True)}

    return work


RUNTIME: Mapping[
    str, Literal["pending", "running", "completed", "failed", "terminated", "suspended"]
] = {
    "Pending": "pending",
    "Running": "running",
    "ContinuedAsNew": "running",
    "Completed": "completed",
    "Failed": "failed",
    "Terminated": "terminated",
    "Canceled": "terminated",
    "Suspended": "suspended",
}


class DurableOrchestrations:
    """The Orchestrations port over the client of one invocation's binding."""

    def __init__(self, client: df.DurableOrchestrationClient) -> None:
        self._client = client

    async def start(self, run_id: str, orchestrator: str, request: Mapping[str, object]) -> None:
        try:
            await self._client.start_new(orchestrator, run_id, dict(request))
        except Exception as error:
            # The SDK raises bare Exception; the text is the extension's.
            if "AlreadyExists" in str(error) or "already exists" in str(error):
                return
            raise DependencyError("the run could not be started") from error

    async def raise_event(self, run_id: str, name: str) -> None:
        try:
            await self._client.raise_event(run_id, name, {})
        except Exception as error:
            # The SDK raises bare Exception: gone (410) and unknown (404) have nobody to wake.
            if any(text in str(error) for text in ("is gone", "No instance")):
                return
            raise DependencyError(f"event {name} could not be raised") from error

    async def state(self, run_id: str) -> OrchestrationState | None:
        found = await self._client.get_status(run_id)
        if found is None or found.runtime_status is None:
            return None
        return OrchestrationState(
            runtime=RUNTIME[found.runtime_status.value], status=_status(found.custom_status)
        )

    async def terminate(self, run_id: str, reason: str) -> None:
        try:
            await self._client.terminate(run_id, reason)
        except Exception as error:
            # The SDK raises bare Exception: gone (410) and unknown (404) have nothing left to do.
            if any(text in str(error) for text in ("is gone", "No instance")):
                return
            raise DependencyError("an orchestration could not be terminated") from error

    async def ended_badly(self, since: datetime) -> tuple[EndedBadly, ...]:
        return _as_ended(await self._created_between(since, since + WHOLE_TIME, ENDED_BADLY))

    async def ended_badly_before(self, moment: datetime) -> tuple[EndedBadly, ...]:
        return _as_ended(await self._client.get_status_by(LONG_AGO, moment, ENDED_BADLY))

    async def forget(self, run_id: str) -> None:
        try:
            await self._client.purge_instance_history(run_id)
        except Exception as error:
            # The SDK raises bare Exception. What is not there is an answer, and none of these.
            raise DependencyError("an orchestration could not be forgotten") from error

    async def forget_completed(self, before: datetime) -> int:
        """Durable deletes by time, however many that are: by slices of it, unless few are left."""
        completed = [df.OrchestrationRuntimeStatus.Completed]
        found = await self._client.get_status_by(LONG_AGO, before, completed)
        created = [status.created_time for status in found if status.created_time]
        if not created:
            return 0
        since, until = LONG_AGO, before
        if len(found) >= FULL_PAGE:
            # Times are answered in whole seconds.
            since = min(created).astimezone(UTC)
            until = min(since + SLICE, before)
        try:
            purged = await self._client.purge_instance_history_by(since, until, completed)
        except Exception as error:
            # As above.
            raise DependencyError("orchestrations could not be forgotten") from error
        return int(purged.instances_deleted)

    async def under_way(self, since: datetime, until: datetime) -> tuple[UnderWay, ...]:
        found = await self._created_between(since, until, UNDER_WAY)
        return tuple(
            UnderWay(status.instance_id, _status(status.custom_status))
            for status in found
            if status.instance_id
        )

    async def _created_between(
        self, start: datetime, end: datetime, wanted: list[df.OrchestrationRuntimeStatus]
    ) -> list[DurableOrchestrationStatus]:
        """The SDK drops the continuation token of a full page: ask for each half of the time."""
        found: list[DurableOrchestrationStatus] = await self._client.get_status_by(
            created_time_from=start, created_time_to=end, runtime_status=wanted
        )
        if len(found) < FULL_PAGE or end - start <= SHORTEST:
            return found
        middle = start + (end - start) / 2
        earlier = await self._created_between(start, middle, wanted)
        return [*earlier, *await self._created_between(middle, end, wanted)]


WHOLE_TIME = timedelta(days=8)
"""Longer than anybody looks back; it only bounds the search."""
FULL_PAGE = 100
"""Instances that the Durable extension answers at most, unless it is told otherwise."""
SHORTEST = timedelta(seconds=1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
SLICE = timedelta(minutes=10)
"""Of runs' starts: a thousand a minute are ten thousand deletions at once."""
ENDED_BADLY = [df.OrchestrationRuntimeStatus.Failed, df.OrchestrationRuntimeStatus.Terminated]
UNDER_WAY = [
    df.OrchestrationRuntimeStatus.Pending,
    df.OrchestrationRuntimeStatus.Running,
    df.OrchestrationRuntimeStatus.ContinuedAsNew,
    df.OrchestrationRuntimeStatus.Suspended,
]


def _as_ended(found: Sequence[DurableOrchestrationStatus]) -> tuple[EndedBadly, ...]:
    return tuple(
        EndedBadly(
            run_id=status.instance_id,
            request=_request(status.input_),
            terminated=status.runtime_status == df.OrchestrationRuntimeStatus.Terminated,
        )
        for status in found
        if status.instance_id
    )


def _request(value: object) -> Mapping[str, object]:
    """What a run was started with: the client gets JSON, or JSON inside a string."""
    try:
        read = json.loads(value) if isinstance(value, str) else value
    except json.JSONDecodeError:
        return {}
    return read if isinstance(read, dict) else {}


def _status(value: object) -> RunStatus | None:
    try:
        return RunStatus.model_validate(value) if value else None
    except ValidationError:
        return None
