"""Cerebro retrieval: one index; the planner fuses what several found."""

import asyncio
import logging

from activities.steps import load_record
from shared.contracts.activities import Retrieved, RetrieveRequest
from shared.contracts.evidence import SEARCH_FAILED, ContextPack, Snippet
from shared.contracts.runs import RunRecord
from shared.contracts.search import EMBEDDING_FAILED
from shared.errors import RequestError, SearchError
from shared.ports import Dependencies, EventQuery, KnowledgeQuery
from shared.search.context import diverse
from shared.search.embedding import query_vector

log = logging.getLogger("eira.retrieve")

MAX_QUERY_CHARACTERS = 1_000
CANDIDATES = 2
"""Times as many as are kept are asked for, to have some of other sources to choose from."""


async def retrieve(request: RetrieveRequest, deps: Dependencies) -> Retrieved:
    """An index that fails gives no snippets and a warning: the answer is worse, not impossible."""
    run = request.run
    record = await load_record(request, deps)
    (pack, warning), events = await asyncio.gather(
        _found(request, record, deps), _events(request, record, deps)
    )
    pack = pack.model_copy(update={"events": events})
    if warning and warning not in pack.warnings:
        pack = pack.model_copy(update={"warnings": (*pack.warnings, warning)})
    await deps.runs.put_evidence(run.tenant_id, run.run_id, request.index, pack)
    return Retrieved(after=request.after, found=len(pack.snippets), warning=warning)


async def _found(
    request: RetrieveRequest, record: RunRecord, deps: Dependencies
) -> tuple[ContextPack, str | None]:
    """What the message's words and meaning find, and what it had to do without."""
    text = record.message[:MAX_QUERY_CHARACTERS]
    policy = deps.policy.retrieval
    intent = record.call.search if record.call else policy.intent
    vector, warning = None, None
    if intent is None or (intent.mode in ("vector", "hybrid") and intent.vector is None):
        patience = _within(policy.embedding_seconds, record, deps)
        model = deps.models.embedder(record.scope) or deps.model
        vector = await query_vector(model, text, patience)
        warning = EMBEDDING_FAILED if vector is None else None
    query = KnowledgeQuery(
        text=text,
        index=request.index,
        tenant_id=request.run.tenant_id,
        roles=record.caller.roles,
        top=deps.policy.top * CANDIDATES,
        vector=vector,
        intent=intent,
        language=record.language,
        other_versions=tuple(each for each in deps.packs.versions if each != record.pack_version),
        scope=record.scope,
    )
    try:
        async with asyncio.timeout(_within(policy.seconds, record, deps)):
            found = await deps.knowledge.search(query)
        # Who says how many wants those that fit best, of whatever source they are.
        return found if intent and intent.top_k else diverse(found, deps.policy.top), warning
    except (SearchError, RequestError, TimeoutError) as error:
        log.warning("run=%s %s: %s", request.run.run_id, type(error).__name__, error)
        return ContextPack(), f"{SEARCH_FAILED}:{request.index}"


def _within(seconds: float, record: RunRecord, deps: Dependencies) -> float:
    """Not longer than the time of an agent call lasts, if this is one."""
    if record.call is None:
        return seconds
    spent = (deps.now() - record.received_at).total_seconds()
    return min(seconds, max(record.call.runtime.timeout_ms / 1000 - spent, 0.0))


async def _events(
    request: RetrieveRequest, record: RunRecord, deps: Dependencies
) -> tuple[Snippet, ...]:
    """What was done in this conversation, or happened to a record of it: its words need not be in
    the message ("assign it to Marta"). A conversation that begins has none, and agents ask for
    them with their tools."""
    run = request.run
    if record.call is not None or not run.follows or request.index != deps.policy.indexes[0]:
        return ()
    query = EventQuery(
        index=request.index,
        tenant_id=run.tenant_id,
        roles=record.caller.roles,
        conversation_id=run.conversation_id,
        entities=request.mentioned,
    )
    try:
        async with asyncio.timeout(deps.policy.retrieval.seconds):
            return await deps.knowledge.events(query)
    except (SearchError, TimeoutError) as error:
        # Not worth a warning to the person: the conversation itself is remembered elsewhere.
        log.warning("run=%s no events: %s %s", run.run_id, type(error).__name__, error)
        return ()
