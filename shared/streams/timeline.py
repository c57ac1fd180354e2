"""Reading a conversation's audit timeline as it grows."""

import asyncio
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from hashlib import sha256

from shared.contracts.audit import AuditEvent, StoredEvent
from shared.ports import AuditLog
from shared.streams.tailing import HEARTBEAT_SECONDS

FIRST_LOOK_SECONDS = 0.25
SLOWEST_LOOK_SECONDS = 2.0
GROWTH = 0.2
"""A look costs about 3 request units: a wait is this part of the silence before it."""
POSITION = re.compile(r"(\d{1,12})((?:\.[0-9a-f]{12})*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a reader is: everything stored before `second` is known, and of that second's events
    those with these fingerprints.

    Event ids are in the order of the runs, but a run's event is stored when the run gets there: a
    later one may have a smaller id. What the store takes is stamped in the order in which it is
    taken, only the stamp is coarse.
    """

    second: int = 0
    known: tuple[str, ...] = ()

    def behind(self, stored: StoredEvent) -> "Position":
        """The position of somebody who has read this one as well."""
        fingerprint = _fingerprint(stored.event)
        if stored.second > self.second:
            return Position(stored.second, (fingerprint,))
        return Position(self.second, (*self.known, fingerprint))

    def knows(self, stored: StoredEvent) -> bool:
        known = stored.second == self.second and _fingerprint(stored.event) in self.known
        return stored.second < self.second or known

    def encode(self) -> str:
        return ".".join((str(self.second), *self.known))

    @staticmethod
    def parse(text: str) -> "Position | None":
        """None for what `encode` never gave out."""
        if (found := POSITION.fullmatch(text)) is None:
            return None
        return Position(int(found[1]), tuple(found[2].split(".")[1:]))


@dataclass(frozen=True, slots=True)
class Placed:
    """An event, and where a reader is behind it."""

    event: AuditEvent
    position: Position


async def follow(
    audit: AuditLog,
    tenant_id: str,
    conversation_id: str,
    position: Position,
    heartbeat: float = HEARTBEAT_SECONDS,
) -> AsyncGenerator[tuple[Placed, ...]]:
    """Yield the events behind `position` as they are stored, for ever.

    An empty tuple is yielded when nothing came for `heartbeat` seconds. Raises StoreError.
    """
    clock = asyncio.get_running_loop().time
    came = heard = clock()
    while True:
        stored = await audit.stored_since(tenant_id, conversation_id, position.second)
        fresh: list[Placed] = []
        for each in stored:
            if not position.knows(each):
                position = position.behind(each)
                fresh.append(Placed(each.event, position))
        now = clock()
        if fresh:
            came = heard = now
            yield tuple(fresh)
        elif now - heard >= heartbeat:
            heard = now
            yield ()
        wait = min(max(FIRST_LOOK_SECONDS, GROWTH * (now - came)), SLOWEST_LOOK_SECONDS)
        await audit.changed(tenant_id, conversation_id, min(wait, heartbeat))


def _fingerprint(event: AuditEvent) -> str:
    return sha256(event.event_id.encode()).hexdigest()[:12]
