"""What every step begins with: its writer on the run's log, and the record of the run."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from uuid import uuid4

from activities.intake import normalised
from activities.remembering import newest_within
from shared.awaiting import must_be_there
from shared.contracts.activities import StepRequest
from shared.contracts.agent_steps import AgentResult
from shared.contracts.conversations import History
from shared.contracts.effects import Effect
from shared.contracts.events import RunEvent, StateEvent
from shared.contracts.evidence import SEARCH_FAILED, SEARCH_PARTIAL, ContextPack
from shared.contracts.identity import Language
from shared.contracts.outcomes import outcomes_of
from shared.contracts.plan import Plan
from shared.contracts.runs import PartOf, RunRecord, ToolOutcome
from shared.contracts.search import SearchIntent
from shared.ports import Dependencies
from shared.search.context import diverse, within
from shared.search.fusion import merged
from shared.streams.writing import AnswerWriter, LogWriter


async def load_record(request: StepRequest, deps: Dependencies) -> RunRecord:
    """The record, its message cleaned by intake. Raises StoreError."""
    run = request.run
    record = await must_be_there(
        lambda: deps.runs.get(run.tenant_id, run.run_id), f"the record of run {run.run_id}"
    )
    cleaned = {"message": normalised(record.message)}
    if not run.queued:
        return record.model_copy(update=cleaned)
    # What was open when the message was posted is not what is open now that its turn has come.
    opened = await deps.runs.opened(run.tenant_id, run.run_id)
    return record.model_copy(update={**cleaned, "open_plan": opened})


async def has_ended(request: StepRequest, deps: Dependencies) -> bool:
    """Whether the run was started again behind its end. Raises StoreError."""
    run = request.run
    return run.repeatable and await deps.runs.outcome(run.tenant_id, run.run_id) is not None


async def load_plan(request: StepRequest, deps: Dependencies) -> Plan:
    """The plan that an earlier step of this run stored. Raises StoreError."""
    run = request.run
    return await must_be_there(
        lambda: deps.runs.plan(run.tenant_id, run.run_id), f"the plan of run {run.run_id}"
    )


async def load_outcomes(
    request: StepRequest, steps: int, language: Language, deps: Dependencies
) -> tuple[ToolOutcome, ...]:
    """What came of the first `steps` calls, all of which have ended. Raises StoreError."""
    if steps == 0:
        return ()
    effects = await load_effects(request, steps, deps)
    record, plan = await asyncio.gather(load_record(request, deps), load_plan(request, deps))
    return outcomes_of(effects, plan, deps.packs.get(record.pack_version).tools, language)


async def load_effects(request: StepRequest, steps: int, deps: Dependencies) -> tuple[Effect, ...]:
    """The effects of the first `steps` calls, all of which have ended. Raises StoreError."""
    run = request.run

    async def settled() -> tuple[Effect, ...] | None:
        effects = await deps.effects.of_run(run.tenant_id, run.run_id, steps)
        ended = [effect for effect in effects if effect.state not in ("reserved", "sent")]
        return effects if len(ended) == steps else None

    return await must_be_there(settled, f"the effects of run {run.run_id}")


async def load_results(
    request: StepRequest, used: int, deps: Dependencies
) -> tuple[AgentResult, ...]:
    """What came of the agents' tool calls, `used` of which have ended. Raises StoreError."""
    run = request.run

    async def ended() -> tuple[AgentResult, ...] | None:
        found = await deps.agent_steps.results(run.tenant_id, run.run_id)
        return found if len(found) >= used else None

    return await must_be_there(ended, f"the tool results of run {run.run_id}")


def log_writer(request: StepRequest, step: str, deps: Dependencies) -> LogWriter:
    run, part = request.run, _part_of(request, deps)
    step = step_in_log(request, step)
    return LogWriter(deps.log, run.log_id, step, uuid4().hex, request.after, part)


def answer_writer(request: StepRequest, step: str, deps: Dependencies) -> AnswerWriter:
    run, part = request.run, _part_of(request, deps)
    step = step_in_log(request, step)
    return AnswerWriter(deps.log, run.log_id, step, uuid4().hex, request.after, part)


def log_of_node(request: StepRequest, step: str, node: str, deps: Dependencies) -> AnswerWriter:
    """What is written is of this execution of a flow's node."""
    run_id = request.run.run_id

    async def part_of() -> PartOf:
        return PartOf(run_id=run_id, number=0, node=node)

    return AnswerWriter(deps.log, run_id, step, uuid4().hex, request.after, part_of)


def step_in_log(request: StepRequest, step: str) -> str:
    """What a step is called in the log: there are others of the same name in that of a flow."""
    part = request.run.part
    return f"{part.number}:{step}" if part else step


def _part_of(request: StepRequest, deps: Dependencies) -> Callable[[], Awaitable[PartOf]] | None:
    if request.run.part is None:
        return None

    async def part_of() -> PartOf:
        record = await load_record(request, deps)
        assert record.part_of is not None, "written with the record"
        return record.part_of

    return part_of


def announced(request: StepRequest, deps: Dependencies) -> list[RunEvent]:
    now = deps.now()
    return [StateEvent(state=state, at=now) for state in request.announce]


async def load_evidence(
    request: StepRequest,
    indexes: Sequence[str],
    deps: Dependencies,
    intent: SearchIntent | None = None,
) -> ContextPack:
    """What the model is told of `load_found`: within the budget. Raises StoreError."""
    found = await load_found(request, indexes, deps, intent)
    return within(found, deps.policy.retrieval.tokens)


async def load_found(
    request: StepRequest,
    indexes: Sequence[str],
    deps: Dependencies,
    intent: SearchIntent | None = None,
) -> ContextPack:
    """What the indexes found for this run, as one pack; of what `intent` asks for, the page.
    Raises StoreError."""
    run, policy = request.run, deps.policy
    packs = await asyncio.gather(
        *(
            must_be_there(
                partial(deps.runs.evidence, run.tenant_id, run.run_id, index),
                f"the evidence of run {run.run_id} from {index}",
            )
            for index in indexes
        )
    )
    everything = sum(len(pack.snippets) for pack in packs)
    how = policy.retrieval.normalisation
    if intent is not None and intent.top_k is not None:
        skipped = intent.skip if len(indexes) > 1 else 0
        return merged(packs, how, intent.top_k, skipped)
    return diverse(merged(packs, how, everything), policy.top)


def warnings_of(evidence: ContextPack) -> Iterator[str]:
    """Each once, however many indexes it was: people are not told of indexes."""
    for key in dict.fromkeys(warning.partition(":")[0] for warning in evidence.warnings):
        yield SEARCH_PARTIAL if key == SEARCH_FAILED and evidence.snippets else key


async def load_history(request: StepRequest, deps: Dependencies) -> History:
    """What the model is told of the conversation before this run."""
    run, policy = request.run, deps.policy
    if not run.follows:
        return History()
    # One more than can be told, for the summary beside the turns.
    found = await deps.conversations.history(
        run.tenant_id, run.conversation_id, policy.history_turns + 1, before=run.run_id
    )
    newest = newest_within(found.turns, policy.history_tokens, policy.history_turns)
    return History(summary=found.summary, turns=newest, cut=len(newest) < len(found.turns))
