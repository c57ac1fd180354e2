"""From a pack's documents to the chunks that Cerebro holds."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

from cli.knowledge.chunking import Chunk, chunks_of
from cli.knowledge.documents import Document, read_document
from shared.contracts.evidence import KnowledgeDocument
from shared.packs.problems import Problem
from shared.search.fields import EVERY_TENANT, FIELDS, OF_FOLDERS


@dataclass(frozen=True, slots=True)
class Library:
    """A pack's documents that could be read, the problems of the others, and how many there are."""

    documents: tuple[Document, ...]
    problems: tuple[Problem, ...]
    files: int


def read_library(pack: Path, shown: str) -> Library:
    """`shown` is what problems call the pack's folder."""
    documents: list[Document] = []
    problems: list[Problem] = []
    urls: dict[str, str] = {}
    paths = sorted((pack / "knowledge").glob("*.md"))
    for path in paths:
        name = f"{shown}/knowledge/{path.name}"
        document, wrong = read_document(path, name, pack.name)
        problems += wrong
        if document is None:
            continue
        documents.append(document)
        url = document.about.url
        if url and (other := urls.setdefault(url, path.name)) != path.name:
            what = f"the url is that of {other}, too"
            problems.append(Problem(name, 1, what, "answers would cite one of them only"))
    return Library(tuple(documents), tuple(problems), len(paths))


def chunks_in(documents: Sequence[Document], embeddings: str) -> Iterator[KnowledgeDocument]:
    """`embeddings` is the model the vectors come from: another one means that all are made anew."""
    for document in documents:
        for chunk in chunks_of(document.text):
            knowledge = _knowledge(document, chunk)
            yield knowledge.model_copy(update={"content_hash": hash_of(knowledge, embeddings)})


OF_EVENTS = frozenset({"entities", "conversationId"})
OF_OTHERS = OF_EVENTS | OF_FOLDERS
"""Fields that no pack's document has: without them the hashes of earlier loads stay good."""


def _knowledge(document: Document, chunk: Chunk) -> KnowledgeDocument:
    about = document.about
    return KnowledgeDocument(
        id=chunk_id(about.id, about.version, chunk.anchor),
        title=f"{about.title} · {chunk.heading}" if chunk.anchor and chunk.heading else about.title,
        content=chunk.text,
        url=f"{about.url}#{chunk.anchor}" if about.url and chunk.anchor else about.url,
        source=about.source,
        category=about.category,
        scope=about.scope,
        kind=about.kind,
        version=about.version,
        tenant_id=EVERY_TENANT,
        allowed_roles=about.allowed_roles,
        updated_at=datetime.combine(about.updated_at, time(), UTC),
        confidence=about.confidence,
    )


def chunk_id(document: str, version: str, anchor: str) -> str:
    """A key of Azure AI Search: letters, digits, `_`, `-` and `=`. Of two versions side by side
    each has its own chunks."""
    parts = (document, version.replace(".", "-"), anchor)
    return "_".join(part for part in parts if part)


def hash_of(chunk: KnowledgeDocument, embeddings: str) -> str:
    said = {name: value for name, value in chunk.wire().items() if name not in OF_EVENTS}
    fields = sorted(FIELDS.keys() - OF_OTHERS)
    # A field that the index gets later is empty in what is there: all are written anew.
    content = json.dumps([embeddings, fields, said], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()
