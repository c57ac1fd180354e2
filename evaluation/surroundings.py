"""What lies around a dialogue: a model that is listened to, planted documents, a readable ERP."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evaluation.labels import Planted
from shared.contracts.conversations import Mentioned
from shared.contracts.evidence import ContextPack, KnowledgeDocument, Snippet
from shared.contracts.remembered import NAMING_FIELDS
from shared.contracts.runs import Usage
from shared.errors import ModelError
from shared.ports import (
    Completion,
    EventQuery,
    Knowledge,
    KnowledgeQuery,
    Model,
    ModelRequest,
    StreamEnd,
    ToolAnswered,
    ToolInvocation,
    ToolRefused,
)
from shared.tools.folding import folded

RECORDS = Path(__file__).parent / "records.json"
ATTEMPTS = 5
FIRST_WAIT_SECONDS = 2.0


@dataclass
class ListenedModel:
    """The configured model, patient with rate limits; notes what it calls itself and uses."""

    inner: Model
    names: set[str] = field(default_factory=set)
    usage: Usage = field(default_factory=Usage)
    calls: int = 0

    def stream(self, request: ModelRequest) -> AsyncGenerator[str | StreamEnd]:
        return self.inner.stream(request)

    async def complete(self, request: ModelRequest) -> Completion:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                completion = await self.inner.complete(request)
                break
            except ModelError as error:
                if error.code != "MODEL_RATE_LIMIT" or attempt == ATTEMPTS:
                    raise
                await asyncio.sleep(error.retry_after or FIRST_WAIT_SECONDS * 2**attempt)
        self.calls += 1
        self.usage += completion.usage
        self.names |= {completion.model} - {""}
        return completion

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return await self.inner.embed(texts)

    async def close(self) -> None:
        await self.inner.close()


@dataclass(frozen=True, slots=True)
class PlantedKnowledge:
    """Cerebro as it is configured, behind the documents of the dialogue. Nothing is stored."""

    inner: Knowledge
    planted: Sequence[Planted]

    def check(self, query: KnowledgeQuery) -> None:
        self.inner.check(query)

    async def search(self, query: KnowledgeQuery) -> ContextPack:
        found = await self.inner.search(query)
        first = tuple(each for each in self._planted(query.index) if not each.entities)
        return found.model_copy(update={"snippets": (*first, *found.snippets)})

    async def events(self, query: EventQuery) -> tuple[Snippet, ...]:
        """Those that are planted: none of the configured index is of this conversation."""
        return tuple(each for each in self._planted(query.index) if each.entities)

    async def stored(self, index: str, document_id: str) -> KnowledgeDocument | None:
        return await self.inner.stored(index, document_id)

    def _planted(self, index: str) -> Iterator[Snippet]:
        return (_snippet(index, n, each) for n, each in enumerate(self.planted))

    async def upsert(
        self, index: str, documents: Sequence[tuple[KnowledgeDocument, Sequence[float] | None]]
    ) -> None:
        raise AssertionError("an evaluation stores nothing")

    async def forget(self, index: str, document_ids: Sequence[str]) -> None:
        raise AssertionError("an evaluation erases nothing")


def _snippet(index: str, number: int, planted: Planted) -> Snippet:
    return Snippet(
        document_id=f"planted-{number}",
        index=index,
        title=planted.title,
        content=planted.content,
        source=planted.source,
        kind=planted.kind,
        scope="public",
        version="1",
        confidence=0.9,
        score=1.0,
        entities=planted.about,
    )


class ReadableErp:
    """The records of `records.json`, by the read contracts of any pack. It has no effects: a call
    that would have one is refused."""

    def __init__(self, path: Path = RECORDS) -> None:
        self._records: dict[str, list[dict[str, object]]] = json.loads(path.read_text("utf-8"))

    async def call(self, invocation: ToolInvocation) -> ToolAnswered | ToolRefused:
        contract = invocation.contract
        if contract.effect or contract.rest.method != "GET":
            raise AssertionError("an evaluation makes no effects")
        records = self._records.get(contract.rest.path.strip("/"), [])
        wanted = {name: folded(str(value)) for name, value in invocation.args.items()}
        limit = int(wanted.pop("limit", "10"))
        items = [each for each in records if _is_wanted(each, wanted)]
        return ToolAnswered({"items": items[:limit], "total": len(items), "next": None})

    async def find(self, invocation: ToolInvocation) -> dict[str, object] | None:
        raise AssertionError("an evaluation makes no effects to reconcile")

    def mentioned(self, identifier: str) -> Mentioned:
        """A record as a conversation remembers it. Raises KeyError when there is none."""
        found = {
            str(record["id"]): (collection, record)
            for collection, records in self._records.items()
            for record in records
        }
        collection, record = found[identifier]
        field = next(name for name in NAMING_FIELDS if name in record)
        return Mentioned(
            type=collection.removesuffix("s"),
            id=identifier,
            name=str(record[field]),
            name_field=field,
        )


def _is_wanted(record: dict[str, object], wanted: dict[str, str]) -> bool:
    everything = folded(" ".join(map(str, record.values())))
    free = wanted.get("q", "").split()
    fields = {name: value for name, value in wanted.items() if name != "q"}
    return all(word in everything for word in free) and all(
        value in folded(str(record.get(name, record.get(f"{name}Id", ""))))
        for name, value in fields.items()
    )
