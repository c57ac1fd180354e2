"""Cerebro as tools of agents: what they search is bounded, and what they write belongs, to the
caller's tenant, whatever the arguments say."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

from shared.contracts.credentials import CredentialScope
from shared.contracts.evidence import SEARCH_FAILED, ContextPack, KnowledgeDocument, Snippet
from shared.contracts.identity import Caller
from shared.contracts.retrieval import Retrieval
from shared.contracts.search import EMBEDDING_FAILED, SearchIntent, read_intent
from shared.contracts.tools import Arguments
from shared.contracts.wording import say
from shared.errors import (
    CerebroError,
    InvalidRequestError,
    ModelError,
    NotAllowedError,
    SearchError,
)
from shared.ports import (
    Knowledge,
    KnowledgeQuery,
    Model,
    Packs,
    ToolAnswered,
    ToolInvocation,
    ToolRefused,
)
from shared.search.context import judged
from shared.search.embedding import embedded_text, query_vector
from shared.search.fields import EVERY_ROLE
from shared.search.fusion import merged

MAX_QUERY_CHARACTERS = 1_000
NEVER = datetime.min.replace(tzinfo=UTC)
OF_A_TOOL = "tool"
"""The category of documents that agents wrote."""


class CerebroTools:
    """`index` is asked without another one, and takes what is written; `top` results without
    `topK`. `embedder` of a credential profile makes its vectors, if it has one."""

    def __init__(
        self,
        knowledge: Knowledge,
        model: Model,
        index: str,
        top: int,
        retrieval: Retrieval,
        packs: Packs,
        now: Callable[[], datetime],
        embedder: Callable[[CredentialScope | None], Model | None] = lambda _: None,
    ) -> None:
        self._knowledge = knowledge
        self._model = model
        self._index = index
        self._top = top
        self._retrieval = retrieval
        self._packs = packs
        self._now = now
        self._embedder = embedder

    async def call(self, invocation: ToolInvocation) -> ToolAnswered | ToolRefused:
        """Raises CerebroError; each request it makes takes no longer than the contract says."""
        match invocation.contract.operation:
            case "upsert":
                return await self._upsert(invocation)
            case "search" | None:
                return await self._search(invocation)

    async def find(self, invocation: ToolInvocation) -> dict[str, object] | None:
        """What was written, once the index has it as it was to be, with all that no search shows.
        Raises CerebroError."""
        document = self._document(invocation)
        async with _within(_seconds(invocation), sent=False):
            found = await self._knowledge.stored(self._index, document.id)
        same = found is not None and _said(found) == _said(document)
        return _written(invocation.args, document) if same else None

    async def _search(self, invocation: ToolInvocation) -> ToolAnswered | ToolRefused:
        args = {name: value for name, value in invocation.args.items() if value is not None}
        text = str(args.pop("query"))[:MAX_QUERY_CHARACTERS]
        if "filters" in args:
            args["filter"] = args.pop("filters")
        try:
            intent = _intent(args)
            query = self._query(invocation, text, intent)
            self._knowledge.check(query)
        except (InvalidRequestError, NotAllowedError) as error:
            return ToolRefused(400, _reason(error, invocation))
        return ToolAnswered(self._found(await self._everywhere(query, intent, invocation), intent))

    async def _everywhere(
        self, query: KnowledgeQuery, intent: SearchIntent, invocation: ToolInvocation
    ) -> list[ContextPack]:
        """What each index found; one that fails is a warning, unless it is the only one."""
        vector: tuple[float, ...] | None = None
        warnings: tuple[str, ...] = ()
        if intent.mode in ("vector", "hybrid") and intent.vector is None:
            seconds = min(self._retrieval.embedding_seconds, _seconds(invocation))
            model = self._embedder(query.scope) or self._model
            vector = await query_vector(model, query.text, seconds)
            warnings = (EMBEDDING_FAILED,) if vector is None else ()
        indexes = intent.chosen_indexes or (self._index,)
        queries = [_in(query, index, vector) for index in indexes]
        if len(queries) == 1:
            packs = [await self._asked(queries[0], invocation)]
        else:
            packs = await asyncio.gather(*(self._warned(each, invocation) for each in queries))
        return [*packs, ContextPack(warnings=warnings)]

    async def _warned(self, query: KnowledgeQuery, invocation: ToolInvocation) -> ContextPack:
        try:
            return await self._asked(query, invocation)
        except CerebroError:
            return ContextPack(warnings=(f"{SEARCH_FAILED}:{query.index}",))

    async def _asked(self, query: KnowledgeQuery, invocation: ToolInvocation) -> ContextPack:
        seconds = min(self._retrieval.seconds, _seconds(invocation))
        async with _within(seconds, sent=False):
            return await self._knowledge.search(query)

    def _query(self, invocation: ToolInvocation, text: str, intent: SearchIntent) -> KnowledgeQuery:
        caller, version = invocation.caller, invocation.pack_version or self._packs.current
        return KnowledgeQuery(
            text=text,
            index=self._index,
            tenant_id=caller.tenant_id,
            roles=caller.roles,
            top=self._top,
            other_versions=tuple(each for each in self._packs.versions if each != version),
            intent=intent,
            language=invocation.language,
            scope=invocation.scope,
        )

    def _found(self, packs: Sequence[ContextPack], intent: SearchIntent) -> dict[str, object]:
        """The plan's citations, best first; of several indexes the page is cut here."""
        skipped = intent.skip if len(intent.chosen_indexes) > 1 else 0
        fused = merged(packs, self._retrieval.normalisation, intent.top_k or self._top, skipped)
        fused = judged(fused, self._retrieval.least_relevance)
        answers = [each.wire() for each in fused.answers]
        return {
            "citations": [_citation(each) for each in fused.snippets],
            "warnings": list(fused.warnings),
        } | ({"answers": answers} if answers else {})

    async def _upsert(self, invocation: ToolInvocation) -> ToolAnswered:
        """Doing it again writes the same document over itself."""
        document = self._document(invocation)
        # Without its vector it would be found by its words only, for ever.
        async with _within(_seconds(invocation), sent=False):
            text = embedded_text(document.title, document.content)
            vector = (await self._model.embed([text]))[0]
        async with _within(_seconds(invocation), sent=True):
            await self._knowledge.upsert(self._index, [(document, vector)])
        return ToolAnswered(_written(invocation.args, document))

    def _document(self, invocation: ToolInvocation) -> KnowledgeDocument:
        told = invocation.args["document"]
        return KnowledgeDocument(
            id=document_id(invocation.caller, str(told["id"])),
            title=told["title"],
            content=told["content"],
            url=told.get("url"),
            source=told["source"],
            category=OF_A_TOOL,
            scope="tenant",
            kind=told.get("kind", "faq"),
            version=str(told.get("version", "1")),
            tenant_id=invocation.caller.tenant_id,
            allowed_roles=tuple(told.get("allowedRoles", ())),
            updated_at=self._now(),
            confidence=float(told.get("confidence", 0.5)),
        )


