"""A folder of documents: from its files to the chunks that Cerebro holds."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from cli.knowledge.chunking import Chunk, chunks_of
from cli.knowledge.chunks import hash_of
from cli.knowledge.formats import FORMATS, read_text
from cli.knowledge.formats.text import Text, UnreadableError
from shared.contracts.evidence import DocumentKind, KnowledgeDocument
from shared.search.fields import EVERY_TENANT
from shared.search.indexing import OF_A_FOLDER

NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Labels:
    """What is said of all documents of a folder. `source` names the folder in citations, and tells
    its documents from those of others; `url` is where its files are published."""

    source: str
    category: str = "document"
    kind: DocumentKind = "rule"
    scope: str = "internal"
    tenant_id: str = EVERY_TENANT
    roles: tuple[str, ...] = ()
    url: str | None = None
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class BadFile:
    """A file that could not be read, and the beginning of its chunks' ids."""

    name: str
    reason: str
    prefix: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


@dataclass(frozen=True, slots=True)
class FolderRead:
    """`ignored` are files of other formats."""

    chunks: tuple[KnowledgeDocument, ...]
    bad: tuple[BadFile, ...]
    files: int
    ignored: int


def read_folder(folder: Path, labels: Labels, embeddings: str) -> FolderRead:
    """All files below the folder; hidden ones are left out. One that is bad stops no other."""
    chunks: list[KnowledgeDocument] = []
    bad: list[BadFile] = []
    files = [path for path in sorted(folder.rglob("*")) if _is_visible(path, folder)]
    known = [path for path in files if path.suffix.lower() in FORMATS]
    for path in known:
        name = path.relative_to(folder).as_posix()
        prefix = _prefix(name, labels)
        try:
            text = read_text(path)
        except UnreadableError as error:
            bad.append(BadFile(name, str(error), prefix))
            continue
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(microsecond=0)
        chunks += _chunks(text, name, labels, written, embeddings)
    return FolderRead(tuple(chunks), tuple(bad), len(known), len(files) - len(known))


def _is_visible(path: Path, folder: Path) -> bool:
    # Word's own files of open documents begin with ~$.
    parts = path.relative_to(folder).parts
    return path.is_file() and not any(part.startswith((".", "~$")) for part in parts)


def _prefix(name: str, labels: Labels) -> str:
    whole = "\n".join((labels.tenant_id, labels.source, name))
    return hashlib.sha256(whole.encode()).hexdigest()[:24]


def _chunks(
    text: Text, name: str, labels: Labels, written: datetime, embeddings: str
) -> Sequence[KnowledgeDocument]:
    made = (_knowledge(text, chunk, name, labels) for chunk in chunks_of(text.markdown))
    # A checkout or a copy changes the time of a file that says the same as before.
    return [
        each.model_copy(update={"content_hash": hash_of(each, embeddings), "updated_at": written})
        for each in made
    ]


def _knowledge(text: Text, chunk: Chunk, name: str, labels: Labels) -> KnowledgeDocument:
    title = text.title or Path(name).stem
    url = f"{labels.url.rstrip('/')}/{quote(name)}" if labels.url else None
    return KnowledgeDocument(
        id="_".join(part for part in (_prefix(name, labels), chunk.anchor) if part),
        title=f"{title} · {chunk.heading}" if chunk.anchor and chunk.heading else title,
        content=chunk.text,
        url=f"{url}#{chunk.anchor}" if url and chunk.anchor else url,
        source=labels.source,
        category=labels.category,
        scope=labels.scope,
        kind=labels.kind,
        version=OF_A_FOLDER,
        tenant_id=labels.tenant_id,
        allowed_roles=labels.roles,
        updated_at=NO_TIME,
        confidence=labels.confidence,
    )
