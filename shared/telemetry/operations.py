"""What is told to who operates the app beside requests and runs: what timers find and do."""

from typing import Literal

from shared.telemetry import names
from shared.telemetry.recording import recorder

type AuditTrouble = Literal["sealed_late", "not_anchored"]


def run_swept() -> None:
    """A run whose orchestration was dead got its end."""
    if (found := recorder()) is not None:
        found.measures.swept.add(1)


def runs_purged(count: int) -> None:
    """So many runs' histories are gone from Durable."""
    if (found := recorder()) is not None and count:
        found.measures.purged.add(count)


def runs_stuck(count: int) -> None:
    """So many runs neither end nor wait for anybody; also told when there are none."""
    if (found := recorder()) is not None:
        found.measures.stuck.set(count)


def audit_trouble(kind: AuditTrouble, count: int = 1) -> None:
    """Events that no run has sealed, or a tenant's chain that could not be anchored."""
    if (found := recorder()) is not None:
        found.measures.audit_troubles.add(count, {names.AUDIT_TROUBLE: kind})
