"""The seams to what the app runs on: tokens, orchestrations, packs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from shared.contracts.identity import Caller
from shared.contracts.runs import EndedBadly, RunStatus
from shared.contracts.tools import Pack


class TokenVerifier(Protocol):
    async def verify(self, token: str) -> Caller:
        """Raises UnauthenticatedError."""
        ...


class Principals(Protocol):
    def read(self, header: str) -> Caller:
        """Who the platform says is signed in. Raises UnauthenticatedError."""
        ...


@dataclass(frozen=True, slots=True)
class OrchestrationState:
    """What Durable says of a run."""

    runtime: Literal["pending", "running", "completed", "failed", "terminated", "suspended"]
    status: RunStatus | None

    @property
    def is_over(self) -> bool:
        return self.runtime in ("completed", "failed", "terminated")


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A run that is not over, and what its orchestration says of itself."""

    run_id: str
    status: RunStatus | None


class Orchestrations(Protocol):
    """Starting and observing runs."""

    async def start(self, run_id: str, orchestrator: str, request: Mapping[str, object]) -> None:
        """Start a run; does nothing if one with this id is under way."""
        ...

    async def raise_event(self, run_id: str, name: str) -> None:
        """Wake a run that waits for this external event; nothing happens when the run is over."""
        ...

    async def state(self, run_id: str) -> OrchestrationState | None: ...

    async def terminate(self, run_id: str, reason: str) -> None:
        """End an orchestration whose run is over, whatever it still means to do."""
        ...

    async def ended_badly(self, since: datetime) -> tuple[EndedBadly, ...]:
        """Those created since then."""
        ...

    async def ended_badly_before(self, moment: datetime) -> tuple[EndedBadly, ...]:
        """Some of those created before then; none when there are none left."""
        ...

    async def forget(self, run_id: str) -> None:
        """Delete everything that is kept of an orchestration that is over."""
        ...

    async def forget_completed(self, before: datetime) -> int:
        """Delete everything that is kept of some that came to their end and were created before
        then. How many; 0 when there are none left."""
        ...

    async def under_way(self, since: datetime, until: datetime) -> tuple[UnderWay, ...]:
        """Those created in this time that are not over."""
        ...


class Packs(Protocol):
    @property
    def current(self) -> str:
        """The version that new conversations are pinned to."""
        ...

    @property
    def versions(self) -> tuple[str, ...]:
        """Every version that is deployed, the oldest first."""
        ...

    def get(self, version: str) -> Pack:
        """Raises PackGoneError for a version that is not deployed."""
        ...
