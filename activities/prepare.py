"""Intake and triage in one step: a checkpoint between them would gain nothing and cost a hop."""

import asyncio

from activities.languages import answered_in, spoken_in
from activities.prompts import Briefing
from activities.steps import has_ended, load_history, load_record
from activities.triage import triage
from shared.contracts.activities import Prepared, PrepareRequest
from shared.ports import Dependencies

MOST_MENTIONED = 5


async def prepare(request: PrepareRequest, deps: Dependencies) -> Prepared:
    record, history = await asyncio.gather(load_record(request, deps), load_history(request, deps))
    spoken = spoken_in(record.message)
    language = answered_in(spoken, record.language)
    pack = deps.packs.get(record.pack_version)
    briefing = Briefing(pack, record, language, deps.now(), history.summary)
    opened = record.open_plan
    # Hardly any run has an end before its beginning: triage need not wait to know.
    (decision, usage), ended = await asyncio.gather(
        triage(deps.model, briefing, history.turns, opened), has_ended(request, deps)
    )
    if ended:
        return Prepared(ended=True)
    continues = decision.continues_open_question and opened is not None
    policy = deps.policy.grounding.policy
    unsure = decision.confidence < deps.policy.least_confidence and not continues
    return Prepared(
        after=request.after,
        usage=usage,
        model_calls=1,
        # Who does not know which way to go asks.
        route="NEED_MORE_CONTEXT" if unsure else decision.route,
        confidence=decision.confidence,
        language=language,
        spoken=spoken,
        opened=opened is not None,
        continues=continues,
        drops=decision.drops_open_question and opened is not None and not continues and not unsure,
        indexes=() if policy == "never" else deps.policy.indexes,
        looks_later=policy == "conditional",
        mentioned=tuple(f"{each.type}:{each.id}" for each in history.entities[:MOST_MENTIONED]),
    )
