"""The purger: what Durable keeps of a run goes after a time, and never before its end."""

import logging
from datetime import timedelta

from api.sweep import Look, end_badly, started_with
from shared.contracts.runs import EndedBadly
from shared.errors import DependencyError
from shared.ports import Dependencies, Orchestrations
from shared.telemetry.operations import runs_purged

log = logging.getLogger("eira.purge")

MOST_SLICES = 12
"""Of runs that came to their end, at one time. What is left waits for the next."""
LONGEST = timedelta(minutes=4)
"""No slice begins later: the host ends a function after ten minutes."""


async def purge(orchestrations: Orchestrations, deps: Dependencies, look: Look) -> None:
    """Runs that ended well, then the others. What is purged twice at the same time is purged
    once."""
    began = deps.now()
    before = began - deps.policy.history_kept
    gone = 0
    for _ in range(MOST_SLICES):
        some = await orchestrations.forget_completed(before)
        gone += some
        if not some or deps.now() - began > LONGEST:
            break
    for ended in await orchestrations.ended_badly_before(before):
        if deps.now() - began > LONGEST:
            break
        gone += await _forget(ended, orchestrations, deps, look)
    runs_purged(gone)
    if gone:
        log.info("%d histories purged, of runs begun before %s", gone, before.isoformat())


async def _forget(
    ended: EndedBadly, orchestrations: Orchestrations, deps: Dependencies, look: Look
) -> int:
    """The sweeper has looked at it for days; but it may have been away as long."""
    try:
        request = started_with(ended)
        if request is not None:
            run = request.run
            # The event log is gone by now, so the outcome says whether the run has its end.
            if await deps.runs.outcome(run.tenant_id, run.run_id) is None:
                await end_badly(ended, deps, look)
        await orchestrations.forget(ended.run_id)
    except DependencyError as error:
        # The other runs do not have to wait for this one; it is looked at again.
        log.warning("run=%s could not be purged: %s", ended.run_id, error)
        return 0
    return 1
