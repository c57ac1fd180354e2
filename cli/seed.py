"""Fill Cerebro with the knowledge of the current pack: creates the index, adds what changed."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from shared.bootstrap import (
    PACKS,
    build_credential,
    build_knowledge,
    build_model,
    check_settings,
)
from shared.contracts.evidence import KnowledgeDocument
from shared.errors import ConfigurationError, DependencyError
from shared.packs import FolderPacks
from shared.ports import Model
from shared.search.cerebro import AzureSearchKnowledge
from shared.search.index import EVERY_TENANT
from shared.settings import get_settings

BATCH = 32


def main() -> int:
    """Needs the app's settings in the environment. Exit codes: 0, 2 for a setting that is wrong,
    1 when a service did not do its part; both with one line that says so."""
    try:
        check_settings()
        added = asyncio.run(seed())
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 2
    except DependencyError as error:
        print(f"Cerebro could not be filled: {error}", file=sys.stderr)
        return 1
    print(f"Cerebro: {added} documents added or changed", flush=True)
    return 0


async def seed() -> int:
    """Add the documents whose content is not in the index yet; answers how many they were."""
    settings = get_settings()
    credential = build_credential()
    model = build_model(settings, credential)
    knowledge = build_knowledge(settings, credential)
    try:
        documents = read_knowledge(PACKS / FolderPacks(PACKS, settings.packs.version).current)
        index = settings.azure_search.default_index
        dimensions = len((await model.embed(["Cerebro"]))[0])
        await knowledge.create_index(index, dimensions)
        known = await knowledge.contents(index)
        changed = [each for each in documents if known.get(each.id) != each.content]
        for start in range(0, len(changed), BATCH):
            await _add(knowledge, model, index, changed[start : start + BATCH])
        return len(changed)
    finally:
        await model.close()
        await knowledge.close()
        await credential.close()


def read_knowledge(pack: Path) -> list[KnowledgeDocument]:
    """The knowledge documents of a pack, shared by every tenant."""
    return [_document(path) for path in sorted((pack / "knowledge").glob("*.md"))]


def embedded_text(document: KnowledgeDocument) -> str:
    """What a document's vector is made of."""
    return f"{document.title}\n{document.content}"


async def _add(
    knowledge: AzureSearchKnowledge,
    model: Model,
    index: str,
    documents: Sequence[KnowledgeDocument],
) -> None:
    vectors = await model.embed([embedded_text(each) for each in documents])
    await knowledge.upsert(index, list(zip(documents, vectors, strict=True)))


def _document(path: Path) -> KnowledgeDocument:
    _, head, content = path.read_text("utf-8").split("---\n", 2)
    fields: Mapping[str, Any] = yaml.safe_load(head)
    updated = date.fromisoformat(str(fields["updatedAt"]))
    return KnowledgeDocument.model_validate(
        {
            **fields,
            "content": content.strip(),
            "tenantId": EVERY_TENANT,
            "updatedAt": datetime(updated.year, updated.month, updated.day, tzinfo=UTC),
        }
    )


if __name__ == "__main__":
    raise SystemExit(main())
