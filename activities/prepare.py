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
    record, outcome, turns = await asyncio.gather(
        load_record(request, deps),
        deps.runs.outcome(run.tenant_id, run.run_id),
        load_turns(request, deps),
    )
    if outcome is not None:
        return Prepared(ended=True)
    language = language_of(record.message, record.language)
    briefing = Briefing(deps.packs.get(record.pack_version), record, language, deps.now())
    opened = record.open_plan
    decision, usage = await triage(deps.model, briefing, turns, opened)
    return Prepared(
        after=request.after,
        usage=usage,
        route=decision.route,
        language=language,
        opened=opened is not None,
        continues=decision.continues_open_question and opened is not None,
        indexes=deps.policy.indexes,
    )
