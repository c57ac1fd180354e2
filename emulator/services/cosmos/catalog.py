"""Databases and containers: kept in memory, written through to SQLite."""

import json
import sqlite3
import struct
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from .answers import bad_request, conflict, not_found
from .indexing import IndexingPolicy, policy_document
from .jsonvalues import Json, JsonObject
from .partitioning import PartitionKey
from .storage import Storage

OWNER_NOT_FOUND = 1003
"""Sub-status: the container an item is looked for in does not exist."""

_FORBIDDEN = frozenset("/\\?#")
_CONTAINER_MARK = 0x80000000


@dataclass(frozen=True, slots=True)
class Container:
    """A container as the data plane needs it. `default_ttl` in seconds, -1 for no default end."""

    number: int
    name: str
    rid: str
    self_link: str
    properties: JsonObject
    partition_key: PartitionKey
    default_ttl: int | None
    indexing: IndexingPolicy

    def item_rid(self, sequence: int) -> str:
        """The `_rid` of the document created as number `sequence`."""
        return _rid(_octets(self.rid) + struct.pack("<Q", sequence))


@dataclass(frozen=True, slots=True)
class Database:
    number: int
    name: str
    rid: str
    created: int
    containers: dict[str, Container] = field(default_factory=dict)

    def document(self) -> JsonObject:
        return {
            "id": self.name,
            "_rid": self.rid,
            "_self": f"dbs/{self.rid}/",
            "_etag": f'"{self.created:08x}-0000"',
            "_colls": "colls/",
            "_users": "users/",
            "_ts": self.created,
        }