def document_id(caller: Caller, name: str) -> str:
    """The same name is one document in one tenant, and another in each: nobody can write over what
    is not theirs, nor over what came from a pack."""
    named = json.dumps([caller.tenant_id, name])
    return f"tool-{hashlib.sha256(named.encode()).hexdigest()[:40]}"


@asynccontextmanager
async def _within(seconds: float, *, sent: bool) -> AsyncIterator[None]:
    """What takes longer, or fails, is a CerebroError; `sent` tells whether it may have arrived."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise CerebroError(f"no answer within {seconds:g} s", sent=sent) from error
    except (ModelError, SearchError) as error:
        raise CerebroError(str(error), sent=sent, retry_after=error.retry_after) from error


def _seconds(invocation: ToolInvocation) -> float:
    return invocation.contract.timeout_ms / 1000


def _said(document: KnowledgeDocument) -> KnowledgeDocument:
    """All of it but when it was written; that everybody may read it has two spellings."""
    roles = tuple(sorted(document.allowed_roles)) or (EVERY_ROLE,)
    return document.model_copy(update={"allowed_roles": roles, "updated_at": NEVER})


def _intent(args: Arguments) -> SearchIntent:
    """Raises InvalidRequestError: a schema cannot say all that the search block does."""
    found = read_intent(args)
    if isinstance(found, SearchIntent):
        return found
    raise InvalidRequestError(found)


def _in(query: KnowledgeQuery, index: str, vector: tuple[float, ...] | None) -> KnowledgeQuery:
    return replace(query, index=index, vector=vector)


def _written(args: Arguments, document: KnowledgeDocument) -> dict[str, object]:
    return {"id": args["document"]["id"], "documentId": document.id}


def _citation(snippet: Snippet) -> dict[str, object]:
    shown = ("title", "url", "source", "content", "score", "index", "documentId", "kind",
             "scope", "version", "confidence", "caption", "highlights", "selected")  # fmt: skip
    told = snippet.wire()
    return {name: told[name] for name in shown if name in told}


def _reason(error: InvalidRequestError | NotAllowedError, invocation: ToolInvocation) -> str:
    match error:
        case InvalidRequestError():
            return "; ".join(f"{each.pointer}: {each.message}" for each in error.problems)
        case NotAllowedError():
            return say(error.message, invocation.language, **error.values)
