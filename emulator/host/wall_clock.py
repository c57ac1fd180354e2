"""What time it is for timers, and waiting for a time of day; tests bring a clock of their own."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_ZONE_OF_THE_MACHINE = Path("/etc/localtime")
# In short naps: a machine that slept, or whose clock was set, is then hardly late.
_NAP_SECONDS = 30.0

_log = logging.getLogger("host.timers")


class WallClock(Protocol):
    """Tells the time and waits."""

    def now(self) -> datetime:
        """The time in UTC."""
        ...

    async def sleep_until(self, moment: datetime) -> None:
        """Return as soon as `moment` has come."""
        ...


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep_until(self, moment: datetime) -> None:
        wait = (moment - self.now()).total_seconds()
        while wait > 0:
            await asyncio.sleep(min(wait, _NAP_SECONDS))
            wait = (moment - self.now()).total_seconds()


def zone_of(environment: Mapping[str, str]) -> tzinfo:
    """The zone schedules are read in: WEBSITE_TIME_ZONE, TZ, or that of the machine.

    Names are those of the tz database, as on Linux. An unknown one is said, and UTC taken.
    """
    for setting in ("WEBSITE_TIME_ZONE", "TZ"):
        name = environment.get(setting, "").removeprefix(":")
        if name:
            return _named(setting, name)
    try:
        with _ZONE_OF_THE_MACHINE.open("rb") as file:
            return ZoneInfo.from_file(file)
    except (OSError, ValueError):
        return UTC


def _named(setting: str, name: str) -> tzinfo:
    try:
        if name.startswith("/"):
            with Path(name).open("rb") as file:
                return ZoneInfo.from_file(file)
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        _log.error(
            "%s=%s is no time zone: timers run in UTC; set a name such as Europe/Madrid",
            setting,
            name,
        )
        return UTC
