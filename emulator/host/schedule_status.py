"""What a timer knows of its runs, and where that outlives the host.

Fields and rules are those of ScheduleStatus and ScheduleMonitor of the timer extension; a file
`<function>.status` holds one status as JSON.
"""

import json
import logging
import os
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from urllib.parse import quote

from emulator.host.occurrences import next_occurrence
from emulator.host.schedule import Schedule

_NEVER = "0001-01-01T00:00:00+00:00"

_log = logging.getLogger("host.timers")


@dataclass(frozen=True, slots=True)
class ScheduleStatus:
    """The last run, the one that is next, and what `next` was counted from; None is never."""

    last: datetime | None
    next: datetime | None
    last_updated: datetime | None

    def document(self) -> dict[str, str]:
        """As the worker and the file see it."""
        return {
            "Last": _text(self.last),
            "Next": _text(self.next),
            "LastUpdated": _text(self.last_updated),
        }


class StatusFiles:
    """The statuses of all timers of an app, one file each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, function: str) -> ScheduleStatus | None:
        """None when there is none, or none that can be read."""
        file = self._file(function)
        try:
            document = json.loads(file.read_text("utf-8"))
            return ScheduleStatus(
                _moment(document["Last"]),
                _moment(document["Next"]),
                _moment(document["LastUpdated"]),
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("%s is passed over, the timer starts afresh: %s", file, error)
            return None

    def write(self, function: str, status: ScheduleStatus) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._file(function)
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps(status.document()), "utf-8")
        os.replace(draft, file)

    def _file(self, function: str) -> Path:
        return self._folder / f"{quote(function, safe='')}.status"


def status_at_start(
    known: ScheduleStatus | None, schedule: Schedule, now: datetime, zone: tzinfo
) -> ScheduleStatus:
    """The status to store when a timer starts: a changed schedule is not past due.

    `next` stays when it is what the schedule says from the last run on; then it may be past.
    """
    if known is None:
        return ScheduleStatus(None, next_occurrence(schedule, now, zone), now)
    counted_from = known.last or known.last_updated or now
    expected = next_occurrence(schedule, counted_from, zone)
    if known.next == expected:
        return known
    if expected is not None and now > expected:
        counted_from, expected = now, next_occurrence(schedule, now, zone)
    return ScheduleStatus(None, expected, counted_from)


def _text(moment: datetime | None) -> str:
    """As .NET prints a local time: trailing zeros of the fraction are cut."""
    if moment is None:
        return _NEVER
    if not moment.microsecond:
        return moment.isoformat()
    whole = moment.replace(microsecond=0).isoformat()
    fraction = f".{moment.microsecond:06d}".rstrip("0")
    return whole[:19] + fraction + whole[19:]


def _moment(text: str) -> datetime | None:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment if moment.year > 1 else None
