"""Which orchestrations a worker may run, by their versions.

Sources: "Orchestration versioning in Durable Functions" (matching, comparison), DurableTask.Core's
TaskOrchestrationDispatcher (what is refused stays in the queue, a termination too).
"""

import re
from dataclasses import dataclass
from enum import StrEnum

VERSION_MISMATCH = "VersionMismatch: Orchestration version did not comply with Worker Versioning"
"""What an orchestration fails with that is refused under `Fail`."""

# System.Version: two to four whole numbers of 32 bits.
_NUMBERED = re.compile(r"\d{1,9}(\.\d{1,9}){1,3}", re.ASCII)


class Match(StrEnum):
    """`versionMatchStrategy` of host.json."""

    NONE = "None"
    STRICT = "Strict"
    CURRENT_OR_OLDER = "CurrentOrOlder"


class Refusal(StrEnum):
    """`versionFailureStrategy`: what becomes of an orchestration that the worker may not run."""

    REJECT = "Reject"
    FAIL = "Fail"


@dataclass(frozen=True, slots=True)
class Versioning:
    """A worker's version (`defaultVersion`, None for none) and what it does with others."""

    worker: str | None = None
    match: Match = Match.CURRENT_OR_OLDER
    refusal: Refusal = Refusal.REJECT

    def takes(self, version: str | None) -> bool:
        """Whether the worker runs orchestrations of this version; one that has none runs all (as
        recorded: a start with `version=2.0` completes on a host without `defaultVersion`)."""
        if not self.worker:
            return True
        match self.match:
            case Match.NONE:
                return True
            case Match.STRICT:
                return version == self.worker
            case Match.CURRENT_OR_OLDER:
                return not is_newer(version, self.worker)


def is_newer(version: str | None, other: str | None) -> bool:
    """Whether a version comes after another; none at all comes before any."""
    if not version or not other:
        return bool(version)
    if _NUMBERED.fullmatch(version) and _NUMBERED.fullmatch(other):
        return _numbers(version) > _numbers(other)
    return version.upper() > other.upper()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
