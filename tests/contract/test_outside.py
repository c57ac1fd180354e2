"""The ports Knowledge, Model, Tools and TokenVerifier."""

import asyncio
import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from urllib.request import Request, urlopen

import pytest
from jsonschema import Draft202012Validator

from shared.contracts.evidence import ContextPack, KnowledgeDocument
from shared.contracts.identity import Caller
from shared.contracts.search import SearchIntent
from shared.errors import (
    InvalidRequestError,
    NotAllowedError,
    RequestError,
    SearchError,
    UnauthenticatedError,
)
from shared.ports import (
    Dependencies,
    EventQuery,
    KnowledgeQuery,
    ModelMessage,
    ModelRequest,
    StreamEnd,
    ToolAnswered,
    ToolInvocation,
)
from shared.search.fusion import MOST_EVENTS
from tests.e2e.cloud import Services
from tests.fakes.samples import AT
from tests.fakes.services import FakeModel
from tests.fakes.world import ANA, OLGA

type Fresh = Callable[[], str]
INDEX = "cerebro"
SAY_HELLO = ModelRequest((ModelMessage("system", "Eres amable."), ModelMessage("user", "Hola")))
ARGUMENTS: dict[str, dict[str, object]] = {
    "createTask": {"title": "revisar «ñ»", "dueDate": "2026-12-04", "priority": "alta"},
    "createProject": {"name": "Obra", "customer": "ACME", "startDate": "2026-12-01"},
    "createUser": {"fullName": "Eva Gil", "email": "eva@valdeoro.example", "role": "empleado"},
}


# --- Knowledge ------------------------------------------------------------------------------------


def document(word: str, number: int = 0, **changes: object) -> KnowledgeDocument:
    return KnowledgeDocument(
        id=f"{word}-{number}",
        title=f"Guía {number}",
        content=f"El trámite {word} necesita un justificante.",
        source="Sede",
        category="tramites",
        scope="public",
        kind="rule",
        version="1",
        tenant_id="*",
        updated_at=AT,
        confidence=0.9,
    ).model_copy(update=changes)


async def found(
    deps: Dependencies, word: str, caller: Caller = ANA, *, top: int = 5, vector: bool = False
) -> ContextPack:
    embedded = tuple((await deps.model.embed([word]))[0]) if vector else None
    query = KnowledgeQuery(
        text=word, index=INDEX, tenant_id=caller.tenant_id, roles=caller.roles, top=top,
        vector=embedded,
    )  # fmt: skip
    return await deps.knowledge.search(query)


async def put(deps: Dependencies, *documents: KnowledgeDocument) -> None:
    vectors = await deps.model.embed([each.content for each in documents])
    known = len(vectors[0]) > 2
    await deps.knowledge.upsert(
        INDEX,
        [(each, v if known else None) for each, v in zip(documents, vectors, strict=True)],
    )


def ids(pack: ContextPack, word: str) -> list[str]:
    """Of the documents of this test: the real index holds others."""
    return [s.document_id for s in pack.snippets if s.document_id.startswith(word)]


@pytest.fixture
def word(fresh: Fresh) -> str:
    return f"zz{fresh()}"


async def test_a_document_is_found_by_its_words(deps: Dependencies, word: str) -> None:
    await put(deps, document(word))
    pack = await found(deps, word)
    (snippet,) = (s for s in pack.snippets if s.document_id == f"{word}-0")
    assert (snippet.index, snippet.source, snippet.kind) == (INDEX, "Sede", "rule")
    assert word in snippet.content
    assert snippet.confidence == pytest.approx(0.9)


async def test_events_do_not_crowd_out_documents(deps: Dependencies, word: str) -> None:
    events = [
        document(word, n, kind="event", title=f"Tarea {n}", content=f"{word} {word} {n}")
        for n in range(10, 18)
    ]
    documents = [document(word, n) for n in range(3)]
    await put(deps, *events, *documents)
    pack = await found(deps, word)
    kinds = [s.kind for s in pack.snippets if s.document_id.startswith(word)]
    assert kinds.count("event") <= MOST_EVENTS
    assert kinds.count("rule") == len(documents)


async def test_an_event_that_fits_best_is_found(deps: Dependencies, word: str) -> None:
    event = document(word, 1, kind="event", title=word, content=f"La tarea {word} está hecha.")
    await put(deps, event)
    assert ids(await found(deps, word), word) == [f"{word}-1"]


@pytest.mark.parametrize("vector", [False, True])
async def test_scores_fall_from_one(deps: Dependencies, word: str, vector: bool) -> None:
    await put(deps, document(word, 1), document(word, 2), document(word, 3))
    scores = [s.score for s in (await found(deps, word, vector=vector)).snippets]
    assert scores[0] == 1
    assert all(0 <= score <= 1 for score in scores)
    assert scores == sorted(scores, reverse=True)


async def test_no_more_is_found_than_asked_for(deps: Dependencies, word: str) -> None:
    await put(deps, *(document(word, n) for n in range(4)))
    assert len((await found(deps, word, top=2)).snippets) == 2


