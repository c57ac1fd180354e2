"""The model, Cerebro, the ERP and Durable in memory."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from shared.contracts.evidence import ContextPack, KnowledgeDocument, Snippet
from shared.contracts.identity import Caller
from shared.contracts.runs import EndedBadly, Usage
from shared.errors import AppError, SearchError, UnauthenticatedError
from shared.ports import (
    Completion,
    EventQuery,
    FinishReason,
    KnowledgeQuery,
    ModelRequest,
    ModelToolCall,
    OrchestrationState,
    StreamEnd,
    ToolAnswered,
    ToolInvocation,
    ToolRefused,
    UnderWay,
)
from shared.search.fusion import not_crowded
from shared.search.query import SearchProfile, check


@dataclass
class FakeModel:
    """Answers by schema name from `answers` (in turn, the last for ever); streams `pieces`.

    `calls` are the tools it asks for, one entry a request, before it says anything; with none left
    it answers in words. `says` are the words of each answer in turn, in place of `pieces`.
    """

    answers: dict[str, list[object]] = field(default_factory=dict)
    pieces: Sequence[str] = ("Hola", ", ", "Ana.")
    failure: AppError | None = None
    requests: list[ModelRequest] = field(default_factory=list)
    calls: list[tuple[ModelToolCall, ...]] = field(default_factory=list)
    says: list[Sequence[str]] = field(default_factory=list)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str | StreamEnd]:
        self.requests.append(request)
        if self.failure:
            raise self.failure
        usage = Usage(prompt_tokens=10, completion_tokens=3, total_tokens=13)
        calls, reason = self._decide(request)
        if calls:
            yield StreamEnd(reason, usage, calls)
            return
        for piece in self.says.pop(0) if self.says else self.pieces:
            yield piece
        yield StreamEnd(reason, usage)

    async def complete(self, request: ModelRequest) -> Completion:
        self.requests.append(request)
        if self.failure:
            raise self.failure
        usage = Usage(prompt_tokens=5, completion_tokens=5, total_tokens=10)
        calls, reason = self._decide(request)
        if calls:
            return Completion("", usage, finish_reason=reason, calls=calls)
        if request.schema is None and request.schema_name not in self.answers:
            return Completion("".join(self.says.pop(0) if self.says else self.pieces), usage)
        script = self.answers[request.schema_name]
        answer = script.pop(0) if len(script) > 1 else script[0]
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return Completion(text, usage)

    def _decide(self, request: ModelRequest) -> tuple[tuple[ModelToolCall, ...], FinishReason]:
        calls = self.calls.pop(0) if request.tools and self.calls else ()
        return calls, "tool_calls" if calls else "stop"

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        if self.failure:
            raise self.failure
        return [[float(len(text)), 1.0] for text in texts]

    async def close(self) -> None:
        return


@dataclass
class FakeKnowledge:
    """Answers `packs` by index, if there is one; else what was put in and shares a word with the
    query, for the query's tenant and roles."""

    packs: dict[str, ContextPack] = field(default_factory=dict)
    failure: AppError | None = None
    queries: list[KnowledgeQuery] = field(default_factory=list)
    asked_events: list[EventQuery] = field(default_factory=list)
    indexes: frozenset[str] = frozenset({"cerebro"})
    configurations: tuple[str, ...] = ()
    documents: dict[str, KnowledgeDocument] = field(default_factory=dict)

    async def search(self, query: KnowledgeQuery) -> ContextPack:
        self.queries.append(query)
        if self.failure:
            raise self.failure
        if query.index in self.packs:
            return self.packs[query.index]
        self._check(query.index)
        scored = [
            (shared, document)
            for document in self.documents.values()
            if (shared := _shared_words(query.text, document)) and _is_for(document, query)
        ]
        scored.sort(key=lambda pair: (-pair[0], pair[1].id))
        best = scored[0][0] if scored else 1
        return ContextPack(
            snippets=not_crowded(
                [_snippet(document, query.index, shared / best) for shared, document in scored],
                query.top,
            )
        )

    def check(self, query: KnowledgeQuery) -> None:
        indexes = tuple(sorted(self.indexes))
        profile = SearchProfile("cerebro", "cerebro-semantic", indexes, self.configurations)
        check(query, profile)

    async def events(self, query: EventQuery) -> tuple[Snippet, ...]:
        self.asked_events.append(query)
        if self.failure:
            raise self.failure
        self._check(query.index)
        mine = [each for each in self.documents.values() if _is_event_of(each, query)]
        mine.sort(key=lambda each: each.updated_at, reverse=True)
        return tuple(_snippet(each, query.index, 1.0) for each in mine[: query.top])

    async def stored(self, index: str, document_id: str) -> KnowledgeDocument | None:
        if self.failure:
            raise self.failure
        self._check(index)
        return self.documents.get(document_id)

    async def upsert(
        self, index: str, documents: Sequence[tuple[KnowledgeDocument, Sequence[float] | None]]
    ) -> None:
        if self.failure:
            raise self.failure
        self._check(index)
        self.documents |= {document.id: document for document, _ in documents}

    async def forget(self, index: str, document_ids: Sequence[str]) -> None:
        if self.failure:
            raise self.failure
        self._check(index)
        for each in document_ids:
            self.documents.pop(each, None)

    def _check(self, index: str) -> None:
        if index not in self.indexes:
            raise SearchError(f"no index {index}")


