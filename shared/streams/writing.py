"""Appending to a run's event log, by several writers, each entry once."""

from collections.abc import Awaitable, Callable, Sequence

from shared.contracts.events import (
    AgentTurnEvent,
    CitationsEvent,
    RestartEvent,
    RunEvent,
    TextEvent,
    is_terminal,
)
from shared.contracts.runs import PartOf
from shared.errors import AppError, RunStoppedError
from shared.ports import LogItem, LogItems

STOP_STEP = "stop"
"""Whose entry asks all other steps of the run to give up: they cannot write past it unread."""
TERMINAL_STEP = "end"


_SAID = (TextEvent, AgentTurnEvent, CitationsEvent)


class SupersededError(AppError):
    """A later execution of this step is writing the answer; this one has to stop."""


class RunEndedError(AppError):
    """The log has its terminal event; nothing may follow it."""


class LogWriter:
    """Appends the entries of one execution of one step.

    Numbers have no gaps because an entry can only be created right behind what the writer has
    seen: when the number is taken, it reads what is there and tries behind that. `after` is how
    many events the log is known to have; a stale value only costs reads.
    """

    def __init__(
        self,
        items: LogItems,
        run_id: str,
        step: str,
        writer: str,
        after: int,
        part_of: Callable[[], Awaitable[PartOf]] | None = None,
    ) -> None:
        """`part_of`: which node of a flow the events are of, in the log of the flow's run."""
        self._part_of = part_of
        self._items = items
        self._run_id = run_id
        self._step = step
        self._writer = writer
        self.after = after

    async def append(
        self, part: str, events: Sequence[RunEvent], next_ms: int | None = None
    ) -> None:
        """Store the events as this step's `part`, unless an earlier execution did so already.

        `next_ms` tells readers when the next entry is due; 0 is at once. Raises RunEndedError, and
        RunStoppedError once, when it meets the entry that asks the run to stop.
        """
        events = await self._told(events)
        if not events:
            return
        key = f"{self._step}/{part}"
        while (there := await self._create(key, events, next_ms)) is not None:
            if there.key == key:
                return

    async def _told(self, events: Sequence[RunEvent]) -> Sequence[RunEvent]:
        """As the log has them: of a flow's node with its name, without what nobody is to read."""
        if self._part_of is None or not events:
            return events
        part = await self._part_of()
        shown = (each for each in events if not (part.quiet and isinstance(each, _SAID)))
        return [each.model_copy(update={"node": part.node}) for each in shown]

    async def _create(
        self, key: str, events: Sequence[RunEvent], next_ms: int | None = None
    ) -> LogItem | None:
        """Try once; move behind what is there, which is answered when the number was taken."""
        item = LogItem(self.after + 1, tuple(events), key, self._writer, next_ms)
        there = await self._items.create(self._run_id, item)
        self.after = (there or item).last
        if there is None or there.key == key:
            return there
        if is_terminal(there.events[-1]):
            raise RunEndedError(self._run_id)
        if there.key.startswith(f"{STOP_STEP}/") and self._step != TERMINAL_STEP:
            raise RunStoppedError(self._run_id)
        return there


class AnswerWriter(LogWriter):
    """Appends an answer as it is produced. Each execution is an attempt of its own.

    The first entry claims the attempt. Finding an attempt of another execution, it claims the next
    one and begins with `restart`; the other one notices at its next entry and gives up, since it
    cannot write behind an entry without reading it.
    """

    attempt = 1
    _flush = 0

    @property
    def has_written(self) -> bool:
        """Whether a reader may have seen a part of this attempt's answer."""
        return self._flush > 0

    async def begin(self, announce: Sequence[RunEvent]) -> bool:
        """Claim the first attempt; False when an earlier execution has claimed one."""
        while True:
            there = await self._claim(announce)
            if there is None:
                return True
            if (attempt := self._attempt_of(there)) > 0:
                self.attempt = attempt + 1
                return False

    async def begin_again(self, reason: str = "interrupted") -> None:
        """Claim the attempt behind all others; `reason` is told to readers."""
        while (there := await self._claim((self._restart(reason),))) is not None:
            self.attempt = max(self.attempt, self._attempt_of(there) + 1)

    async def _claim(self, events: Sequence[RunEvent]) -> LogItem | None:
        """Try once. `next_ms` 0 tells readers that text is about to come."""
        events = await self._told(events)
        key = f"{self._step}/{self.attempt}/0"
        there = await self._create(key, events, next_ms=0)
        mine = there is not None and there.key == key and there.writer == self._writer
        return None if mine else there

    async def write(self, events: Sequence[RunEvent], next_ms: int | None = None) -> None:
        """Store the next entry of the answer. Raises SupersededError and RunEndedError."""
        events = await self._told(events)
        if not events:
            return
        self._flush += 1
        key = f"{self._step}/{self.attempt}/{self._flush}"
        while (there := await self._create(key, events, next_ms)) is not None:
            if there.key == key and there.writer == self._writer:
                return
            if self._attempt_of(there) > self.attempt:
                raise SupersededError(f"{self._run_id}: attempt {self.attempt} is superseded")

    def _restart(self, reason: str) -> RestartEvent:
        return RestartEvent(reason=reason, attempt=self.attempt)

    def _attempt_of(self, item: LogItem) -> int:
        """The attempt an entry belongs to; 0 for entries of other steps."""
        step, _, rest = item.key.partition("/")
        return int(rest.partition("/")[0]) if step == self._step else 0
