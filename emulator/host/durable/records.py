"""The rows of the store."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from emulator.host.durable.history import Event, Parent


class Status(StrEnum):
    """Runtime statuses as the management API names them."""

    PENDING = "Pending"
    RUNNING = "Running"
    COMPLETED = "Completed"
    FAILED = "Failed"
    TERMINATED = "Terminated"
    SUSPENDED = "Suspended"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to such an instance."""
        return self in {Status.COMPLETED, Status.FAILED, Status.TERMINATED}


@dataclass(frozen=True, slots=True)
class Instance:
    """One orchestration instance; `input`, `output`, `custom_status` are JSON text, times ticks.

    `ledger` is what `ledger.dump` wrote. `generation` counts restarts under the same id; it is
    None for sub-orchestrations and after continue_as_new.
    """

    id: str
    execution_id: str
    name: str
    version: str | None
    input: str | None
    status: Status
    custom_status: str | None
    output: str | None
    created: int
    updated: int
    generation: int | None
    parent: Parent | None
    ledger: str


@dataclass(frozen=True, slots=True)
class Message:
    """An event on its way to an instance: at once, or (timers) when `due` (ticks) has come.

    With an `execution_id` it is only for that execution.
    """

    seq: int
    instance_id: str
    execution_id: str | None
    due: int
    event: Event


@dataclass(frozen=True, slots=True)
class Work:
    """An activity (or a call_http) that has to be run until its answer is stored."""

    instance_id: str
    execution_id: str
    task_id: int
    kind: Literal["activity", "http"]
    name: str
    input: str | None


@dataclass(frozen=True, slots=True)
class Entity:
    """The stored state of an entity; `state` is the SDK's text, `touched` ticks."""

    name: str
    key: str
    exists: bool
    state: str | None
    created: int
    touched: int

    @property
    def id(self) -> str:
        """`@name@key`, the entity's id as an instance."""
        return f"@{self.name}@{self.key}"


@dataclass(frozen=True, slots=True)
class Operation:
    """A request in an entity's queue; with a `caller` it wants an answer as event `id`."""

    seq: int
    entity: str
    id: str
    name: str
    input: str | None
    caller: str | None
    caller_execution: str | None
    call: int
    requested: int

    @property
    def signal(self) -> bool:
        """Whether nobody waits for an answer."""
        return self.caller is None


@dataclass(frozen=True, slots=True)
class InstanceFilter:
    """Which instances are meant; None means any, times are ticks."""

    prefix: str | None = None
    statuses: frozenset[str] | None = None
    created_from: int | None = None
    created_to: int | None = None
    after: str | None = None
    limit: int | None = None


def parent_text(parent: Parent | None) -> str | None:
    """A parent as stored."""
    if parent is None:
        return None
    return json.dumps([parent.name, parent.instance_id, parent.execution_id, parent.task_id])


def parent_of(text: str | None) -> Parent | None:
    """A parent from its stored text."""
    return None if text is None else Parent(*json.loads(text))
