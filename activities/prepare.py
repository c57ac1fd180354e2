"""Intake and triage in one step: a checkpoint between them would gain nothing and cost a hop."""

import asyncio

from activities.intake import language_of
from activities.prompts import Briefing
from activities.steps import load_record, load_turns
from activities.triage import triage
from shared.contracts.activities import Prepared, PrepareRequest
from shared.ports import Dependencies


async def prepare(request: PrepareRequest, deps: Dependencies) -> Prepared:
    run = request.run
    record, turns = await asyncio.gather(load_record(request, deps), load_turns(request, deps))
    language = language_of(record.message, record.language)
    briefing = Briefing(deps.packs.get(record.pack_version), record, language, deps.now())
    opened = record.open_plan
    # Hardly any run has an end before its beginning: triage need not wait to know.
    (decision, usage), outcome = await asyncio.gather(
        triage(deps.model, briefing, turns, opened), deps.runs.outcome(run.tenant_id, run.run_id)
    )
    if outcome is not None:
        return Prepared(ended=True)
    return Prepared(
        after=request.after,
        usage=usage,
        model_calls=1,
        route=decision.route,
        language=language,
        opened=opened is not None,
        continues=decision.continues_open_question and opened is not None,
        indexes=deps.policy.indexes,
    )
