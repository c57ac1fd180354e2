"""What the management API can do, apart from HTTP."""

import uuid
from collections.abc import Sequence
from dataclasses import replace

from emulator.host.durable.clock import Clock
from emulator.host.durable.engine import Engine
from emulator.host.durable.history import (
    Event,
    event_raised,
    execution_terminated,
    resumed,
    suspended,
)
from emulator.host.durable.records import Entity, Instance, InstanceFilter, Operation, Status
from emulator.host.durable.statuses import (
    Json,
    entity_status_json,
    history_json,
    status_json,
)
from emulator.host.durable.store import Store


class UnknownInstanceError(Exception):
    """There is no such instance."""


class InstanceGoneError(Exception):
    """The instance has ended, so that nothing can be done to it any more."""


class ConflictError(Exception):
    """The instance is not in a state for this; `type_name` is what .NET would throw."""

    def __init__(self, message: str, type_name: str = "System.InvalidOperationException") -> None:
        super().__init__(message)
        self.type_name = type_name


class Management:
    """Operations on instances and entities; each has been committed when it returns."""

    def __init__(self, store: Store, clock: Clock, engine: Engine) -> None:
        self._store = store
        self._clock = clock
        self._engine = engine

    async def start(
        self, name: str, instance_id: str | None, input_text: str | None, version: str | None
    ) -> str:
        """Start an orchestration; answers its id. Raises ConflictError if that id is running."""
        chosen = instance_id or uuid.uuid4().hex
        existing = self._store.instance(chosen)
        if existing is not None and not existing.status.ended:
            raise ConflictError(
                f"An Orchestration instance with the status {existing.status} already exists.",
                "DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException",
            )
        self._engine.begin(name, chosen, input_text, version)
        await self._store.committed()
        return chosen

    async def wait_for_end(self, instance_id: str, seconds: float) -> Instance | None:
        """The instance once it has ended; None if that takes longer than `seconds`."""
        if not await self._engine.wait_for_end(instance_id, seconds):
            return None
        return self._store.instance(instance_id)

    def status(self, instance_id: str) -> Instance:
        """One orchestration. Raises UnknownInstanceError."""
        row = self._store.instance(instance_id)
        if row is None:
            raise UnknownInstanceError(instance_id)
        return row

    def status_json(self, instance_id: str, *, show_input: bool) -> tuple[Status, Json]:
        """One orchestration or entity, as shown. Raises UnknownInstanceError."""
        entity = self._engine.entities.records.entity(instance_id)
        if entity is not None:
            return Status.RUNNING, entity_status_json(entity, show_input=show_input)
        row = self.status(instance_id)
        return row.status, status_json(row, show_input=show_input)

    def history_json(self, instance_id: str, *, show_output: bool) -> list[Json]:
        """The history of an orchestration, as shown."""
        return history_json(self.events(instance_id), show_output=show_output)

    def latest(self, statuses: Sequence[Status], name: str, limit: int) -> list[Instance]:
        """The youngest orchestrations; with any status if none is given; name holds `name`."""
        return self._store.latest(statuses, name, limit)

    def events(self, instance_id: str) -> list[Event]:
        """The history of an orchestration's present execution."""
        return self._store.history(instance_id) or self._store.first_events(instance_id)

    def list_json(
        self, wanted: InstanceFilter, limit: int, *, show_input: bool
    ) -> tuple[list[Json], str | None]:
        """A page of instances and entities by id, and the id with which the next page begins."""
        rows = self._store.find(replace(wanted, limit=limit + 1))
        found = {row.id: status_json(row, show_input=show_input) for row in rows}
        for entity in self._engine.entities.records.entities():
            if _matches(entity, wanted):
                found[entity.id] = entity_status_json(entity, show_input=show_input)
        ids = sorted(found)
        following = ids[limit] if len(ids) > limit else None
        return [found[each] for each in ids[:limit]], following

    async def raise_event(self, instance_id: str, name: str, input_text: str) -> None:
        """Send an external event. Raises UnknownInstanceError, InstanceGoneError."""
        self.running(instance_id)
        await self._post(instance_id, event_raised(self._clock.now(), name, input_text))

    async def terminate(self, instance_id: str, reason: str | None) -> None:
        """End an orchestration. Raises UnknownInstanceError, InstanceGoneError."""
        self.running(instance_id)
        await self._post(instance_id, execution_terminated(self._clock.now(), reason))

    async def suspend(self, instance_id: str, reason: str | None) -> None:
        """Pause. Raises UnknownInstanceError, InstanceGoneError, ConflictError if paused."""
        if self.running(instance_id).status is Status.SUSPENDED:
            raise ConflictError(
                f"Cannot suspend the orchestration instance {instance_id} because instance is in "
                "the Suspended state."
            )
        await self._post(instance_id, suspended(self._clock.now(), reason))

    async def resume(self, instance_id: str, reason: str | None) -> None:
        """End a pause. Raises UnknownInstanceError, InstanceGoneError, ConflictError if none."""
        status = self.running(instance_id).status
        if status is not Status.SUSPENDED:
            raise ConflictError(
                f"Cannot resume the orchestration instance {instance_id} because instance is in "
                f"the {status} state."
            )
        await self._post(instance_id, resumed(self._clock.now(), reason))

    async def rewind(self, instance_id: str, reason: str | None) -> None:
        """Do again what failed.

        Raises UnknownInstanceError, InstanceGoneError (it did not fail), ConflictError (it runs).
        """
        row = self.status(instance_id)
        if not row.status.ended:
            raise ConflictError(
                "The rewind operation is only supported on failed orchestration instances."
            )
        if row.status is not Status.FAILED:
            raise InstanceGoneError(instance_id)
        self._engine.rewind(row, reason)
        await self._store.committed()

    async def restart(self, instance_id: str, *, new_id: bool) -> str:
        """Start the same with the same input. Raises UnknownInstanceError, ConflictError."""
        row = self.status(instance_id)
        target = None if new_id else instance_id
        return await self.start(row.name, target, row.input, row.version)

    async def purge(self, instance_id: str) -> bool:
        """Forget an instance, running or not; False if there is none."""
        gone = self._engine.purge(instance_id) or self._engine.entities.purge(instance_id)
        await self._store.committed()
        return gone

    async def purge_by(self, wanted: InstanceFilter) -> int:
        """Forget all ended instances that match; answers how many."""
        rows = [row for row in self._store.find(wanted) if row.status.ended]
        for row in rows:
            self._engine.purge(row.id)
        await self._store.committed()
        return len(rows)

    def running(self, instance_id: str) -> Instance:
        """An instance that has not ended. Raises UnknownInstanceError, InstanceGoneError."""
        row = self.status(instance_id)
        if row.status.ended:
            raise InstanceGoneError(instance_id)
        return row

    async def _post(self, instance_id: str, event: Event) -> None:
        self._engine.post(instance_id, event)
        await self._store.committed()

    # Entities

    def entity(self, identity: str) -> Entity | None:
        """One entity."""
        return self._engine.entities.records.entity(identity)

    def entities(self, name: str | None) -> list[Entity]:
        """All entities (of that name)."""
        return self._engine.entities.records.entities(name)

    def waiting_operations(self) -> list[Operation]:
        """The requests that no entity has dealt with yet."""
        return self._engine.entities.records.operations()

    def knows_entity(self, name: str) -> bool:
        """Whether the app has such an entity function."""
        return self._engine.entities.knows(name)

    def known_entities(self) -> list[str]:
        """The app's entity functions."""
        return self._engine.entities.known()

    async def signal(self, identity: str, operation: str, input_text: str | None) -> None:
        """Send an operation to an entity."""
        self._engine.entities.signal(identity, operation, input_text)
        await self._store.committed()


def _matches(entity: Entity, wanted: InstanceFilter) -> bool:
    statuses = wanted.statuses
    return (
        (wanted.prefix is None or entity.id.startswith(wanted.prefix))
        and (statuses is None or Status.RUNNING.value in statuses)
        and (wanted.created_from is None or entity.created >= wanted.created_from)
        and (wanted.created_to is None or entity.created <= wanted.created_to)
        and (wanted.after is None or entity.id >= wanted.after)
    )
