"""How long a service asks to be left alone: the header Retry-After."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, of a number or of a date (RFC 9110, 10.2.3); None for what is neither or past.

    A date is compared with the answer's own, so that nobody's clock has to be right. `headers`
    finds names without regard to case.
    """
    wait = headers.get("Retry-After", "").strip()
    if wait.isascii() and wait.isdecimal():
        return float(wait)
    until = _moment(wait)
    if until is None:
        return None
    seconds = (until - (_moment(headers.get("Date", "")) or datetime.now(UTC))).total_seconds()
    return seconds if seconds > 0 else None


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
