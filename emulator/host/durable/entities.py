"""Runs entities: one batch at a time for each, in the order of their operations."""

import asyncio
import logging
import uuid
from collections import deque
from collections.abc import Callable, Sequence

from emulator.host.durable import codec, failures
from emulator.host.durable.clock import Clock
from emulator.host.durable.codec import EntityAnswer, OperationResult, ProtocolError, compact
from emulator.host.durable.entity_store import EntityStore
from emulator.host.durable.functions import ENTITY, find_function, parameter_of
from emulator.host.durable.history import Event, event_raised
from emulator.host.durable.records import Entity, Operation
from emulator.host.durable.store import Store
from emulator.host.invocation import Datum, Failed, Invoker, WorkerGone

_LOG = logging.getLogger(__name__)
_PAUSE = 0.05

type Post = Callable[[str, Event, str | None], None]


def entity_id(name: str, key: str) -> str:
    """`@name@key`; names are lower case."""
    return f"@{name.lower()}@{key}"


def split_id(identity: str) -> tuple[str, str]:
    """Name and key of `@name@key`."""
    _, name, key = identity.split("@", 2)
    return name.lower(), key


class EntityRunner:
    """Keeps a queue for each entity that has something to do."""

    def __init__(self, store: Store, clock: Clock, invoker: Invoker, post: Post) -> None:
        self._store = store
        self._clock = clock
        self._invoker = invoker
        self._post = post
        self._queues: dict[str, deque[Operation]] = {}
        self._started = False
        self._drivers: dict[str, asyncio.Task[None]] = {}
        self.records = EntityStore(store)

    def start(self) -> None:
        """Take up the operations that were waiting when the host stopped."""
        self._started = True
        for operation in self.records.operations():
            self.admit(operation)

    async def stop(self) -> None:
        """Stop where it stands."""
        drivers = list(self._drivers.values())
        for driver in drivers:
            driver.cancel()
        await asyncio.gather(*drivers, return_exceptions=True)

    def knows(self, name: str) -> bool:
        """Whether the app has an entity function of that name, in whatever case.

        While nobody knows what the app has, its word is taken for it: the operation waits.
        """
        return not self._invoker.is_loaded or find_function(self._invoker, ENTITY, name) is not None

    def known(self) -> list[str]:
        """The names of the app's entity functions."""
        return list(self._invoker.functions(ENTITY))

    def signal(self, identity: str, name: str, input_text: str | None) -> None:
        """Store and run an operation that nobody waits for."""
        operation = Operation(
            self._store.next_seq(),
            identity,
            str(uuid.uuid4()),
            name,
            input_text,
            None,
            None,
            -1,
            self._clock.now(),
        )
        self.records.queue(operation)
        self.admit(operation)

    def purge(self, identity: str) -> bool:
        """Forget an entity."""
        self._queues.pop(identity, None)
        return self.records.purge(identity)

    def admit(self, operation: Operation) -> None:
        """Run a stored operation when its turn comes."""
        if not self._started:
            return
        identity = operation.entity
        self._queues.setdefault(identity, deque()).append(operation)
        if identity not in self._drivers:
            driver = asyncio.get_running_loop().create_task(self._drive(identity))
            self._drivers[identity] = driver
            driver.add_done_callback(_log_crash)

    async def _drive(self, identity: str) -> None:
        try:
            while batch := list(self._queues.get(identity, ())):
                await self._batch(identity, batch)
        finally:
            self._queues.pop(identity, None)
            del self._drivers[identity]

    async def _batch(self, identity: str, batch: list[Operation]) -> None:
        name, key = split_id(identity)
        before = self.records.entity(identity)
        answer = await self._run(name, key, before, batch)
        queue = self._queues.get(identity)
        if queue is None:
            return
        for _ in batch:
            queue.popleft()
        self.records.take(batch)
        now = self._clock.now()
        if answer.state is not None:
            self.records.put(Entity(name, key, answer.exists, answer.state, now, now))
        for operation, result in zip(batch, answer.results, strict=False):
            self._answer(operation, result)
        await self._store.committed()

    def _answer(self, operation: Operation, result: OperationResult) -> None:
        if operation.caller is None:
            if result.failed:
                _LOG.warning(
                    "Operation '%s' of entity '%s' failed: %s",
                    operation.name,
                    operation.entity,
                    result.result,
                )
            return
        text = codec.entity_response(result.result, failed=result.failed)
        event = event_raised(self._clock.now(), operation.id, text, answers=operation.call)
        self._post(operation.caller, event, operation.caller_execution)

    async def _run(
        self, name: str, key: str, before: Entity | None, batch: Sequence[Operation]
    ) -> EntityAnswer:
        await self._invoker.loaded()
        function = find_function(self._invoker, ENTITY, name)
        if function is None:
            return _refused(before, batch, failures.unknown_function(name, "entity", self.known()))
        exists = before is not None and before.exists
        text = codec.entity_batch(
            name,
            key,
            exists=exists,
            state=before.state if before is not None and exists else None,
            batch=[
                {"name": each.name, "input": each.input, "isSignal": each.signal, "id": each.id}
                for each in batch
            ],
        )
        metadata = {
            "exists": Datum("string", str(exists)),
            "self": Datum("json", compact({"name": name, "key": key})),
        }
        parameter = parameter_of(function, "context")
        while True:
            try:
                outcome = await self._invoker.invoke(
                    function.name, [(parameter, Datum("string", text))], metadata
                )
                break
            except WorkerGone:
                await asyncio.sleep(_PAUSE)
        if isinstance(outcome, Failed):
            return _refused(before, batch, outcome.message)
        try:
            return codec.entity_answer(_text_of(outcome.value))
        except ProtocolError as error:
            return _refused(before, batch, str(error))


def _text_of(value: Datum | None) -> str:
    if value is None or not isinstance(value.value, str):
        raise ProtocolError("The entity function returned nothing that is text.")
    return value.value


def _refused(before: Entity | None, batch: Sequence[Operation], message: str) -> EntityAnswer:
    failed = OperationResult(True, compact(message))
    state = None if before is None else before.state
    exists = before is not None and before.exists
    return EntityAnswer(exists, state, tuple(failed for _ in batch))


def _log_crash(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _LOG.error(
            "An entity stopped by a fault of the host; it goes on at the next start",
            exc_info=error,
        )
