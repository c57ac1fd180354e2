"""The watch: runs that neither end nor wait for anybody are told to who operates them."""

import logging
from datetime import datetime, timedelta

from shared.contracts.runs import RunState
from shared.ports import Dependencies, Orchestrations, UnderWay
from shared.telemetry.operations import runs_stuck

log = logging.getLogger("eira.watch")

LOOK_BACK = timedelta(days=8)
AT_LEAST = timedelta(hours=1)
"""A run may wait half an hour for its turn, and works for minutes."""
MOST_NAMED = 20
RESTING: frozenset[RunState] = frozenset({"WAITING_APPROVAL", "DONE", "FAILED", "CANCELLED"})
"""One of them waits for a person; behind the others the orchestration may wait for Cerebro."""


async def watch(orchestrations: Orchestrations, deps: Dependencies) -> None:
    now = deps.now()
    until = now - AT_LEAST - timedelta(seconds=deps.policy.limits.seconds)
    found = await orchestrations.under_way(now - LOOK_BACK, until)
    stuck = sorted(each.run_id for each in found if _is_stuck(each, until))
    runs_stuck(len(stuck))
    if stuck:
        named = ", ".join(stuck[:MOST_NAMED])
        log.warning("%d runs are under way for too long: %s", len(stuck), named)


def _is_stuck(run: UnderWay, until: datetime) -> bool:
    status = run.status
    return status is None or (status.state not in RESTING and status.since < until)
