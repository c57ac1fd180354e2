"""Retrieval from one index: what fails makes the answer worse, not impossible."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from activities.retrieve import MAX_QUERY_CHARACTERS, retrieve
from shared.contracts.activities import Retrieved, RetrieveRequest
from shared.contracts.agents import AgentCall, Runtime
from shared.contracts.evidence import ContextPack, KnowledgeDocument
from shared.contracts.retrieval import Retrieval
from shared.errors import ModelError, SearchError
from shared.ports import KnowledgeQuery
from shared.search.embedding import query_vector
from tests.fakes.calls import begin_call
from tests.fakes.samples import AT, evidence, snippet
from tests.fakes.services import FakeKnowledge, FakeModel
from tests.fakes.world import ANA, RUN_ID, World


async def retrieved(world: World, message: str = "¿Qué necesito?") -> Retrieved:
    run = await world.begin(message)
    return await retrieve(RetrieveRequest(run=run, index="cerebro", after=3), world.deps())


async def kept_by(world: World) -> ContextPack:
    pack = await world.runs.evidence(ANA.tenant_id, RUN_ID, "cerebro")
    assert pack is not None
    return pack


async def test_what_an_index_finds_is_kept_with_the_run() -> None:
    world = World()
    world.knowledge.packs["cerebro"] = evidence(snippet("a"), snippet("b"))
    result = await retrieved(world)
    assert (result.found, result.warning, result.after) == (2, None, 3)
    kept = await kept_by(world)
    assert [each.document_id for each in kept.snippets] == ["a", "b"]


async def test_the_query_is_bound_to_the_callers_tenant_and_roles() -> None:
    world = World()
    await retrieved(world)
    (query,) = world.knowledge.queries
    assert (query.tenant_id, query.roles) == (ANA.tenant_id, ANA.roles)
    assert query.vector is not None


@pytest.mark.parametrize(
    ("retrieval", "captions", "answers"),
    [
        (Retrieval(captions=True), "extractive", None),
        (Retrieval(answers=True), None, "extractive"),
    ],
)
async def test_captions_and_answers_are_asked_for_where_the_settings_say(
    retrieval: Retrieval, captions: str | None, answers: str | None
) -> None:
    world = World()
    deps = world.deps()
    request = RetrieveRequest(run=await world.begin("¿Qué necesito?"), index="cerebro")
    policy = replace(deps.policy, retrieval=retrieval)
    await retrieve(request, replace(deps, policy=policy))
    (query,) = world.knowledge.queries
    assert query.intent is not None
    assert (query.intent.mode, query.intent.captions) == ("hybrid", captions)
    assert query.intent.answers == answers


async def test_without_either_setting_nothing_is_asked_besides() -> None:
    world = World()
    await retrieved(world)
    assert world.knowledge.queries[0].intent is None


async def test_a_long_message_is_not_searched_for_whole() -> None:
    world = World()
    await retrieved(world, "palabra " * 900)
    assert len(world.knowledge.queries[0].text) == MAX_QUERY_CHARACTERS


async def test_without_an_embedding_the_words_are_searched_for_and_that_is_said() -> None:
    world = World()
    world.model.failure = ModelError("away")
    world.knowledge.packs["cerebro"] = evidence()
    result = await retrieved(world)
    assert (result.found, result.warning) == (1, "embedding_failed")
    assert world.knowledge.queries[0].vector is None
    kept = await kept_by(world)
    assert kept.warnings == ("embedding_failed",)


class SilentModel(FakeModel):
    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        await asyncio.Event().wait()
        raise AssertionError("nobody ends it")


class SilentKnowledge(FakeKnowledge):
    async def search(self, query: KnowledgeQuery) -> ContextPack:
        await asyncio.Event().wait()
        raise AssertionError("nobody ends it")


async def test_an_index_that_does_not_answer_in_time_is_done_without() -> None:
    world = World(knowledge=SilentKnowledge())
    deps = world.deps()
    hasty = replace(deps.policy, retrieval=Retrieval(seconds=0.001))
    request = RetrieveRequest(run=await world.begin("¿Qué necesito?"), index="cerebro")
    result = await retrieve(request, replace(deps, policy=hasty))
    assert (result.found, result.warning) == (0, "search_failed:cerebro")


async def test_an_index_is_not_waited_for_longer_than_a_call_may_take() -> None:
    world = World(knowledge=SilentKnowledge())
    call = AgentCall(session_id="s1", profile="rag", runtime=Runtime(timeout_ms=1))
    run = await begin_call(world, "¿Qué necesito?", call)
    found = await retrieve(RetrieveRequest(run=run, index="cerebro"), world.deps())
    assert (found.found, found.warning) == (0, "search_failed:cerebro")


async def test_without_a_vector_in_time_only_words_are_searched_for() -> None:
    assert await query_vector(SilentModel(), "licencia", 0.001) is None
    assert await query_vector(FakeModel(), "licencia", 60) == (8.0, 1.0)


async def test_of_more_than_is_kept_another_page_is_chosen() -> None:
    world = World()
    snippets = [
        snippet(page, url=f"https://x.example/{page}", score=1 - n / 20)
        for n, page in enumerate(["a#1", "a#2", "a#3", "b#1", "b#2", "c#1"])
    ]
    world.knowledge.packs["cerebro"] = evidence(*snippets)
    await retrieved(world)
    kept = await kept_by(world)
    assert [each.document_id for each in kept.snippets] == ["a#1", "b#1", "a#2", "c#1", "b#2"]
    assert world.knowledge.queries[0].top == 10


def event(name: str, **changes: object) -> KnowledgeDocument:
    return KnowledgeDocument(
        id=name, title=name, content=f"id = {name}", source="ERP", category="event",
        scope="tenant", kind="event", version="1", tenant_id=ANA.tenant_id, updated_at=AT,
        confidence=1.0,
    ).model_copy(update=changes)  # fmt: skip


async def events_of(world: World, follows: bool = True) -> list[str]:
    """Whose ids, asked in the conversation `c1` that a project was spoken of in."""
    run = (await world.begin("Asígnasela a Marta")).model_copy(update={"follows": follows})
    request = RetrieveRequest(run=run, index="cerebro", mentioned=("project:P-1",))
    await retrieve(request, world.deps())
    return [each.document_id for each in (await kept_by(world)).events]


async def test_events_of_the_conversation_and_of_its_records_are_kept_the_newest_first() -> None:
    world = World()
    later = AT + timedelta(hours=1)
    documents = [
        event("here", conversation_id="c1"),
        event("about", entities=("task:T-1", "project:P-1"), updated_at=later),
        event("elsewhere", conversation_id="c2", entities=("project:P-2",)),
        event("theirs", entities=("project:P-1",), tenant_id="t2"),
        event("secret", entities=("project:P-1",), allowed_roles=("nobody",)),
    ]
    world.knowledge.documents |= {each.id: each for each in documents}
    assert await events_of(world) == ["about", "here"]
    (about, _) = (await kept_by(world)).events
    assert about.entities == ("task:T-1", "project:P-1")


async def test_a_conversation_that_begins_is_asked_for_no_events() -> None:
    world = World()
    world.knowledge.documents["here"] = event("here", conversation_id="c1")
    assert await events_of(world, follows=False) == []
    assert world.knowledge.asked_events == []


async def test_an_index_that_is_away_finds_nothing_and_that_is_said() -> None:
    world = World()
    world.knowledge.failure = SearchError("away")
    result = await retrieved(world)
    assert (result.found, result.warning) == (0, "search_failed:cerebro")
    kept = await kept_by(world)
    assert kept.warnings == ("search_failed:cerebro",)


async def test_a_second_execution_keeps_what_the_first_found() -> None:
    """The plan was made from it, and the citations point into it."""
    world = World()
    world.knowledge.packs["cerebro"] = evidence(snippet("a"))
    await retrieved(world)
    world.knowledge.packs["cerebro"] = evidence(snippet("b"))
    await retrieved(world)
    kept = await kept_by(world)
    assert [each.document_id for each in kept.snippets] == ["a"]
