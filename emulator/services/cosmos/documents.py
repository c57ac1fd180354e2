"""The operations on the documents of a container, by path, method and the protocol's headers."""

import time
from collections.abc import Callable

from .answers import Answer, bad_request
from .batches import parse_batch, run_batch
from .calls import Call
from .catalog import Container
from .changes import FeedRequest, read_changes
from .items import Items, Outcome, parse_document
from .patching import Patch
from .queries import CONTINUATION, Scope, run_query
from .storage import Storage

EVERYTHING_QUERY = b'{"query":"SELECT * FROM c"}'


class Documents:
    """Reads from the storage's reader and writes through its shared transactions."""

    def __init__(self, storage: Storage, clock: Callable[[], float] = time.time) -> None:
        self._storage = storage
        self._clock = clock

    async def collection(self, container: Container, call: Call) -> Answer:
        """/dbs/{database}/colls/{container}/docs"""
        if call.method == "GET":
            return self._feed(container, call)
        if call.method != "POST":
            raise bad_request(f"{call.method} is not possible on the documents of a container.")
        if call.flag("x-ms-cosmos-is-query-plan-request"):
            raise bad_request("Query plans are not handed out: this account has one partition.")
        if call.is_query:
            return self._query(container, call, call.body)
        if call.flag("x-ms-cosmos-is-batch-request"):
            return await self._batch(container, call)
        return await self._create(container, call)

    async def document(self, container: Container, call: Call) -> Answer:
        """/dbs/{database}/colls/{container}/docs/{id}"""
        item_id, conditions = call.segments[5], call.conditions
        match call.method:
            case "GET":
                epk = call.epk(container.partition_key)
                items = Items(container, epk, self._storage.reader, self._storage, self._clock())
                return _answer(items.read(item_id, conditions), container, "read", body=True)
            case "PUT":
                document = parse_document(call.body)
                return await self._write(
                    container, call, "replace", lambda i: i.replace(item_id, document, conditions)
                )
            case "PATCH":
                patch = Patch.parse(parse_document(call.body))
                return await self._write(
                    container, call, "patch", lambda i: i.change(item_id, patch.apply, conditions)
                )
            case "DELETE":
                return await self._write(
                    container, call, "delete", lambda i: i.delete(item_id, conditions)
                )
            case other:
                raise bad_request(f"{other} is not possible on a document.")

    async def delete_partition(self, container: Container, call: Call) -> Answer:
        """POST …/operations/partitionkeydelete: all documents of one logical partition."""

        def delete(items: Items) -> Outcome:
            items.delete_all()
            return Outcome(200, 1.0)

        return await self._write(container, call, "deletePartition", delete)

    async def _create(self, container: Container, call: Call) -> Answer:
        document, conditions = parse_document(call.body), call.conditions
        if call.flag("x-ms-documentdb-is-upsert"):
            return await self._write(
                container, call, "upsert", lambda i: i.upsert(document, conditions)
            )
        return await self._write(container, call, "create", lambda i: i.create(document))

    async def _batch(self, container: Container, call: Call) -> Answer:
        operations, bodies = parse_batch(call.body), call.wants_body
        return await self._write(
            container, call, "batch", lambda i: run_batch(i, operations, with_bodies=bodies)
        )

    async def _write(
        self, container: Container, call: Call, operation: str, work: Callable[[Items], Outcome]
    ) -> Answer:
        epk = call.epk(container.partition_key)
        now = self._clock()
        outcome = await self._storage.write(
            lambda db: work(Items(container, epk, db, self._storage, now))
        )
        body = call.wants_body or operation == "batch"
        return _answer(outcome, container, operation, body=body)

    def _query(self, container: Container, call: Call, body: bytes) -> Answer:
        scope = Scope(
            range=call.range(container.partition_key),
            at_most=call.at_most,
            continuation=call.headers.get(CONTINUATION),
        )
        return run_query(self._storage.reader, container, body, scope, self._clock())

    def _feed(self, container: Container, call: Call) -> Answer:
        """GET of all documents, or of their changes when A-IM asks for them."""
        mode = call.headers.get("a-im")
        if mode is None:
            return self._query(container, call, EVERYTHING_QUERY)
        if mode.lower() != "incremental feed":
            raise bad_request(f"The change feed mode {mode!r} is not emulated: latest version is.")
        request = FeedRequest(
            range=call.range(container.partition_key),
            after=call.headers.get("if-none-match"),
            modified_since=call.headers.get("if-modified-since"),
            at_most=call.at_most,
        )
        lsn = self._storage.committed_lsn
        return read_changes(self._storage.reader, container, request, lsn, self._clock())


def _answer(outcome: Outcome, container: Container, operation: str, *, body: bool) -> Answer:
    headers = {"etag": outcome.etag} if outcome.etag else {}
    return Answer(
        outcome.status,
        outcome.body if body else b"",
        headers,
        outcome.charge,
        operation,
        container.name,
    )
