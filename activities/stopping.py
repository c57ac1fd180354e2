"""Giving up a model call that nobody sees anything of, when its run is asked to stop."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from shared.contracts.activities import StepRequest
from shared.errors import RunStoppedError
from shared.ports import Dependencies
from shared.streams.writing import STOP_STEP

LOOK_SECONDS = 1.0
"""A look costs a request unit. Who streams an answer meets the stop with what it writes."""


async def unless_stopped[Result](
    work: Coroutine[Any, Any, Result], request: StepRequest, deps: Dependencies
) -> Result:
    """What comes of the work. Raises RunStoppedError when the run is asked to stop before: the work
    is cancelled then, and with it the connection to the model; and StoreError."""
    working, position = asyncio.create_task(work), request.after
    try:
        while not working.done():
            await asyncio.wait([working], timeout=LOOK_SECONDS)
            while not working.done() and (
                item := await deps.log.get(request.run.log_id, position + 1)
            ):
                position = item.last
                if item.key.startswith(f"{STOP_STEP}/"):
                    raise RunStoppedError(request.run.run_id)
        return working.result()
    finally:
        working.cancel()
        await asyncio.wait([working])
