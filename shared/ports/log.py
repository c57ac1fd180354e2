"""The seam to where a run's event log is kept."""

from dataclasses import dataclass
from typing import Protocol

from shared.contracts.events import RunEvent


@dataclass(frozen=True, slots=True)
class LogItem:
    """One stored entry: events numbered from `first` on. `key` names who wrote it and as what;
    `writer` differs between two executions of one step. `next_ms` is when the writer means to
    write again, counted from this entry, if it knows."""

    first: int
    events: tuple[RunEvent, ...]
    key: str
    writer: str
    next_ms: int | None = None

    @property
    def last(self) -> int:
        return self.first + len(self.events) - 1


class LogItems(Protocol):
    """Where a run's event log is kept. Raises StoreError."""

    async def create(self, run_id: str, item: LogItem) -> LogItem | None:
        """Store the item; None on success, else the item that has this number already."""
        ...

    async def get(self, run_id: str, first: int) -> LogItem | None:
        """The item that begins at this number."""
        ...

    async def all(self, run_id: str) -> tuple[LogItem, ...]:
        """Every item of the run, in order."""
        ...

    async def changed(self, run_id: str, within: float) -> None:
        """Return when this process stored an item of the run, or after `within` seconds."""
        ...

    async def erase(self, run_id: str) -> None:
        """Delete the log."""
        ...
