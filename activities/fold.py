"""Conversation memory: older turns become a summary, behind the end of a run. Nobody waits."""

from activities.prompts import Briefing, turns_section
from activities.remembering import to_fold
from activities.steps import load_record
from shared.contracts.activities import FoldRequest, StepResult
from shared.contracts.conversations import History, Summary
from shared.ports import Dependencies, ModelMessage, ModelRequest

MAX_TOKENS = 400
MOST_TURNS = 100
"""Looked at in one go: more than the runs between two summaries, also when some could not be
made."""
MOST_ENTITIES = 20
WRITE = ModelMessage("user", "Write the summary.")


async def fold(request: FoldRequest, deps: Dependencies) -> StepResult:
    """A second execution finds the summary and does nothing. Raises StoreError and ModelError."""
    run, policy = request.run, deps.policy
    record = await load_record(request, deps)
    found = await deps.conversations.history(run.tenant_id, run.conversation_id, MOST_TURNS)
    old = to_fold(found, policy.history_tokens, policy.history_turns)
    if not old:
        return StepResult(after=request.after)
    pack = deps.packs.get(record.pack_version)
    briefing = Briefing(pack, record, request.language, deps.now(), found.summary)
    system = briefing.system("summary", [turns_section(old)])
    completion = await deps.model.complete(
        ModelRequest(
            messages=(ModelMessage("system", system), WRITE),
            schema_name="summary",
            max_tokens=MAX_TOKENS,
        )
    )
    summary = Summary(
        run_id=old[-1].run_id,
        conversation_id=run.conversation_id,
        tenant_id=run.tenant_id,
        text=completion.text,
        entities=History(summary=found.summary, turns=old).entities[:MOST_ENTITIES],
    )
    there = await deps.conversations.get(run.tenant_id, run.conversation_id)
    erased = there is None or there.erasing is not None
    if completion.text.strip() and not erased:
        await deps.conversations.put_summary(summary)
    return StepResult(after=request.after, usage=completion.usage, model_calls=1)