class Catalog:
    """All of the account. Every change is in SQLite when its method returns."""

    def __init__(self, storage: Storage, clock: Callable[[], float]) -> None:
        self._storage = storage
        self._clock = clock
        self.databases: dict[str, Database] = {}
        self._load()

    def database(self, name: str) -> Database:
        """Raises a 404."""
        found = self.databases.get(name)
        if found is None:
            raise not_found("Database", OWNER_NOT_FOUND)
        return found

    def container(self, database: str, name: str) -> Container:
        """Raises a 404."""
        found = self.database(database).containers.get(name)
        if found is None:
            raise not_found("Container", OWNER_NOT_FOUND)
        return found

    def create_database(self, name: Json) -> Database:
        """Raises a 409 or 400."""
        checked = _checked_id(name)
        if checked in self.databases:
            raise conflict()
        number, created = self._next_number("databases"), int(self._clock())
        row = (number, checked, created)
        self._storage.write_now(lambda db: _run(db, "INSERT INTO databases VALUES (?, ?, ?)", row))
        return self._remember_database(number, checked, created)

    def delete_database(self, name: str) -> None:
        database = self.database(name)
        for container in list(database.containers):
            self.delete_container(name, container)
        self._storage.write_now(
            lambda db: _run(db, "DELETE FROM databases WHERE number = ?", (database.number,))
        )
        del self.databases[name]

    def create_container(self, database_name: str, wanted: JsonObject) -> Container:
        """From the body of a POST; raises a 404, 409 or 400."""
        database = self.database(database_name)
        name = _checked_id(wanted.get("id"))
        if name in database.containers:
            raise conflict()
        number = self._next_number("containers")
        container = _container(database, number, self._complete(database, number, wanted))
        row = (number, database.number, name, json.dumps(container.properties))
        self._storage.write_now(
            lambda db: _run(db, "INSERT INTO containers VALUES (?, ?, ?, ?)", row)
        )
        database.containers[name] = container
        return container

    def replace_container(self, database_name: str, name: str, wanted: JsonObject) -> Container:
        """TTL and indexing may change, the partition key may not; raises a 404 or 400."""
        old = self.container(database_name, name)
        database = self.database(database_name)
        completed = self._complete(database, old.number, {**wanted, "id": name})
        container = _container(database, old.number, completed)
        if container.partition_key != old.partition_key:
            raise bad_request("The partition key of a container cannot be changed.")

        def change(db: sqlite3.Connection) -> None:
            row = (json.dumps(container.properties), container.number)
            db.execute("UPDATE containers SET properties = ? WHERE number = ?", row)
            _renew_expiry(db, container)

        self._storage.write_now(change)
        database.containers[name] = container
        return container

    def delete_container(self, database_name: str, name: str) -> None:
        container = self.container(database_name, name)

        def change(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM items WHERE container = ?", (container.number,))
            db.execute("DELETE FROM containers WHERE number = ?", (container.number,))

        self._storage.write_now(change)
        del self.database(database_name).containers[name]

    def _complete(self, database: Database, number: int, wanted: JsonObject) -> JsonObject:
        """The properties the service would answer: what was wanted, defaults and system ones."""
        rid = _rid(_octets(database.rid) + struct.pack(">I", number | _CONTAINER_MARK))
        properties: JsonObject = {
            key: value for key, value in wanted.items() if not key.startswith("_")
        }
        properties["partitionKey"] = PartitionKey.parse(wanted.get("partitionKey")).definition()
        properties["indexingPolicy"] = policy_document(wanted.get("indexingPolicy"))
        if properties.get("defaultTtl") is None:
            properties.pop("defaultTtl", None)
        timestamp = int(self._clock())
        properties |= {
            "_rid": rid,
            "_ts": timestamp,
            "_self": f"dbs/{database.rid}/colls/{rid}/",
            "_etag": f'"{timestamp:08x}-{number:04x}"',
            "_docs": "docs/",
            "_conflicts": "conflicts/",
        }
        return properties

    def _next_number(self, table: str) -> int:
        # The names of tables are this module's own.
        statement = f"SELECT coalesce(max(number), 0) + 1 FROM {table}"  # noqa: S608
        highest = int(self._storage.reader.execute(statement).fetchone()[0])
        # A container that is deleted and made again is another one: never reuse a number.
        return max(highest, self._storage.next_lsn() & 0x7FFFFFFF)

    def _remember_database(self, number: int, name: str, created: int) -> Database:
        database = Database(number, name, _rid(struct.pack(">I", number)), created)
        self.databases[name] = database
        return database

    def _load(self) -> None:
        reader = self._storage.reader
        numbers: dict[int, Database] = {}
        for number, name, created in reader.execute("SELECT number, id, ts FROM databases"):
            numbers[number] = self._remember_database(number, name, created)
        for number, owner, name, text in reader.execute(
            "SELECT number, database, id, properties FROM containers"
        ):
            properties = cast(JsonObject, json.loads(text))
            numbers[owner].containers[name] = _container(numbers[owner], number, properties)


def _container(database: Database, number: int, properties: JsonObject) -> Container:
    rid, self_link = str(properties["_rid"]), str(properties["_self"])
    return Container(
        number=number,
        name=str(properties["id"]),
        rid=rid,
        self_link=self_link,
        properties=properties,
        partition_key=PartitionKey.parse(properties["partitionKey"]),
        default_ttl=_checked_ttl(properties.get("defaultTtl")),
        indexing=IndexingPolicy.parse(policy_document(properties["indexingPolicy"])),
    )


def _renew_expiry(db: sqlite3.Connection, container: Container) -> None:
    """Existing items follow the container's new TTL."""
    if container.default_ttl is None:
        db.execute("UPDATE items SET expires = NULL WHERE container = ?", (container.number,))
        return
    rows = db.execute("SELECT seq, ts, body FROM items WHERE container = ?", (container.number,))
    for sequence, timestamp, body in rows.fetchall():
        expires = expiry_of(container, json.loads(body), timestamp)
        db.execute("UPDATE items SET expires = ? WHERE seq = ?", (expires, sequence))


def expiry_of(container: Container, document: JsonObject, written: float) -> float | None:
    """When a document written at `written` (epoch seconds) ends; None for never."""
    if container.default_ttl is None:
        return None
    ttl = document.get("ttl")
    seconds = ttl if isinstance(ttl, int) else container.default_ttl
    return None if seconds == -1 else written + seconds


def _checked_id(name: Json) -> str:
    if not isinstance(name, str) or not name or _FORBIDDEN & set(name):
        raise bad_request(f"The id {name!r} must be a text without / \\ ? and #.")
    return name


def _checked_ttl(ttl: Json) -> int | None:
    if ttl is None:
        return None
    if not isinstance(ttl, int) or isinstance(ttl, bool) or (ttl < 1 and ttl != -1):
        raise bad_request(f"The defaultTtl {ttl!r} must be a positive number of seconds or -1.")
    return ttl


def _run(db: sqlite3.Connection, statement: str, row: tuple[object, ...]) -> None:
    db.execute(statement, row)


def _rid(octets: bytes) -> str:
    # The service's base64 has - for /, as resource ids stand in paths.
    return b64encode(octets).decode().replace("/", "-")


def _octets(rid: str) -> bytes:
    return b64decode(rid.replace("-", "/"))
