"""What the agents of a flow have done, when it has come to an end and none may be left out."""

import asyncio
import logging

from shared.awaiting import must_be_there
from shared.calling.parts import AgentPart, agents_of
from shared.contracts.runs import RunRecord
from shared.errors import StoreError
from shared.ports import Dependencies

log = logging.getLogger("eira.runs")


async def all_agents_of(flow: RunRecord, deps: Dependencies) -> tuple[AgentPart, ...]:
    """As `agents_of`; the end of each call that is over is looked for until it is there. Raises
    StoreError."""

    async def over(tenant_id: str, child: str) -> RunRecord | None:
        async def ended() -> RunRecord | None:
            record, outcome = await asyncio.gather(
                deps.runs.get(tenant_id, child), deps.runs.outcome(tenant_id, child)
            )
            return record if outcome is not None else None

        try:
            return await must_be_there(ended, f"the end of run {child}")
        except StoreError as error:
            # One that was refused or crashed has none: then what there is of it.
            log.warning("run=%s of flow run=%s: %s", child, flow.run_id, error)
            return await deps.runs.get(tenant_id, child)

    return await agents_of(flow, deps, over=over)
