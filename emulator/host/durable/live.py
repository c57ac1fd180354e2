"""An instance that is at work: its row, its history as text, its mailbox."""

import asyncio
from collections import deque
from collections.abc import Sequence

from emulator.host.durable import ledger as books
from emulator.host.durable.history import SCHEDULING, Event, Kind
from emulator.host.durable.ledger import Ledger
from emulator.host.durable.records import Instance, Message


class Live:
    """Kept in memory until the instance ends, so that an episode reads nothing from disk.

    `text` is the committed history joined by commas, `length` how many events that is, `raised`
    the external events among them, `scheduled` those that scheduled something, by id; `stalled`
    means that the app lacks a function it asked for, or may not run its version, which is told once
    (`refused`).
    """

    __slots__ = (
        "driver",
        "ledger",
        "length",
        "mailbox",
        "raised",
        "refused",
        "row",
        "scheduled",
        "stalled",
        "text",
    )

    def __init__(self, row: Instance, history: Sequence[Event]) -> None:
        self.row = row
        self.ledger: Ledger = books.load(row.ledger)
        self.text = ",".join(event.text for event in history)
        self.length = len(history)
        self.raised = [event for event in history if event.kind is Kind.EVENT_RAISED]
        self.scheduled = _scheduled(history)
        self.mailbox: deque[Message] = deque()
        self.stalled = False
        self.refused = False
        self.driver: asyncio.Task[None] | None = None

    def next_batch(self) -> list[Message]:
        """The messages of the next episode, still in the mailbox."""
        if self.seeding:
            return list(self.mailbox)[: self.ledger.seeds]
        return list(self.mailbox)

    @property
    def seeding(self) -> bool:
        """Whether continue_as_new has just begun this execution."""
        return self.length == 0 and self.ledger.seeds > 0

    def is_stale(self, message: Message) -> bool:
        """Whether a message was meant for an earlier execution."""
        return message.execution_id not in {None, self.row.execution_id}

    def order_seeds(self) -> None:
        """After a restart: what continue_as_new left comes before all other messages."""
        if self.seeding:
            ordered = sorted(self.mailbox, key=lambda m: m.execution_id != self.row.execution_id)
            self.mailbox = deque(ordered)

    def drop(self, messages: Sequence[Message]) -> None:
        """Take messages out of the mailbox."""
        gone = {message.seq for message in messages}
        self.mailbox = deque(message for message in self.mailbox if message.seq not in gone)

    def append(self, events: Sequence[Event]) -> None:
        """Add settled events to the history."""
        added = ",".join(event.text for event in events)
        self.text = f"{self.text},{added}" if self.text else added
        self.length += len(events)
        self.raised.extend(event for event in events if event.kind is Kind.EVENT_RAISED)
        if more := _scheduled(events):
            self.scheduled = sorted([*self.scheduled, *more], key=lambda event: event.ref)

    def renew(self, row: Instance, seeds: Sequence[Message]) -> None:
        """Begin again (continue_as_new) with `seeds` before all other messages."""
        self.row = row
        self.ledger = books.load(row.ledger)
        self.text = ""
        self.length = 0
        self.raised = []
        self.scheduled = []
        self.mailbox.extendleft(reversed(seeds))


def _scheduled(events: Sequence[Event]) -> list[Event]:
    found = (event for event in events if event.kind in SCHEDULING)
    return sorted(found, key=lambda event: event.ref)
