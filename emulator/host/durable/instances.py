"""How an orchestration instance comes into being."""

import uuid

from emulator.host.durable import ledger as books
from emulator.host.durable.clock import Clock
from emulator.host.durable.history import Parent, execution_started
from emulator.host.durable.ledger import Ledger
from emulator.host.durable.records import Instance, Message, Status
from emulator.host.durable.store import Store


def create_instance(
    store: Store,
    clock: Clock,
    *,
    name: str,
    instance_id: str,
    input_text: str | None,
    version: str | None,
    parent: Parent | None = None,
) -> Message:
    """Store a new instance in the place of an ended one with that id; answers its first message.

    `input_text` is JSON text. The caller has made sure that no such instance is running.
    """
    previous = store.instance(instance_id)
    store.purge(instance_id)
    generation = None
    if parent is None:
        generation = 0 if previous is None else (previous.generation or 0) + 1
    now = clock.now()
    row = Instance(
        id=instance_id,
        # The extension writes the ids of clients' executions with dashes, its own without.
        execution_id=str(uuid.uuid4()) if parent is None else uuid.uuid4().hex,
        name=name,
        version=version,
        input=input_text,
        status=Status.PENDING,
        custom_status=None,
        output=None,
        created=now,
        updated=now,
        generation=generation,
        parent=parent,
        ledger=books.dump(Ledger()),
    )
    store.put_instance(row)
    return post_start(store, row, now)


def post_start(store: Store, row: Instance, now: int) -> Message:
    """Store the message that begins an execution."""
    event = execution_started(
        now,
        name=row.name,
        instance_id=row.id,
        execution_id=row.execution_id,
        input_text=row.input,
        version=row.version,
        parent=row.parent,
        generation=row.generation,
    )
    message = Message(store.next_seq(), row.id, row.execution_id, 0, event)
    store.post(message)
    return message