async def test_a_tenants_document_is_found_by_that_tenant_only(
    deps: Dependencies, word: str
) -> None:
    await put(deps, document(word, 1, tenant_id=ANA.tenant_id), document(word, 2))
    assert sorted(ids(await found(deps, word, ANA), word)) == [f"{word}-1", f"{word}-2"]
    assert ids(await found(deps, word, OLGA), word) == [f"{word}-2"]
    evil = OLGA.model_copy(update={"tenant_id": f"x' or tenantId eq '{ANA.tenant_id}"})
    assert ids(await found(deps, word, evil), word) == [f"{word}-2"]


async def test_a_document_for_roles_is_found_by_them_only(deps: Dependencies, word: str) -> None:
    await put(deps, document(word, allowed_roles=("manager",)))
    assert ids(await found(deps, word, ANA), word) == []
    manager = ANA.model_copy(update={"roles": ("employee", "manager")})
    assert ids(await found(deps, word, manager), word) == [f"{word}-0"]
    nobody = ANA.model_copy(update={"roles": ()})
    assert ids(await found(deps, word, nobody), word) == []


async def test_an_event_is_found_by_its_conversation_and_by_what_it_is_about(
    deps: Dependencies, word: str
) -> None:
    async def asked(caller: Caller, there: str, *entities: str) -> list[str]:
        query = EventQuery(INDEX, caller.tenant_id, caller.roles, there, entities, top=2)
        return [each.document_id for each in await deps.knowledge.events(query)]

    mine = {"kind": "event", "tenant_id": ANA.tenant_id}
    task = {"entities": (f"task:{word}", f"project:{word}")}
    await put(
        deps,
        document(word, 1, **mine, conversation_id=word),
        document(word, 2, **mine, **task, updated_at=AT + timedelta(hours=1)),
        document(word, 3, **mine, **task, allowed_roles=("manager",)),
        document(word, 4, tenant_id=ANA.tenant_id, conversation_id=word, **task),
    )
    assert await asked(ANA, word) == [f"{word}-1"]
    assert await asked(ANA, word, f"project:{word}") == [f"{word}-2", f"{word}-1"]
    assert await asked(ANA, "elsewhere", f"task:{word}") == [f"{word}-2"]
    assert await asked(OLGA, word, f"task:{word}") == []
    evil = f"x' or tenantId eq '{ANA.tenant_id}' or conversationId eq '{word}"
    assert await asked(OLGA, evil, f"task:x') or (e ne '{word}") == []


async def test_a_document_that_is_put_again_replaces_itself(deps: Dependencies, word: str) -> None:
    await put(deps, document(word, url="https://docs.eira.example/x"))
    await put(deps, document(word, title="Otra"))
    (snippet,) = (s for s in (await found(deps, word)).snippets if s.document_id == f"{word}-0")
    assert (snippet.title, snippet.url) == ("Otra", None)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({}, None),
        ({"index": INDEX, "filter": "kind eq 'faq'", "select": ["category"]}, None),
        ({"index": "nowhere"}, NotAllowedError),
        ({"semanticConfiguration": "theirs"}, NotAllowedError),
        ({"filter": "kind eq 'faq') or (true"}, InvalidRequestError),
        ({"select": ["tenantId"]}, InvalidRequestError),
    ],
)
async def test_what_cannot_be_asked_is_refused_before_it_is(
    deps: Dependencies, asked: dict[str, object], refusal: type[RequestError] | None
) -> None:
    query = KnowledgeQuery(
        text="x", index=INDEX, tenant_id=ANA.tenant_id, roles=ANA.roles,
        intent=SearchIntent.model_validate(asked),
    )  # fmt: skip
    with pytest.raises(refusal) if refusal else nullcontext():
        deps.knowledge.check(query)


async def test_an_index_that_is_not_there_is_a_failure_of_the_search(deps: Dependencies) -> None:
    query = KnowledgeQuery(text="x", index="nowhere", tenant_id="t", roles=())
    with pytest.raises(SearchError):
        await deps.knowledge.search(query)
    with pytest.raises(SearchError):
        await deps.knowledge.upsert("nowhere", [(document("x"), None)])


# --- Model ----------------------------------------------------------------------------------------


async def test_a_stream_is_text_and_then_one_end(deps: Dependencies) -> None:
    *pieces, end = [piece async for piece in deps.model.stream(SAY_HELLO)]
    assert pieces
    assert all(isinstance(piece, str) and piece for piece in pieces)
    assert isinstance(end, StreamEnd)
    assert end.finish_reason == "stop"
    assert end.usage.total_tokens == end.usage.prompt_tokens + end.usage.completion_tokens > 0


async def test_a_stream_may_be_left(deps: Dependencies) -> None:
    stream = deps.model.stream(SAY_HELLO)
    assert isinstance(await anext(stream), str)
    await stream.aclose()


