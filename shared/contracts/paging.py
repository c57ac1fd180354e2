"""Lists that are read in pages, the newest first."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class ListPlace:
    """Behind which entry of a list one goes on: its moment, as `stamp` writes it, and its id."""

    moment: str
    id: str


def stamp(moment: datetime) -> str:
    """As a text that sorts like the time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
