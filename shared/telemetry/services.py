"""Cerebro and the tools as spans: what was asked of whom; not the words, not the arguments."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from opentelemetry.trace import SpanKind

from shared.contracts.evidence import ContextPack, KnowledgeDocument, Snippet
from shared.ports import (
    EventQuery,
    Knowledge,
    KnowledgeQuery,
    ToolAnswered,
    ToolInvocation,
    ToolRefused,
    Tools,
)
from shared.telemetry import names
from shared.telemetry.models import server_of
from shared.telemetry.recording import Attributes, Value, error_type, recorder, span
from shared.telemetry.steps import run_at_work

SEARCH = "azure.ai_search"


@dataclass(frozen=True, slots=True)
class TracedKnowledge:
    """The port Knowledge, of one search service, which is at `endpoint`."""

    inner: Knowledge
    endpoint: str

    def check(self, query: KnowledgeQuery) -> None:
        self.inner.check(query)

    async def search(self, query: KnowledgeQuery) -> ContextPack:
        with span(
            f"retrieval {query.index}",
            SpanKind.CLIENT,
            self._asked("retrieval", query.index) | {names.TOP_K: query.top},
        ) as asked:
            pack = await self.inner.search(query)
            asked.set_attribute(names.FOUND, len(pack.snippets))
        return pack

    async def events(self, query: EventQuery) -> tuple[Snippet, ...]:
        with span(
            f"search_memory {query.index}",
            SpanKind.CLIENT,
            self._asked("search_memory", query.index) | {names.TOP_K: query.top},
        ) as asked:
            found = await self.inner.events(query)
            asked.set_attribute(names.FOUND, len(found))
        return found

    async def stored(self, index: str, document_id: str) -> KnowledgeDocument | None:
        with span(f"get_document {index}", SpanKind.CLIENT, self._asked(None, index)):
            return await self.inner.stored(index, document_id)

    async def upsert(
        self, index: str, documents: Sequence[tuple[KnowledgeDocument, Sequence[float] | None]]
    ) -> None:
        attributes = self._asked("upsert_memory", index)
        with span(f"upsert_memory {index}", SpanKind.CLIENT, attributes):
            await self.inner.upsert(index, documents)

    async def forget(self, index: str, document_ids: Sequence[str]) -> None:
        attributes = self._asked("delete_memory", index)
        with span(f"delete_memory {index}", SpanKind.CLIENT, attributes):
            await self.inner.forget(index, document_ids)

    def _asked(self, operation: str | None, index: str) -> dict[str, Value | None]:
        """As the conventions for generative AI have it, and as those for databases do."""
        run = run_at_work()
        return {
            names.OPERATION: operation,
            names.DATA_SOURCE: index,
            names.DB_SYSTEM: SEARCH,
            names.DB_OPERATION: operation or "get_document",
            names.DB_COLLECTION: index,
            names.CONVERSATION: run.conversation_id if run else None,
            **server_of(self.endpoint),
        }


@dataclass(frozen=True, slots=True)
class TracedTools:
    """The port Tools."""

    inner: Tools

    async def call(self, invocation: ToolInvocation) -> ToolAnswered | ToolRefused:
        began = time.perf_counter()
        labels: dict[str, Value] = {names.TOOL_NAME: invocation.contract.name}
        try:
            with span(
                f"execute_tool {invocation.contract.name}", SpanKind.INTERNAL, _of(invocation)
            ) as executed:
                answer = await self.inner.call(invocation)
                if isinstance(answer, ToolRefused):
                    # It said no, and that is an answer: the reason is for people.
                    labels[names.TOOL_STATUS] = answer.status
                    executed.set_attribute(names.TOOL_STATUS, answer.status)
        except BaseException as error:
            labels[names.ERROR_TYPE] = error_type(error)
            raise
        finally:
            if (found := recorder()) is not None:
                found.measures.tool_seconds.record(time.perf_counter() - began, labels)
        return answer

    async def find(self, invocation: ToolInvocation) -> dict[str, object] | None:
        """Whether an effect was made: no execution of the tool."""
        attributes = {**_of(invocation), names.OPERATION: None}
        with span(f"find {invocation.contract.name}", SpanKind.INTERNAL, attributes):
            return await self.inner.find(invocation)


def _of(invocation: ToolInvocation) -> Attributes:
    run = run_at_work()
    return {
        names.OPERATION: "execute_tool",
        names.TOOL_NAME: invocation.contract.name,
        names.TOOL_TYPE: names.TOOL_TYPES[invocation.contract.kind],
        names.EFFECT: invocation.key,
        names.CONVERSATION: run.conversation_id if run else None,
    }