async def test_an_answer_of_a_schema_is_json_of_it(deps: Dependencies) -> None:
    schema = {
        "type": "object",
        "properties": {"ok": {"type": "boolean"}},
        "required": ["ok"],
        "additionalProperties": False,
    }
    if isinstance(deps.model, FakeModel):
        deps.model.answers["check"] = [{"ok": True}]
    answer = await deps.model.complete(replace(SAY_HELLO, schema=schema, schema_name="check"))
    assert Draft202012Validator(schema).is_valid(json.loads(answer.text))
    assert answer.usage.total_tokens > 0


async def test_each_text_has_a_vector_of_the_same_dimensions(deps: Dependencies) -> None:
    texts = ["licencia", "tarea «ñ»", "licencia"]
    vectors = await deps.model.embed(texts)
    assert len(vectors) == 3
    assert len({len(vector) for vector in vectors}) == 1
    assert vectors[0] == pytest.approx(vectors[2])
    assert vectors[0] != pytest.approx(vectors[1])
    assert await deps.model.embed([]) == []


# --- Tools ----------------------------------------------------------------------------------------


def invocation(deps: Dependencies, tool: str, key: str, caller: Caller = ANA) -> ToolInvocation:
    contract = deps.packs.get(deps.packs.current).tools[tool]
    return ToolInvocation(
        contract=contract, args=ARGUMENTS[tool], caller=caller, correlation_id="corr-1",
        language="es", key=key,
    )  # fmt: skip


async def made(deps: Dependencies, call: ToolInvocation) -> dict[str, object]:
    answer = await deps.tools.call(call)
    assert isinstance(answer, ToolAnswered), answer
    return answer.result


@pytest.mark.parametrize("tool", ARGUMENTS)
async def test_a_tool_answers_what_its_contract_declares(
    deps: Dependencies, fresh: Fresh, tool: str
) -> None:
    call = invocation(deps, tool, fresh())
    unlike_others = {"email": f"{fresh()}@valdeoro.example"} if tool == "createUser" else {}
    call = replace(call, args=call.args | unlike_others)
    record = await made(deps, call)
    assert Draft202012Validator(call.contract.result).is_valid(record)
    assert call.args.items() <= record.items()


async def test_the_same_key_makes_one_record(deps: Dependencies, fresh: Fresh) -> None:
    key = fresh()
    calls = (made(deps, invocation(deps, "createTask", key)) for _ in range(3))
    assert len({str(record["id"]) for record in await asyncio.gather(*calls)}) == 1


async def test_another_key_makes_another_record(deps: Dependencies, fresh: Fresh) -> None:
    first = await made(deps, invocation(deps, "createTask", fresh()))
    second = await made(deps, invocation(deps, "createTask", fresh()))
    assert first["id"] != second["id"]


async def test_an_effect_is_found_by_its_key_and_by_its_tenant_only(
    deps: Dependencies, fresh: Fresh
) -> None:
    key = fresh()
    assert await deps.tools.find(invocation(deps, "createTask", key)) is None
    record = await made(deps, invocation(deps, "createTask", key))
    found_again = await deps.tools.find(invocation(deps, "createTask", key))
    assert found_again is not None
    assert found_again["id"] == record["id"]
    assert await deps.tools.find(invocation(deps, "createTask", key, OLGA)) is None


async def test_a_read_lists_the_tenants_records(deps: Dependencies, fresh: Fresh) -> None:
    record = await made(deps, invocation(deps, "createTask", fresh()))
    contract = deps.packs.get(deps.packs.current).tools["findTasks"]
    asked = replace(invocation(deps, "createTask", fresh()), contract=contract, args={})
    answer = await made(deps, asked)
    assert Draft202012Validator(contract.result).is_valid(answer)
    items = answer["items"]
    assert isinstance(items, list)
    assert record["tenantId"] in {each["tenantId"] for each in items}
    others = await made(deps, replace(asked, caller=OLGA))
    assert isinstance(others["items"], list)
    assert ANA.tenant_id not in {each["tenantId"] for each in others["items"]}


# --- TokenVerifier --------------------------------------------------------------------------------


@pytest.fixture
def token(request: pytest.FixtureRequest, deps: Dependencies) -> str:
    """A token of the demo user Ana."""
    if isinstance(deps.model, FakeModel):
        return "ana"
    services: Services = request.getfixturevalue("services")
    asked = Request(
        f"{services.urls['identity']}/_emulator/token",
        data=b'{"user": "ana"}',
        headers={"Content-Type": "application/json"},
    )
    with urlopen(asked, context=services.trust()) as answer:
        return str(json.load(answer)["access_token"])


async def test_a_token_tells_who_it_is_and_what_they_may(deps: Dependencies, token: str) -> None:
    caller = await deps.tokens.verify(token)
    assert caller.tenant_id
    assert caller.user_id
    assert caller.name == "Ana López"
    assert "employee" in caller.roles
    assert "tasks:write" in caller.rights
    assert await deps.tokens.verify(token) == caller


async def test_what_is_no_token_is_refused(deps: Dependencies, token: str) -> None:
    for wrong in ("", "x", f"{token}x", token[:-3]):
        with pytest.raises(UnauthenticatedError):
            await deps.tokens.verify(wrong)
