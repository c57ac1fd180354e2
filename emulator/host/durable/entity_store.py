"""Entities in the store: their states and the operations that wait for them."""

from emulator.host.durable.records import Entity, Operation
from emulator.host.durable.store import Store, Value


class EntityStore:
    """Reads and writes entities through the one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def entity(self, entity_id: str) -> Entity | None:
        """One entity by `@name@key`, or None."""
        rows = self._store.read("SELECT * FROM entities WHERE id = ?", entity_id)
        return next((_entity(row) for row in rows), None)

    def entities(self, name: str | None = None) -> list[Entity]:
        """All entities (of that name), by id."""
        rows = self._store.read("SELECT * FROM entities ORDER BY id")
        found = [_entity(row) for row in rows]
        return [entity for entity in found if name is None or entity.name == name]

    def put(self, entity: Entity) -> None:
        """Insert an entity or replace it."""
        self._store.write(
            "INSERT OR REPLACE INTO entities VALUES (?,?,?,?,?,?,?)",
            entity.id,
            entity.name,
            entity.key,
            int(entity.exists),
            entity.state,
            entity.created,
            entity.touched,
        )

    def purge(self, entity_id: str) -> bool:
        """Delete an entity and its queue; False if there was none."""
        self._store.write("DELETE FROM operations WHERE entity = ?", entity_id)
        return self._store.write("DELETE FROM entities WHERE id = ?", entity_id) > 0

    def queue(self, operation: Operation) -> None:
        """Store an operation to run."""
        self._store.write(
            "INSERT INTO operations VALUES (?,?,?,?,?,?,?,?,?)",
            operation.seq,
            operation.entity,
            operation.id,
            operation.name,
            operation.input,
            operation.caller,
            operation.caller_execution,
            operation.call,
            operation.requested,
        )

    def take(self, operations: list[Operation]) -> None:
        """Delete operations that have run."""
        self._store.write_many(
            "DELETE FROM operations WHERE seq = ?", [(each.seq,) for each in operations]
        )

    def operations(self) -> list[Operation]:
        """All waiting operations in the order of their coming."""
        return [
            _operation(row) for row in self._store.read("SELECT * FROM operations ORDER BY seq")
        ]


def _maybe(value: Value) -> str | None:
    return None if value is None else str(value)


def _entity(row: tuple[Value, ...]) -> Entity:
    return Entity(
        name=str(row[1]),
        key=str(row[2]),
        exists=bool(row[3]),
        state=_maybe(row[4]),
        created=int(row[5] or 0),
        touched=int(row[6] or 0),
    )


def _operation(row: tuple[Value, ...]) -> Operation:
    return Operation(
        seq=int(row[0] or 0),
        entity=str(row[1]),
        id=str(row[2]),
        name=str(row[3]),
        input=_maybe(row[4]),
        caller=_maybe(row[5]),
        caller_execution=_maybe(row[6]),
        call=int(row[7] or 0),
        requested=int(row[8] or 0),
    )
