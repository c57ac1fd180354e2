"""The first step of an agent call: what was asked is taken in, judged, and its language told."""

import asyncio
import json
from collections.abc import Iterator

from activities.languages import answered_in, spoken_in
from activities.moderating import judged
from activities.scene import call_of
from activities.steps import has_ended, load_record
from shared.contracts.agent_activities import CallOpened, OpenCallRequest
from shared.contracts.runs import RunRecord
from shared.ports import Dependencies


async def open_call(request: OpenCallRequest, deps: Dependencies) -> CallOpened:
    """Raises StoreError; ContentBlockedError when what was asked may not be answered, and
    ModerationError when nobody can tell."""
    record, ended = await asyncio.gather(load_record(request, deps), has_ended(request, deps))
    if ended:
        return CallOpened(after=request.after, ended=True)
    known = await judged(list(_asked(record)), call_of(record), request, deps, asked=True)
    return CallOpened(
        after=request.after,
        unjudged=not known,
        language=answered_in(spoken_in(record.message), record.language),
    )


def _asked(record: RunRecord) -> Iterator[str]:
    """All that the model is told and the caller has written."""
    yield record.message
    instructions = call_of(record).system_prompt
    if instructions and instructions != record.message:
        yield instructions
    yield from (each.content for each in call_of(record).history)
    if record.context:
        yield json.dumps(record.context, ensure_ascii=False)
