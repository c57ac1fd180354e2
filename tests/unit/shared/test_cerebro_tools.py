"""Cerebro as tools: what agents find and write is their caller's, whatever the arguments say."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from shared.contracts.effects import Effect
from shared.contracts.evidence import ContextPack, ExtractiveAnswer, KnowledgeDocument
from shared.contracts.identity import Caller
from shared.contracts.outcomes import outcome_of
from shared.contracts.plan import ToolCall
from shared.contracts.retrieval import Retrieval
from shared.errors import CerebroError, ModelError, SearchError
from shared.packs import FolderPacks
from shared.ports import KnowledgeQuery, ToolAnswered, ToolInvocation, ToolRefused
from shared.search.tools import CerebroTools, document_id
from shared.tools.kinds import ToolsByKind
from shared.tools.ledger import Ledger, first_state, silent
from shared.tools.schemas import is_valid
from tests.fakes.samples import AT, evidence, snippet
from tests.fakes.services import FakeKnowledge, FakeModel, FakeTools
from tests.fakes.stores import FakeEffects
from tests.fakes.world import ANA, OLGA, PACKS

PACK = FolderPacks(PACKS).get(FolderPacks(PACKS).current)
NOTE: dict[str, object] = {
    "id": "avisos", "title": "Avisos de obra", "content": "Las obras se avisan con quince días.",
    "source": "Urbanismo",
}  # fmt: skip


@dataclass
class LosingKnowledge(FakeKnowledge):
    """Stores what it is given and then fails as often as `lost` says."""

    lost: int = 0
    written: list[str] = field(default_factory=list)

    async def upsert(
        self, index: str, documents: Sequence[tuple[KnowledgeDocument, Sequence[float] | None]]
    ) -> None:
        await FakeKnowledge.upsert(self, index, documents)
        self.written += [document.id for document, _ in documents]
        if self.lost:
            self.lost -= 1
            raise SearchError("the connection broke")


@dataclass
class Scene:
    knowledge: FakeKnowledge = field(default_factory=FakeKnowledge)
    model: FakeModel = field(default_factory=FakeModel)

    @property
    def tools(self) -> CerebroTools:
        packs = FolderPacks(PACKS)
        return CerebroTools(
            self.knowledge,
            self.model,
            "cerebro",
            5,
            Retrieval(),
            packs,
            lambda: datetime.now(UTC),
        )

    async def answered(self, tool: str, caller: Caller = ANA, **args: object) -> dict[str, object]:
        answer = await self.tools.call(asked(tool, caller, **args))
        assert isinstance(answer, ToolAnswered)
        assert is_valid(answer.result, PACK.tools[tool].result)
        return answer.result

    async def refused(self, tool: str, **args: object) -> str:
        answer = await self.tools.call(asked(tool, ANA, **args))
        assert isinstance(answer, ToolRefused)
        return answer.reason


def listed(result: dict[str, object], name: str) -> list[dict[str, object]]:
    found = result[name]
    assert isinstance(found, list)
    return found


def asked(tool: str, caller: Caller = ANA, **args: object) -> ToolInvocation:
    contract = PACK.tools[tool]
    return ToolInvocation(contract, args, caller, "correlation", key="e1")


@pytest.mark.parametrize("tool", ["searchCerebro", "ai_search"])
async def test_what_is_found_is_told_as_citations(tool: str) -> None:
    scene = Scene(FakeKnowledge(packs={"cerebro": evidence()}))
    found = await scene.answered(tool, query="licencia")
    (citation,) = listed(found, "citations")
    assert citation["documentId"] == "licencia"
    assert citation["source"] == "Sede"
    assert "renovar la licencia" in str(citation["content"])


@pytest.mark.parametrize(("worth", "warnings"), [(1.9, ["evidence_weak"]), (2.0, [])])
async def test_an_agent_is_told_that_what_was_found_may_not_be_enough(
    worth: float, warnings: list[str]
) -> None:
    ranked = snippet().model_copy(update={"reranker_score": worth})
    scene = Scene(FakeKnowledge(packs={"cerebro": evidence(ranked)}))
    found = await scene.answered("ai_search", query="licencia", mode="semantic")
    assert found["warnings"] == warnings


async def test_a_search_is_the_callers_and_of_the_conversations_pack() -> None:
    scene = Scene()
    await scene.answered("searchCerebro", OLGA, query="licencia", filters="kind eq 'rule'", topK=3)
    (query,) = scene.knowledge.queries
    assert (query.tenant_id, query.roles) == (OLGA.tenant_id, OLGA.roles)
    assert query.other_versions == ()
    assert query.intent is not None
    assert (query.intent.filter, query.intent.top_k) == ("kind eq 'rule'", 3)
    assert query.vector is not None


async def test_several_indexes_are_one_list_and_one_that_fails_is_a_warning() -> None:
    rules = evidence(snippet("a", score=1.0), snippet("b", score=0.4))
    faq = evidence(snippet("c", index="faq", score=0.9))
    both = FakeKnowledge(
        packs={"cerebro": rules, "faq": faq}, indexes=frozenset({"cerebro", "faq"})
    )
    found = await Scene(both).answered("ai_search", query="x", indexes=["cerebro", "faq"], topK=2)
    assert [each["documentId"] for each in listed(found, "citations")] == ["a", "c"]
    half = FakeKnowledge(packs={"cerebro": rules}, indexes=frozenset({"cerebro", "away"}))
    lost = await Scene(AwayKnowledge(half)).answered(
        "ai_search", query="x", indexes=["cerebro", "away"]
    )
    assert lost["warnings"] == ["search_failed:away"]
    assert len(listed(lost, "citations")) == 2


class AwayKnowledge(FakeKnowledge):
    """The index `away` is."""

    def __init__(self, of: FakeKnowledge) -> None:
        super().__init__(packs=of.packs, indexes=of.indexes)

    def _check(self, index: str) -> None:
        if index == "away":
            raise SearchError("away")


async def test_the_best_answers_come_first() -> None:
    said = [
        ExtractiveAnswer(text=text, score=score, document_id="d", index="cerebro")
        for text, score in (("Quizá.", 0.7), ("Sí.", 0.9))
    ]
    scene = Scene(FakeKnowledge(packs={"cerebro": ContextPack(answers=tuple(said))}))
    found = await scene.answered("ai_search", query="x", answers="extractive")
    assert [each["text"] for each in listed(found, "answers")] == ["Sí.", "Quizá."]


async def test_without_embeddings_the_words_are_searched_and_that_is_said() -> None:
    scene = Scene(model=FakeModel(failure=ModelError("away")))
    found = await scene.answered("ai_search", query="x", mode="hybrid")
    assert found["warnings"] == ["embedding_failed"]
    assert (await scene.answered("ai_search", query="x", mode="keyword"))["warnings"] == []


async def test_what_cannot_be_asked_is_refused_with_the_reason() -> None:
    scene = Scene()
    assert "secreto" in await scene.refused("ai_search", query="x", index="secreto")
    assert "/search/filter" in await scene.refused("searchCerebro", query="x", filters="kind eq")
    assert "/search/select/0" in await scene.refused("ai_search", query="x", select=["tenantId"])
    assert "/search/topK" in await scene.refused("ai_search", query="x", topK=11)
    assert scene.knowledge.queries == []


async def test_a_search_that_fails_is_told_as_one_of_cerebro() -> None:
    scene = Scene(FakeKnowledge(failure=SearchError("away", retry_after=2)))
    with pytest.raises(CerebroError) as caught:
        await scene.tools.call(asked("searchCerebro", query="x"))
    assert (caught.value.code, caught.value.sent) == ("SEARCH_UNAVAILABLE", False)
    assert caught.value.retry_after == 2


# --- writing --------------------------------------------------------------------------------------


async def test_a_document_is_the_callers_tenants_and_found_by_it_only() -> None:
    scene = Scene()
    await scene.answered("upsertCerebro", document=NOTE)
    (stored,) = scene.knowledge.documents.values()
    assert (stored.tenant_id, stored.kind, stored.scope) == (ANA.tenant_id, "faq", "tenant")
    mine = await scene.answered("searchCerebro", query="obras")
    theirs = await scene.answered("searchCerebro", OLGA, query="obras")
    assert (len(listed(mine, "citations")), theirs["citations"]) == (1, [])


async def test_the_same_id_is_one_document_in_a_tenant_and_another_in_each() -> None:
    scene = Scene()
    first = await scene.answered("upsertCerebro", document=NOTE)
    again = await scene.answered("upsertCerebro", document={**NOTE, "content": "Con un mes."})
    other = await scene.answered("upsertCerebro", OLGA, document=NOTE)
    assert first == again
    assert first["documentId"] != other["documentId"]
    assert len(scene.knowledge.documents) == 2
    assert scene.knowledge.documents[str(first["documentId"])].content == "Con un mes."


@pytest.mark.parametrize(
    "stray",
    [{"tenantId": "tenant-b"}, {"tenant_id": "*"}, {"kind": "event"}, {"contentHash": "x"}],
)
def test_nobody_writes_for_another_tenant_or_as_an_event(stray: dict[str, str]) -> None:
    arguments = PACK.tools["upsertCerebro"].arguments
    assert is_valid({"document": NOTE}, arguments)
    assert not is_valid({"document": {**NOTE, **stray}}, arguments)
    assert not is_valid({"document": NOTE, **stray}, arguments)


def test_no_name_of_one_tenant_is_a_name_of_another() -> None:
    one, other = (ANA.model_copy(update={"tenant_id": each}) for each in ("a", "a\nb"))
    assert document_id(one, "b\nc") != document_id(other, "c")


async def test_without_its_vector_nothing_is_written() -> None:
    scene = Scene(model=FakeModel(failure=ModelError("away")))
    with pytest.raises(CerebroError) as caught:
        await scene.tools.call(asked("upsertCerebro", document=NOTE))
    assert not caught.value.sent
    assert scene.knowledge.documents == {}


async def test_a_document_is_found_only_once_all_of_it_is_as_it_was_to_be() -> None:
    scene = Scene()
    await scene.answered("upsertCerebro", document={**NOTE, "id": "another"})
    assert await scene.tools.find(asked("upsertCerebro", document=NOTE)) is None
    written = await scene.answered("upsertCerebro", document=NOTE)
    assert await scene.tools.find(asked("upsertCerebro", document=NOTE)) == written
    for change in (
        {"title": "Avisos"},
        {"url": "https://a.example/"},
        {"confidence": 0.9},
        {"allowedRoles": ["manager"]},
        {"version": "2"},
    ):
        changed = asked("upsertCerebro", document={**NOTE, **change})
        assert await scene.tools.find(changed) is None


class SlowKnowledge(FakeKnowledge):
    async def search(self, query: KnowledgeQuery) -> ContextPack:
        return await asyncio.Future[ContextPack]()

    async def upsert(
        self, index: str, documents: Sequence[tuple[KnowledgeDocument, Sequence[float] | None]]
    ) -> None:
        await asyncio.Future[None]()


@pytest.mark.parametrize(
    ("tool", "args", "sent"),
    [("ai_search", {"query": "x"}, False), ("upsertCerebro", {"document": NOTE}, True)],
)
async def test_a_call_takes_no_longer_than_its_contract_says(
    tool: str, args: dict[str, object], sent: bool
) -> None:
    call = asked(tool, ANA, **args)
    call = replace(call, contract=call.contract.model_copy(update={"timeout_ms": 10}))
    with pytest.raises(CerebroError, match="no answer within") as caught:
        await Scene(SlowKnowledge()).tools.call(call)
    assert caught.value.sent is sent


# --- in the ledger --------------------------------------------------------------------------------


async def settled(scene: Scene, effects: FakeEffects, holder: str = "h") -> Effect:
    contract = PACK.tools["upsertCerebro"]
    effect = Effect(
        effect_id="e1", tenant_id=ANA.tenant_id, run_id="r1", step=0, tool=contract.name,
        state=first_state(contract), args={"document": NOTE}, holder=holder, updated_at=AT,
    )  # fmt: skip
    others = FakeTools()
    tools = ToolsByKind(rest=others, cerebro=scene.tools, http=others, mcp=others)
    ledger = Ledger(effects, tools, lambda: AT, chance=lambda: 0.0)
    return await ledger.settle(effect, asked("upsertCerebro", document=NOTE))


async def test_a_write_whose_answer_was_lost_is_done_once_it_is_found() -> None:
    knowledge = LosingKnowledge(lost=1)
    effect = await settled(Scene(knowledge), FakeEffects())
    assert effect.state == "done"
    assert len(knowledge.documents) == 1


async def test_after_a_crash_it_is_found_or_written_again_under_the_same_id() -> None:
    knowledge, effects = LosingKnowledge(), FakeEffects()
    first = await settled(Scene(knowledge), effects)
    second = await settled(Scene(knowledge), effects, holder="another")
    assert (first.state, second.state) == ("done", "done")
    assert first.result == second.result
    assert len(set(knowledge.written)) == 1


async def test_a_write_that_nobody_can_tell_of_is_unknown_in_cerebros_words() -> None:
    scene = Scene(FakeKnowledge(failure=SearchError("away", retry_after=60)))
    effect = await settled(scene, FakeEffects())
    contract = PACK.tools["upsertCerebro"]
    call = ToolCall(tool=contract.name, args={"document": NOTE})
    told = outcome_of(effect, call, contract, "es")
    assert told.status == "unknown"
    assert told.error == "Cerebro no ha contestado y no se sabe si el documento llegó a guardarse."


def test_nonsense_of_a_search_is_told_as_such_and_as_nothing_that_was_stored() -> None:
    assert silent(PACK.tools["searchCerebro"]) == "nonsense_of_cerebro"
    assert silent(PACK.tools["upsertCerebro"]) == "no_answer_of_cerebro"
    assert silent(PACK.tools["findTasks"]) == "no_answer"


# --- who is told of them --------------------------------------------------------------------------


def test_the_planner_of_tasks_has_its_evidence_and_is_not_told_of_these_tools() -> None:
    agents = {"searchCerebro", "upsertCerebro", "ai_search"}
    assert agents <= PACK.tools.keys()
    assert agents.isdisjoint(PACK.planned)
    assert PACK.tools["upsertCerebro"].right == "knowledge:write"
    assert {PACK.tools[name].effect for name in agents - {"upsertCerebro"}} == {False}
