"""The change feed: the latest version of what changed, in the order of the changes."""

import sqlite3
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from . import charges
from .answers import Answer, bad_request
from .catalog import Container
from .partitioning import Range
from .queries import feed

INCREMENTAL = "incremental feed"
"""The value of A-IM for the latest version mode, whatever its case and hyphens."""


@dataclass(frozen=True, slots=True)
class FeedRequest:
    """`after` is the ETag of the page before, "*" for from now on, None for the beginning."""

    range: Range
    after: str | None
    modified_since: str | None
    at_most: int


def read_changes(
    db: sqlite3.Connection, container: Container, request: FeedRequest, lsn: int, now: float
) -> Answer:
    """A page of changes, 304 when there are none; its ETag is where the next page goes on."""
    after = lsn if request.after == "*" else _number(request.after)
    conditions = ["container = ?", "lsn > ?", "(expires IS NULL OR expires > ?)"]
    values: list[object] = [container.number, after, now]
    if request.range.end is None:
        conditions.append("epk = ?")
        values.append(request.range.start)
    else:
        conditions.append("epk >= ? AND epk < ?")
        values += (request.range.start, request.range.end)
    if request.modified_since is not None:
        conditions.append("ts >= ?")
        values.append(_epoch(request.modified_since))
    # The conditions are this function's own; what comes from outside is bound.
    statement = f"SELECT lsn, body FROM items WHERE {' AND '.join(conditions)} ORDER BY lsn LIMIT ?"  # noqa: S608
    rows = db.execute(statement, (*values, request.at_most)).fetchall()
    # Nothing new for this range: what happened elsewhere in the container need not be looked at.
    last = rows[-1][0] if rows else max(after, lsn)
    headers = {"etag": f'"{last}"', "x-ms-item-count": str(len(rows))}
    bodies = [body for _, body in rows]
    charge = charges.change_feed(len(rows), sum(map(len, bodies)))
    if not rows:
        return Answer(304, b"", headers, charge, "changeFeed", container.name)
    return Answer(200, feed(container, bodies), headers, charge, "changeFeed", container.name)


def _number(etag: str | None) -> int:
    text = (etag or "0").strip('"')
    if not text.isdigit():
        raise bad_request("The continuation of the change feed is not valid.")
    return int(text)


def _epoch(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp()
    except ValueError:
        raise bad_request(f"If-Modified-Since {date!r} is no HTTP date.") from None
