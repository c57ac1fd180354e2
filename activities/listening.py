"""Before work that costs: a run that is to end when nobody listens does so."""

from shared.contracts.runs import RunRecord
from shared.errors import RunStoppedError
from shared.ports import Dependencies


async def must_be_heard(record: RunRecord, deps: Dependencies) -> None:
    """Raises RunStoppedError when all who listened are gone, with the instances they were on as
    well; StoreError. Costs nothing unless the request asked for it."""
    if record.on_disconnect == "continue":
        return
    if await deps.readers.deserted(record.tenant_id, record.log_id, deps.now()):
        raise RunStoppedError(record.run_id)
