"""Ids of conversations and runs: ULIDs, which tell when they were made."""

import hashlib
from datetime import UTC, datetime

from ulid import ULID


def new_id() -> str:
    return str(ULID())


def thread_of(run_id: str) -> str:
    """The id of the thread that is made for a run: the same however often the run is started."""
    run = ULID.from_str(run_id).bytes
    return str(ULID.from_bytes(run[:6] + hashlib.sha256(run).digest()[:10]))


def born_at(identifier: str) -> datetime | None:
    """When the id was made; None for what is no ULID."""
    try:
        return datetime.fromtimestamp(ULID.from_str(identifier).timestamp, UTC)
    except ValueError:
        return None
