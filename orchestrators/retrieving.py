"""Looking into every index, in parallel, as many at the same time as the settings allow."""

from collections.abc import Sequence
from itertools import batched

from orchestrators.progress import Progress, Steps
from shared.contracts.activities import RETRIEVE, RetrieveRequest
from shared.durable import call_all


def retrieve_all(
    progress: Progress, indexes: Sequence[str], mentioned: tuple[str, ...] = ()
) -> Steps[None]:
    progress.check_limits()
    if not indexes:
        return
    requests = [
        RetrieveRequest(**progress.peek(), index=index, mentioned=mentioned) for index in indexes
    ]
    at_once = progress.limits.fan_out or max(len(requests), 1)
    for wave in batched(requests, at_once, strict=False):
        calls = [(RETRIEVE, each) for each in wave]
        for found in (yield from call_all(progress.context, calls)):
            progress.done(found)
    progress.enter("RETRIEVED_CONTEXT")
