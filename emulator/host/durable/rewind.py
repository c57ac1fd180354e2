"""Rewinding a failed orchestration: what failed is done again, what succeeded stays.

The history is cut before the episode that received the first failure. What came later and still
counts is delivered once more; what failed is run again under its old id.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from emulator.host.durable.clock import parse_ticks
from emulator.host.durable.history import (
    ANSWERS,
    FAILURES,
    RECEIVED,
    SCHEDULING,
    Event,
    Kind,
    rewound,
)
from emulator.host.durable.ledger import Rewound

_ENDS = FAILURES | {Kind.EXECUTION_COMPLETED}


@dataclass(frozen=True, slots=True)
class Cut:
    """A history in two: what is kept, and the events to deliver again.

    `failed` are the scheduling events of what has to be run again, `ends` the failures and the end
    of the execution; `answered` and `next_id` describe the kept part.
    """

    kept: tuple[Event, ...]
    again: tuple[Event, ...]
    failed: tuple[Event, ...]
    ends: tuple[Event, ...]
    answered: tuple[int, ...]
    next_id: int

    def history(self, rerun: Sequence[int]) -> tuple[Event, ...]:
        """The new history; what does not count any more stays in it as events that say nothing."""
        if not self.kept:
            return ()  # an execution must begin with its start
        gone = {event.ref for event in self.failed} & set(rerun)
        kept = (
            _voided(event) if event.kind in SCHEDULING and event.ref in gone else event
            for event in self.kept
        )
        return (*kept, *map(_voided, self.ends))

    def book(self, rerun: Sequence[int]) -> Rewound:
        """The note for the ledger; `rerun` are the ids that this orchestration runs itself."""
        return Rewound(self.next_id, tuple(rerun), self.answered)


def cut(history: Sequence[Event]) -> Cut:
    """Cut the history of a failed orchestration."""
    failures = [place for place, event in enumerate(history) if event.kind in FAILURES]
    end = failures[0] if failures else len(history)
    episodes = [
        place
        for place, event in enumerate(history[:end])
        if event.kind is Kind.ORCHESTRATOR_STARTED
    ]
    begin = episodes[-1]
    kept, rest = tuple(history[:begin]), history[begin:]
    scheduled = {event.ref: event for event in kept if event.kind in SCHEDULING}
    lost = {event.ref for event in rest if event.kind in FAILURES}
    return Cut(
        kept=kept,
        again=tuple(_unplayed(event) for event in rest if _counts(event, scheduled)),
        failed=tuple(event for ref, event in scheduled.items() if ref in lost),
        ends=tuple(event for event in rest if event.kind in _ENDS),
        answered=tuple(event.ref for event in kept if event.kind in ANSWERS),
        next_id=max(scheduled, default=-1) + 1,
    )


def _counts(event: Event, scheduled: dict[int, Event]) -> bool:
    if event.kind not in RECEIVED or event.kind in FAILURES:
        return False
    # Answers to what was scheduled only after the failure belong to a way not taken again.
    return event.ref < 0 or event.ref in scheduled


def _unplayed(event: Event) -> Event:
    return replace(event, text=event.text.replace('"IsPlayed":true', '"IsPlayed":false', 1))


def _voided(event: Event) -> Event:
    moment: str = json.loads(event.text)["Timestamp"]
    return rewound(parse_ticks(moment), None)
