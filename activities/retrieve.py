"""Cerebro retrieval: one index; the planner fuses what several found."""

from activities.steps import load_record
from shared.contracts.activities import Retrieved, RetrieveRequest
from shared.contracts.evidence import SEARCH_FAILED, ContextPack
from shared.errors import ModelError, SearchError
from shared.ports import Dependencies, KnowledgeQuery

MAX_QUERY_CHARACTERS = 1_000


async def retrieve(request: RetrieveRequest, deps: Dependencies) -> Retrieved:
    """An index that fails gives no snippets and a warning: the answer is worse, not impossible."""
    run = request.run
    record = await load_record(request, deps)
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
        tenant_id=run.tenant_id,
        roles=record.caller.roles,
        top=deps.policy.top,
        vector=vector,
        language=record.language,
        other_versions=tuple(each for each in deps.packs.versions if each != record.pack_version),
    )
    try:
        pack = await deps.knowledge.search(query)
    except SearchError:
        warning = f"{SEARCH_FAILED}:{request.index}"
        pack = ContextPack()
    if warning:
        pack = pack.model_copy(update={"warnings": (*pack.warnings, warning)})
    await deps.runs.put_evidence(run.tenant_id, run.run_id, request.index, pack)
    return Retrieved(after=request.after, found=len(pack.snippets), warning=warning)
