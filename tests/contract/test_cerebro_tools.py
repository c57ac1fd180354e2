"""Agents' tools against the real service: what is written is found, by its tenant only."""

from collections.abc import Callable
from dataclasses import replace

from shared.contracts.identity import Caller
from shared.ports import Dependencies, ToolAnswered, ToolInvocation
from shared.search.tools import CerebroTools
from tests.fakes.world import ANA


def tools_of(deps: Dependencies) -> CerebroTools:
    policy = deps.policy
    return CerebroTools(
        deps.knowledge, deps.model, policy.indexes[0], policy.top, policy.retrieval, deps.packs,
        deps.now,
    )  # fmt: skip


def asked(deps: Dependencies, tool: str, caller: Caller, **args: object) -> ToolInvocation:
    return ToolInvocation(deps.packs.get(deps.packs.current).tools[tool], args, caller, "c")


async def test_a_document_that_an_agent_wrote_is_found_and_replaced(
    deps: Dependencies, fresh: Callable[[], str]
) -> None:
    tenant, tools = ANA.model_copy(update={"tenant_id": fresh()}), tools_of(deps)
    word = f"w{fresh()}"
    note = {"id": "n", "title": f"Aviso {word}", "content": f"Obras {word}", "source": "Agente"}

    async def found(caller: Caller) -> list[object]:
        call = asked(deps, "ai_search", caller, query=word, mode="keyword")
        answer = await tools.call(replace(call, pack_version=deps.packs.current))
        assert isinstance(answer, ToolAnswered)
        citations = answer.result["citations"]
        assert isinstance(citations, list)
        return [each["documentId"] for each in citations if word in each["content"]]

    writing = asked(deps, "upsertCerebro", tenant, document=note)
    assert await tools.find(writing) is None
    written = await tools.call(writing)
    assert isinstance(written, ToolAnswered)
    assert await tools.call(writing) == written
    assert await tools.find(writing) == written.result
    assert await found(tenant) == [written.result["documentId"]]
    assert await found(ANA) == []
    changed = asked(deps, "upsertCerebro", tenant, document={**note, "content": f"Otro {word}"})
    assert await tools.find(changed) is None, "what is there is not what was to be written"
    assert await tools.call(changed) == written
    assert await tools.find(changed) == written.result
