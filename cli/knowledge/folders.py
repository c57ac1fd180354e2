"""A folder of documents: from its files to the chunks that Cerebro holds."""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
LONGEST_HEADING = 200
"""In letters, within a title: a whole paragraph may be styled as a heading."""
LETTERS_OF_A_PREFIX = 24

type Tell = Callable[[str, int, int, int], None]
"""Told before each file: its name, its size in bytes, its number from 1, and how many there are."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What is said of all documents of a folder. `source` names the folder in citations, and tells
    its documents from those of others; `root` is where it is if nobody gave it that name, for two
    folders may be called the same. `url` is where its files are published."""

    source: str
    category: str = "document"
    kind: DocumentKind = "rule"
    scope: str = "internal"
    tenant_id: str = EVERY_TENANT
    roles: tuple[str, ...] = ()
    url: str | None = None
    confidence: float = 1.0
    root: str | None = None


@dataclass(frozen=True, slots=True)
class BadFile:
    """A file that could not be read, and the beginning of its chunks' ids; that of a folder that
    could not be listed is empty, as every id begins: what was in it, nobody knows."""

    name: str
    reason: str
    prefix: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


@dataclass(frozen=True, slots=True)
class FolderRead:
    """`ignored` are files of other formats, `links` the names of links, which are not followed;
    `names` are the files' by the beginning of their chunks' ids."""

    chunks: tuple[KnowledgeDocument, ...]
    bad: tuple[BadFile, ...]
    files: int
    ignored: int
    links: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


def read_folder(
    folder: Path,
    labels: Labels,
    embeddings: str,
    tell: Tell = lambda _name, _size, _number, _files: None,
) -> FolderRead:
    """All files below the folder; hidden ones are left out. One that is bad stops no other, and
    links are not followed: what they show may be nobody's business, or is loaded by its own name.
    """
    chunks: list[KnowledgeDocument] = []
    bad: list[BadFile] = []
    names: dict[str, str] = {}
    found = sorted(_visible(folder, bad))
    links = [path for path in found if path.is_symlink()]
    files = [path for path in found if path.is_file() and not path.is_symlink()]
    known = [path for path in files if path.suffix.lower() in FORMATS]
    for number, path in enumerate(known, 1):
        name = _name(path, folder)
        prefix = _prefix(name, labels)
        names[prefix] = name
        try:
            status = path.stat()
            tell(name, status.st_size, number, len(known))
            text = read_text(path)
        except (OSError, UnreadableError) as error:
            bad.append(BadFile(name, str(error), prefix))
            continue
        written = datetime.fromtimestamp(status.st_mtime, UTC).replace(microsecond=0)
        chunks += _chunks(text, name, labels, written, embeddings)
    return FolderRead(
        chunks=tuple(chunks),
        bad=tuple(bad),
        files=len(known),
        ignored=len(files) - len(known),
        links=tuple(_name(path, folder) for path in links),
        names=names,
    )


def document_of(chunk_id: str) -> str:
    """What the ids of all chunks of a file begin with."""
    return chunk_id[:LETTERS_OF_A_PREFIX]


def _visible(folder: Path, bad: list[BadFile]) -> Iterator[Path]:
    """Adds to `bad` the folders that cannot be listed."""

    def refuse(error: OSError) -> None:
        where = _name(Path(error.filename), folder)
        bad.append(BadFile(f"{where}/", error.strerror or type(error).__name__, prefix=""))

    for parent, folders, files in folder.walk(on_error=refuse):
        folders[:] = filter(_is_shown, folders)
        yield from (parent / file for file in files if _is_shown(file))


def _is_shown(name: str) -> bool:
    # Word's own files of open documents begin with ~$.
    return not name.startswith((".", "~$"))


def _name(path: Path, folder: Path) -> str:
    """Of a name that is not UTF-8, what can be said of it."""
    return os.fsencode(path.relative_to(folder).as_posix()).decode(errors="backslashreplace")


def _prefix(name: str, labels: Labels) -> str:
    whole = "\n".join((labels.tenant_id, labels.source, name))
    return hashlib.sha256(whole.encode()).hexdigest()[:LETTERS_OF_A_PREFIX]


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
    title = _short(text.title) or Path(name).stem
    heading = _short(chunk.heading)
    url = f"{labels.url.rstrip('/')}/{quote(name)}" if labels.url else None
    return KnowledgeDocument(
        id="_".join(part for part in (_prefix(name, labels), chunk.anchor) if part),
        title=f"{title} · {heading}" if chunk.anchor and heading else title,
        content=chunk.text,
        url=f"{url}#{chunk.anchor}" if url and chunk.anchor else url,
        # Without an address, the file's place is all that a reader can look it up by.
        source=labels.source if url else f"{labels.source}/{name}",
        category=labels.category,
        scope=labels.scope,
        kind=labels.kind,
        version=OF_A_FOLDER,
        tenant_id=labels.tenant_id,
        allowed_roles=labels.roles,
        updated_at=NO_TIME,
        confidence=labels.confidence,
        collection=labels.source,
        root=labels.root,
    )


def _short(heading: str) -> str:
    return heading if len(heading) <= LONGEST_HEADING else f"{heading[:LONGEST_HEADING]}…"
