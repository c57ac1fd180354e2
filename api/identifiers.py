"""Ids of conversations and runs: ULIDs, which tell when they were made."""

from datetime import UTC, datetime

from ulid import ULID


def new_id() -> str:
    return str(ULID())


def born_at(identifier: str) -> datetime | None:
    """When the id was made; None for what is no ULID."""
    try:
        return datetime.fromtimestamp(ULID.from_str(identifier).timestamp, UTC)
    except ValueError:
        return None