def _shared_words(text: str, document: KnowledgeDocument) -> int:
    if text == "*":
        return 1
    words = f"{document.title} {document.content}".lower().split()
    return len(set(text.lower().split()) & set(words))


def _is_for(document: KnowledgeDocument, query: KnowledgeQuery) -> bool:
    pinned = document.tenant_id != "*" or document.version not in query.other_versions
    return pinned and _may_read(document, query.tenant_id, query.roles)


def _is_event_of(document: KnowledgeDocument, query: EventQuery) -> bool:
    here = document.conversation_id == query.conversation_id
    concerned = here or bool(set(document.entities) & set(query.entities))
    readable = _may_read(document, query.tenant_id, query.roles)
    return document.kind == "event" and concerned and readable


def _may_read(document: KnowledgeDocument, tenant_id: str, roles: Sequence[str]) -> bool:
    allowed = not document.allowed_roles or set(document.allowed_roles) & set(roles)
    return bool(allowed) and document.tenant_id in ("*", tenant_id)


def _snippet(document: KnowledgeDocument, index: str, score: float) -> Snippet:
    return Snippet(
        document_id=document.id,
        index=index,
        title=document.title,
        content=document.content,
        url=document.url,
        source=document.source,
        kind=document.kind,
        scope=document.scope,
        version=document.version,
        confidence=document.confidence,
        score=score,
        entities=document.entities,
    )


