"""Agent calls as the API leaves them."""

from shared.contracts.activities import RunRef
from shared.contracts.agents import AgentCall
from shared.contracts.identity import Caller
from tests.fakes.world import ANA, RUN_ID, World


async def begin_call(
    world: World, message: str, call: AgentCall, caller: Caller = ANA, run_id: str = RUN_ID
) -> RunRef:
    """A run in the conversation `c1` that is this call."""
    record = await world.recorded(message, caller, run_id)
    await world.runs.create(record.model_copy(update={"call": call}))
    return RunRef(
        run_id=run_id, tenant_id=caller.tenant_id, conversation_id="c1", correlation_id="corr-1"
    )
