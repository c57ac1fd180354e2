"""Who listens to a run that is to end when nobody does any more (`onDisconnect: cancel`)."""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import Self
from uuid import uuid4

from api.edge import Call
from api.stopping import stop
from shared.contracts.runs import OnDisconnect
from shared.errors import DependencyError

log = logging.getLogger("eira.http")

LEASE = timedelta(seconds=90)
"""So long somebody counts as listening of whom nothing is heard: its instance may be gone, or it
comes back behind the longest time that a stream may take."""
RENEWED_AFTER_SECONDS = 30.0
FOR_LATER = timedelta(days=7)
"""Who was told to look later does not listen, and has not gone away either."""

_leaving: set[asyncio.Task[None]] = set()
"""Keeps what was begun for readers that are gone: nobody else waits for it."""


class ReaderGoneError(Exception):
    """The client has closed its connection."""


@dataclass
class Listener:
    """One reader of a run, as long as the block lasts. Left by a cancellation, by a generator that
    is closed, or by ReaderGoneError, the client is gone; and with the last of them the run ends.

    The platform tells of it in two ways: a stream's generator is closed; who waits for JSON has to
    `look`. A worker that dies tells nothing: its lease runs out, and the run's next step
    that costs finds it so (`activities/listening.py`).
    """

    call: Call
    run_id: str
    reader: str = field(default_factory=lambda: uuid4().hex)
    renewed: float = field(default_factory=lambda: asyncio.get_running_loop().time())

    async def look(self) -> None:
        """Raises ReaderGoneError when the client of a request without a stream is gone."""
        if await self.call.request.is_disconnected():
            raise ReaderGoneError

    async def stay(self) -> None:
        """Say now and then that this one still listens."""
        now = asyncio.get_running_loop().time()
        if now - self.renewed >= RENEWED_AFTER_SECONDS:
            self.renewed = now
            await self.keep(LEASE)

    async def keep(self, lease: timedelta) -> None:
        deps, tenant_id = self.call.deps, self.call.caller.tenant_id
        await deps.readers.stay(tenant_id, self.run_id, self.reader, deps.now() + lease)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, asyncio.CancelledError | GeneratorExit | ReaderGoneError):
            # In a task of its own: this one is being cancelled, whatever it waits for.
            leaving = asyncio.create_task(self._leave())
            _leaving.add(leaving)
            leaving.add_done_callback(_leaving.discard)

    async def _leave(self) -> None:
        deps, tenant_id = self.call.deps, self.call.caller.tenant_id
        try:
            if not await deps.readers.leave(tenant_id, self.run_id, self.reader, deps.now()):
                return
            record = await deps.runs.get(tenant_id, self.run_id)
            if record is not None and await stop(self.call, record):
                log.info("run=%s stopped: nobody listens", self.run_id)
        except DependencyError as error:
            # The lease runs out by itself.
            log.warning("run=%s could not be told that nobody listens: %s", self.run_id, error)


async def listen(call: Call, run_id: str, on_disconnect: OnDisconnect) -> Listener | None:
    """Begin to listen, where that counts. Raises StoreError."""
    if on_disconnect == "continue":
        return None
    listener = Listener(call, run_id)
    await listener.keep(LEASE)
    return listener
