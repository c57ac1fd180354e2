"""Azure AI Search: the indexes as the code expects them, and a question as the app asks it."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Protocol

from cli.deployment.findings import Finding, error, ok, warning
from cli.deployment.mending import (
    MISSING,
    SEARCH_DATA,
    SEARCH_KIND,
    SEARCH_SERVICE,
    Need,
    failed_at,
    status_of,
)
from cli.deployment.subject import Subject
from shared.bootstrap import build_index, build_knowledge
from shared.contracts.search import EMBEDDING_FAILED, SEMANTIC_FAILED
from shared.errors import SearchError
from shared.ports import KnowledgeQuery
from shared.search.fields import EVERY_ROLE
from shared.search.lacking import Lack
from shared.search.lifecycle import Held, Lifecycle

AREA = "search"
KEY = "AzureSearch__ApiKey"
QUESTION = "licencia"
"""Of no matter: what counts is that an answer comes, by words, vector and ranker."""


class Shelf(Protocol):
    """One index. Everything raises SearchError."""

    async def lacks(self, dimensions: int | None) -> tuple[Lack, ...] | None: ...

    async def held(self) -> Sequence[Held]: ...

    async def unfinished(self) -> str | None: ...

    async def warnings_of_a_question(self, dimensions: int | None) -> Sequence[str]:
        """What an answer has to do without."""
        ...


class AzureShelf:
    def __init__(self, subject: Subject, name: str) -> None:
        self._settings, self._name = subject.settings, name
        self._knowledge = build_knowledge(subject.settings, subject.credential)
        self._index = build_index(subject.settings, subject.credential, name)
        self._lifecycle = Lifecycle(self._knowledge, name)

    async def lacks(self, dimensions: int | None) -> tuple[Lack, ...] | None:
        return await self._index.lacks(dimensions)

    async def held(self) -> Sequence[Held]:
        return await self._lifecycle.held()

    async def unfinished(self) -> str | None:
        return await self._lifecycle.unfinished()

    async def warnings_of_a_question(self, dimensions: int | None) -> Sequence[str]:
        query = KnowledgeQuery(
            text=QUESTION,
            index=self._name,
            tenant_id=self._settings.auth.tenants[0],
            roles=(EVERY_ROLE,),
            vector=(1.0, *[0.0] * (dimensions - 1)) if dimensions else None,
        )
        return (await self._knowledge.search(query)).warnings

    async def close(self) -> None:
        await self._index.close()
        await self._knowledge.close()


async def look(subject: Subject) -> list[Finding]:
    """All indexes that a search may ask, side by side."""
    found = await asyncio.gather(*(_one(subject, each) for each in _names(subject)))
    return [finding for some in found for finding in some]


def _names(subject: Subject) -> tuple[str, ...]:
    settings = subject.settings
    own = settings.azure_search.default_index
    return tuple(dict.fromkeys((own, *settings.search.allowed_indexes)))


async def _one(subject: Subject, name: str) -> list[Finding]:
    shelf = AzureShelf(subject, name)
    try:
        return await examined(shelf, name, subject)
    finally:
        await shelf.close()


async def examined(shelf: Shelf, name: str, subject: Subject) -> list[Finding]:
    """The definition first: where there is none, nothing can be asked."""
    tried = f"the definition of the index {name} at {subject.settings.azure_search.endpoint}"
    measured, wanted = await subject.dimensions, subject.settings.search.dimensions
    # What the model is asked for is what the app goes by, whether it gives it or not.
    dimensions = wanted or measured
    try:
        lacks = await shelf.lacks(dimensions)
    except SearchError as failed:
        return [await _failed(tried, failed, subject, SEARCH_SERVICE)]
    if lacks is None:
        what = f"there is no index {name}, and none behind an alias of that name"
        return [error(AREA, what, tried, _making(name, subject))]
    if lacks:
        given = measured == dimensions
        return [_lacking(name, each, tried, subject, given=given) for each in lacks]
    return [*await _contents(shelf, name, subject), await _asked(shelf, name, measured, subject)]


def _lacking(name: str, lack: Lack, tried: str, subject: Subject, *, given: bool) -> Finding:
    """`given`: the model gives vectors of the length that the settings want."""
    mend = [f"./eira cerebro {lack.mending} --index {name}"]
    if lack.of_vectors and not given:
        mend.insert(0, "set Search__Dimensions to what the index and the model have, or else")
    if name != subject.settings.azure_search.default_index:
        # Whoever else fills an index decides what is in it.
        return warning(AREA, f"index {name}: {lack.what}", tried, *mend)
    return error(AREA, f"index {name}: {lack.what}", tried, *mend)


async def _contents(shelf: Shelf, name: str, subject: Subject) -> list[Finding]:
    tried = f"the statistics of the index {name}"
    try:
        current = [each for each in await shelf.held() if each.current]
        left = await shelf.unfinished()
    except SearchError as failed:
        return [await _failed(tried, failed, subject, SEARCH_SERVICE)]
    found = []
    if left is not None:
        what = f"a reindex of {name} broke off; what was written last may be in {left} only"
        found.append(warning(AREA, what, tried, f"./eira cerebro reindex --index {name}"))
    if current and not current[0].documents:
        found.append(warning(AREA, f"the index {name} is empty", tried, _making(name, subject)))
    return found


async def _asked(shelf: Shelf, name: str, dimensions: int | None, subject: Subject) -> Finding:
    how = "words and a vector" if dimensions else "words"
    tried = f"the index {name} asked with {how}, ranked by {_semantic(subject)}"
    try:
        warnings = await shelf.warnings_of_a_question(dimensions)
    except SearchError as failed:
        return await _failed(tried, failed, subject, SEARCH_DATA)
    if warnings:
        what = f"index {name}: answers do without {', '.join(warnings)}"
        return warning(AREA, what, tried, *_mending(warnings))
    return ok(AREA, f"index {name} is as the code expects it and answers")


def _mending(warnings: Sequence[str]) -> Iterator[str]:
    """By the kind of each warning, which a detail may follow."""
    kinds = {each.partition(":")[0] for each in warnings}
    if SEMANTIC_FAILED in kinds:
        yield "the semantic ranker has to be on: az search service update --semantic-search"
        yield "AzureSearch__SemanticConfiguration names one"
    if EMBEDDING_FAILED in kinds:
        yield "the finding on models says why there is no vector; Search__Dimensions is its length"


def _semantic(subject: Subject) -> str:
    return subject.settings.azure_search.semantic_configuration


def _making(name: str, subject: Subject) -> str:
    if name == subject.settings.azure_search.default_index:
        return "./eira packs load makes it and fills it"
    return f"./eira cerebro create --index {name}, or take it from Search__AllowedIndexes"


async def _failed(tried: str, failed: SearchError, subject: Subject, role: str) -> Finding:
    azure = subject.settings.azure_search
    status = status_of(failed)
    if azure.api_key and status in (401, 403):
        what = f"it answers {status}: the key in {KEY} is not one of it"
        name = Need(role, SEARCH_KIND, azure.endpoint).name
        show = f"az search admin-key show --service-name {name} tells the right one"
        return error(AREA, what, tried, f"set {KEY}, or take it away and use roles", show)
    if status == MISSING:
        return error(AREA, "it answers 404", tried, "is AzureSearch__Endpoint a search service?")
    need = Need(role, SEARCH_KIND, azure.endpoint, for_people=True)
    return await failed_at(AREA, tried, failed, subject, need)