@dataclass
class FakeTools:
    """An ERP. It honours the keys of contracts that say so; others make a record at every call.

    `failures` are raised by the next calls, in order; after acting, if `acts_before_failing`.
    `unfindable` are raised by the next queries.
    """

    failures: list[AppError] = field(default_factory=list)
    unfindable: list[AppError] = field(default_factory=list)
    refusal: ToolRefused | None = None
    acts_before_failing: bool = False
    answer: dict[str, object] | None = None
    made: list[dict[str, object]] = field(default_factory=list)
    calls: list[ToolInvocation] = field(default_factory=list)

    async def call(self, invocation: ToolInvocation) -> ToolAnswered | ToolRefused:
        self.calls.append(invocation)
        await asyncio.sleep(0)
        if self.failures:
            failure = self.failures.pop(0)
            if self.acts_before_failing and getattr(failure, "sent", False):
                self._make(invocation)
            raise failure
        return self.refusal or ToolAnswered(self.answer or self._act(invocation))

    async def find(self, invocation: ToolInvocation) -> dict[str, object] | None:
        if self.unfindable:
            raise self.unfindable.pop(0)
        return self._known(invocation)

    def _act(self, invocation: ToolInvocation) -> dict[str, object]:
        if invocation.contract.rest.method == "GET":
            items = [each for each in self.made if self._is_of(each, invocation)]
            return {"items": items, "total": len(items), "next": None}
        return self._make(invocation)

    def _known(self, invocation: ToolInvocation) -> dict[str, object] | None:
        mine = (each for each in self.made if self._is_of(each, invocation))
        return next((each for each in mine if each["key"] == invocation.key), None)

    def _is_of(self, record: dict[str, object], invocation: ToolInvocation) -> bool:
        prefix = _prefix(invocation)
        same_tenant = record["tenantId"] == invocation.caller.tenant_id
        return same_tenant and str(record["id"]).startswith(prefix)

    def _make(self, invocation: ToolInvocation) -> dict[str, object]:
        known = self._known(invocation) if invocation.contract.idempotency_key else None
        if known is not None:
            return known
        record = {
            **invocation.args,
            "id": f"{_prefix(invocation)}{len(self.made) + 1}",
            "status": "abierta",
            "createdAt": "2026-11-22T10:00:00Z",
            "createdBy": invocation.caller.user_id,
            "tenantId": invocation.caller.tenant_id,
            "key": invocation.key,
        }
        self.made.append(record)
        return record


def _prefix(invocation: ToolInvocation) -> str:
    """Records are numbered by kind: T-1 is a task, P-1 a project."""
    return invocation.contract.rest.path.strip("/")[:1].upper() + "-"


@dataclass
class FakeTokens:
    """Tokens are names of callers."""

    callers: dict[str, Caller]

    async def verify(self, token: str) -> Caller:
        if token not in self.callers:
            raise UnauthenticatedError("token_invalid")
        return self.callers[token]


@dataclass
class FakeOrchestrations:
    states: dict[str, OrchestrationState] = field(default_factory=dict)
    started: list[tuple[str, str, Mapping[str, object]]] = field(default_factory=list)
    bad: list[EndedBadly] = field(default_factory=list)
    raised: list[tuple[str, str]] = field(default_factory=list)
    born: dict[str, datetime] = field(default_factory=dict)
    """When a run was created, unless it was just now."""

    async def start(self, run_id: str, orchestrator: str, request: Mapping[str, object]) -> None:
        self.started.append((run_id, orchestrator, request))
        self.states.setdefault(run_id, OrchestrationState("running", None))

    async def raise_event(self, run_id: str, name: str) -> None:
        self.raised.append((run_id, name))

    async def state(self, run_id: str) -> OrchestrationState | None:
        return self.states.get(run_id)

    async def terminate(self, run_id: str, reason: str) -> None:
        self.states[run_id] = OrchestrationState("terminated", None)

    async def ended_badly(self, since: datetime) -> tuple[EndedBadly, ...]:
        return tuple(self.bad)

    async def ended_badly_before(self, moment: datetime) -> tuple[EndedBadly, ...]:
        return tuple(each for each in self.bad if self._born(each.run_id) < moment)

    async def forget(self, run_id: str) -> None:
        self.states.pop(run_id, None)
        self.bad = [each for each in self.bad if each.run_id != run_id]

    async def forget_completed(self, before: datetime) -> int:
        """As many at a time as the SDK asks Durable for."""
        old = [
            run_id
            for run_id, state in self.states.items()
            if state.runtime == "completed" and self._born(run_id) < before
        ]
        for run_id in old[:100]:
            del self.states[run_id]
        return len(old[:100])

    async def under_way(self, since: datetime, until: datetime) -> tuple[UnderWay, ...]:
        return tuple(
            UnderWay(run_id, state.status)
            for run_id, state in self.states.items()
            if not state.is_over and since < self._born(run_id) < until
        )

    def _born(self, run_id: str) -> datetime:
        return self.born.get(run_id, datetime.now(UTC))


class FakeClock:
    """A clock that moves a millisecond each time it is read, so that nothing has no duration."""

    def __init__(self, start: datetime = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)) -> None:
        self.now = start

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now
