"""Indexes of Cerebro that no other test uses, and documents for them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from shared.bootstrap import build_credential, build_index, build_knowledge
from shared.contracts.evidence import KnowledgeDocument
from shared.search.cerebro import AzureSearchKnowledge
from shared.search.indexing import AzureSearchIndex, all_rows
from shared.search.lifecycle import SETTLES
from shared.settings import Settings
from tests.fakes.samples import AT

DIMENSIONS = 4


@asynccontextmanager
async def opened(name: str) -> AsyncIterator[tuple[AzureSearchKnowledge, AzureSearchIndex]]:
    async with build_credential() as credential:
        knowledge = build_knowledge(Settings(), credential)
        index = build_index(Settings(), credential, name)
        yield knowledge, index
        await index.close()
        await knowledge.close()


def document(name: str, minute: int = 0, digest: str | None = None) -> KnowledgeDocument:
    return KnowledgeDocument(
        id=name, title=name, content="Sobre tasas.", source="s", category="c", scope="public",
        kind="rule", version="1", tenant_id="t1", updated_at=AT + timedelta(minutes=minute),
        confidence=1.0, allowed_roles=("employee",), content_hash=digest,
    )  # fmt: skip


def shelved(*documents: KnowledgeDocument) -> list[tuple[KnowledgeDocument, list[float]]]:
    return [(each, [1.0] * DIMENSIONS) for each in documents]


async def embed(texts: Sequence[str]) -> list[list[float]]:
    return [[1.0, 0.5, 0.25, float(len(text))] for text in texts]


async def no_wait(seconds: float) -> None:
    assert seconds == SETTLES


async def ids(knowledge: AzureSearchKnowledge, name: str) -> set[str]:
    rows = all_rows(knowledge.client(name), "id ne null", ())
    return {row["id"] async for row in rows}


def event(name: str, minute: int = 0) -> KnowledgeDocument:
    """What the app writes of itself: no folder has it."""
    told = {"kind": "event", "conversation_id": "c1", "entities": ("task:T-1",)}
    return document(name, minute).model_copy(update=told)
