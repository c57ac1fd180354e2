"""Cerebro retrieval: one index; the planner fuses what several found."""

import asyncio
import logging

from activities.steps import load_record
from shared.contracts.activities import Retrieved, RetrieveRequest
from shared.contracts.evidence import SEARCH_FAILED, ContextPack, Snippet
from shared.contracts.runs import RunRecord
from shared.errors import ModelError, SearchError
from shared.ports import Dependencies, EventQuery, KnowledgeQuery

log = logging.getLogger("eira.retrieve")

MAX_QUERY_CHARACTERS = 1_000


async def retrieve(request: RetrieveRequest, deps: Dependencies) -> Retrieved:
    """An index that fails gives no snippets and a warning: the answer is worse, not impossible."""
    run = request.run
    record = await load_record(request, deps)
    (pack, warning), events = await asyncio.gather(
        _found(request, record, deps), _events(request, record, deps)
    )
    pack = pack.model_copy(update={"events": events})
    if warning:
        pack = pack.model_copy(update={"warnings": (*pack.warnings, warning)})
    await deps.runs.put_evidence(run.tenant_id, run.run_id, request.index, pack)
    return Retrieved(after=request.after, found=len(pack.snippets), warning=warning)


async def _found(
    request: RetrieveRequest, record: RunRecord, deps: Dependencies
) -> tuple[ContextPack, str | None]:
    """What the message's words and meaning find, and what it had to do without."""
    text = record.message[:MAX_QUERY_CHARACTERS]
    warning = None
    vector: tuple[float, ...] | None = None
    try:
        vector = tuple((await deps.model.embed([text]))[0])
    except ModelError:
        warning = "embedding_failed"
    query = KnowledgeQuery(
        text=text,
        index=request.index,
        tenant_id=request.run.tenant_id,
        roles=record.caller.roles,
        top=deps.policy.top,
        vector=vector,
        language=record.language,
        other_versions=tuple(each for each in deps.packs.versions if each != record.pack_version),
    )
    try:
        return await deps.knowledge.search(query), warning
    except SearchError:
        return ContextPack(), f"{SEARCH_FAILED}:{request.index}"


async def _events(
    request: RetrieveRequest, record: RunRecord, deps: Dependencies
) -> tuple[Snippet, ...]:
    """What was done in this conversation, or happened to a record of it: its words need not be in
    the message ("assign it to Marta"). A conversation that begins has none."""
    run = request.run
    if not run.follows or request.index != deps.policy.indexes[0]:
        return ()
    query = EventQuery(
        index=request.index,
        tenant_id=run.tenant_id,
        roles=record.caller.roles,
        conversation_id=run.conversation_id,
        entities=request.mentioned,
    )
    try:
        return await deps.knowledge.events(query)
    except SearchError as error:
        # Not worth a warning to the person: the conversation itself is remembered elsewhere.
        log.warning("run=%s no events: %s", run.run_id, error)
        return ()
