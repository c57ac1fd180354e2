"""Bringing one index of Cerebro to what another one holds, while documents are being written."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched
from typing import Any

from azure.search.documents.models import IndexDocumentsBatch

from shared.search.audience import one_of
from shared.search.cerebro import AzureSearchKnowledge, set_vector
from shared.search.embedding import embedded_text
from shared.search.fields import FIELDS, LANGUAGES, VECTOR_FIELD
from shared.search.indexing import all_rows

BATCH = 32
EVERYTHING = "id ne null"
LONG_AGO = datetime.min.replace(tzinfo=UTC)

type Embed = Callable[[Sequence[str]], Awaitable[list[list[float]]]]
type Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a document was written, and its hash; only what was loaded from files has one."""

    updated_at: datetime
    content_hash: str


type Stamps = Mapping[str, Stamp]


class Copying:
    """From the index `before` into the index `now`, with vectors made anew: an index does not give
    them back. Everything raises what Azure's SDK raises, SearchError, and what `embed` raises."""

    def __init__(
        self, knowledge: AzureSearchKnowledge, before: str, now: str, embed: Embed
    ) -> None:
        self._knowledge = knowledge
        self._before = before
        self._now = now
        self._embed = embed

    async def copy(self, tell: Tell) -> tuple[int, Stamps]:
        """Make both equal; how many documents differed, and the stamps of those that `now` has.

        What was written while the first pass copied is copied by the next one; what comes behind
        that is for `catch_up`.
        """
        copied, known = await self._pass(tell)
        done = copied
        while done > BATCH:
            last = done
            done, known = await self._pass(tell)
            copied += done
            if done >= last:
                break
        return copied, known

    async def _pass(self, tell: Tell) -> tuple[int, Stamps]:
        wanted, there = await self.stamps(self._before), await self.stamps(self._now)
        await self._delete(each for each in there if each not in wanted)
        differ = [each for each, stamp in wanted.items() if there.get(each) != stamp]
        await self._copy(differ, tell)
        return len(differ), wanted

    async def catch_up(self, known: Stamps | None) -> tuple[int, Stamps]:
        """Follow what was written into `before` since it was `known`, unless `now` has it newer;
        how many documents that were, and what is known now.

        Without `known`, what was loaded from files is left to the next load: whether it is lacking
        or was removed since, nobody can say. All else is never removed.
        """
        late, there = await self.stamps(self._before), await self.stamps(self._now)
        gone: list[str] = []
        if known is None:
            missed = [
                each
                for each, stamp in late.items()
                if not stamp.content_hash and _is_newer(stamp, there.get(each))
            ]
        else:
            missed = [
                each
                for each, stamp in late.items()
                if known.get(each) != stamp
                and (there.get(each) == known.get(each) or _is_newer(stamp, there.get(each)))
            ]
            gone = [
                each
                for each, stamp in known.items()
                if each not in late and there.get(each) == stamp
            ]
            gone = await self._really_gone(gone)
        await self._copy(missed, lambda _done, _total: None)
        await self._delete(gone)
        return len(missed) + len(gone), late

    async def stamps(self, index: str) -> Stamps:
        return {
            row["id"]: Stamp(datetime.fromisoformat(row["updatedAt"]), row.get("contentHash") or "")
            async for row in self._rows(index, EVERYTHING, ("contentHash",))
        }

    async def _really_gone(self, ids: Sequence[str]) -> list[str]:
        """One that was written again with an earlier time may have slipped by while all were
        listed."""
        gone: list[str] = []
        for some in batched(ids, BATCH, strict=False):
            held = {row["id"] async for row in self._rows(self._before, one_of("id", some), ())}
            gone += [each for each in some if each not in held]
        return gone

    async def _copy(self, ids: Sequence[str], tell: Tell) -> None:
        if not ids:
            return
        names = await self._fields_of_both()
        done = 0
        for some in batched(ids, BATCH, strict=False):
            condition = one_of("id", some)
            rows = self._rows(self._before, condition, names)
            await self._write([_again(row) async for row in rows])
            done += len(some)
            tell(done, len(ids))

    async def _fields_of_both(self) -> list[str]:
        async with self._knowledge.administration() as client:
            there = {field.name for field in (await client.get_index(self._before)).fields}
        return [each for each in FIELDS if each in there]

    async def _write(self, documents: Sequence[dict[str, Any]]) -> None:
        if not documents:
            return
        texts = [embedded_text(each["title"], each["content"]) for each in documents]
        vectors = await self._embed(texts)
        batch = IndexDocumentsBatch()
        actions = batch.add_upload_actions(list(documents))
        for action, vector in zip(actions, vectors, strict=True):
            set_vector(action, VECTOR_FIELD, vector)
        await self._knowledge.write(self._now, batch)

    async def _delete(self, ids: Iterable[str]) -> None:
        for some in batched(ids, BATCH, strict=False):
            batch = IndexDocumentsBatch()
            batch.add_delete_actions([{"id": each} for each in some])
            await self._knowledge.write(self._now, batch)

    def _rows(
        self, index: str, condition: str, fields: Sequence[str]
    ) -> AsyncIterator[dict[str, Any]]:
        return all_rows(self._knowledge.client(index), condition, fields)


def _is_newer(stamp: Stamp, there: Stamp | None) -> bool:
    return stamp.updated_at > (there.updated_at if there else LONG_AGO)


def _again(row: Mapping[str, Any]) -> dict[str, Any]:
    """A document as it is written; fields that its index did not have yet are filled."""
    document = {name: row.get(name) for name in FIELDS}
    for fields in LANGUAGES.values():
        document |= {fields.title: row["title"], fields.content: row["content"]}
    return {name: value for name, value in document.items() if value is not None}
