"""Which runs were hit: every worker was killed while there was work between plan and record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

IDLE = "WAITING_APPROVAL"
"""Nobody works for a run that waits for a person; a blow then does not count."""


@dataclass(frozen=True, slots=True)
class Blow:
    """`at` is a Unix time in seconds; `whole` tells that no worker was left alive.

    Of a blow that leaves some alive nobody can say whether it hit the one at work for a run.
    """

    at: float
    whole: bool


def hit_in(
    view: Mapping[str, Any], audit: Sequence[Mapping[str, Any]], blows: Sequence[Blow]
) -> str | None:
    """The state in which the run was hit first; None when it was not.

    By what is stored: the plan's state is entered behind the plan, the audit's event is made
    before it is recorded. A run that did nothing that would be recorded cannot be hit.
    """
    since = [(_seconds(one["since"]), str(one["state"])) for one in view["states"]]
    planned = [at for at, state in since if state == "PLANNED"]
    recorded = [_seconds(one["at"]) for one in audit if one["kind"] == "flow.executed"]
    if not planned or not recorded:
        return None
    for blow in blows:
        if blow.whole and planned[0] <= blow.at <= recorded[0]:
            state = [name for at, name in since if at <= blow.at][-1]
            if state != IDLE:
                return state
    return None


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
