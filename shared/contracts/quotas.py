"""How much may be asked for: by whom it is counted, in which window, and what is left."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

HOUR_SECONDS = 3_600
DAY_SECONDS = 86_400

type Counted = Literal["session", "user", "tenant"]


@dataclass(frozen=True, slots=True)
class QuotaLimits:
    """Runs that may be started in an hour, tokens that may be used in a day (UTC), and runs that
    may be under way at the same time; None: as many as one likes."""

    session_per_hour: int | None = None
    user_per_hour: int | None = None
    tenant_per_hour: int | None = None
    user_tokens_per_day: int | None = None
    tenant_tokens_per_day: int | None = None
    user_runs: int | None = None
    tenant_runs: int | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one subject may use at the same time and in a day; None: as much as it likes."""

    runs: int | None
    tokens: int | None

    @property
    def is_bounded(self) -> bool:
        return self.runs is not None or self.tokens is not None


@dataclass(frozen=True, slots=True)
class Use:
    """Runs that a subject has under way, and the tokens it used on the day that was asked for."""

    runs: tuple[str, ...] = ()
    tokens: int = 0


def session_subject(tenant_id: str, user_id: str, session_id: str | None, thread: str) -> str:
    """Two users may name their sessions alike; a conversation of messages is one of its own."""
    named = [thread] if session_id is None else [session_id, "named"]
    return _subject("session", tenant_id, user_id, *named)


def user_subject(tenant_id: str, user_id: str) -> str:
    return _subject("user", tenant_id, user_id)


def tenant_subject(tenant_id: str) -> str:
    return _subject("tenant", tenant_id)


def allowances(
    limits: QuotaLimits, tenant_id: str, user_id: str
) -> tuple[tuple[Counted, str, Allowance], ...]:
    """Who is counted while a run is under way, and what they may use; those who are not bounded
    are not counted."""
    user = Allowance(limits.user_runs, limits.user_tokens_per_day)
    tenant = Allowance(limits.tenant_runs, limits.tenant_tokens_per_day)
    counted: tuple[tuple[Counted, str, Allowance], ...] = (
        ("user", user_subject(tenant_id, user_id), user),
        ("tenant", tenant_subject(tenant_id), tenant),
    )
    return tuple(each for each in counted if each[2].is_bounded)


def hour_of(now: datetime) -> str:
    return f"{now:%Y%m%d%H}"


def day_of(now: datetime) -> str:
    """It begins with a letter: in a path of a patch a number might be the place in a list."""
    return f"d{now:%Y%m%d}"


def until_next_hour(now: datetime) -> int:
    return HOUR_SECONDS - now.minute * 60 - now.second


def until_next_day(now: datetime) -> int:
    return DAY_SECONDS - now.hour * HOUR_SECONDS - now.minute * 60 - now.second


def _subject(counted: Counted, *identity: str) -> str:
    """Nobody's name or id stands in the store."""
    return f"{counted}-{hashlib.sha256(json.dumps(identity).encode()).hexdigest()}"
