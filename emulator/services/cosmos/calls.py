"""A request as the operations see it: what it addresses, and the headers of the protocol."""

from dataclasses import dataclass
from urllib.parse import unquote

from aiohttp import web
from multidict import CIMultiDictProxy

from .answers import bad_request
from .items import Conditions
from .partitioning import EVERYTHING, Component, PartitionKey, Range, parse_components

PARTITION_KEY = "x-ms-documentdb-partitionkey"

_PAGE = 100
_LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Call:
    """`segments` are the parts of the path, decoded: dbs, database, colls, container, docs, id."""

    method: str
    segments: tuple[str, ...]
    headers: CIMultiDictProxy[str]
    body: bytes
    origin: str

    def flag(self, name: str) -> bool:
        return self.headers.get(name, "").lower() == "true"

    @property
    def is_query(self) -> bool:
        content_type = self.headers.get("content-type", "")
        return self.flag("x-ms-documentdb-isquery") or "query+json" in content_type

    @property
    def conditions(self) -> Conditions:
        return Conditions(self.headers.get("if-match"), self.headers.get("if-none-match"))

    @property
    def wants_body(self) -> bool:
        return "return=minimal" not in self.headers.get("prefer", "")

    @property
    def at_most(self) -> int:
        """How many results a page takes; -1 leaves it to the service."""
        text = self.headers.get("x-ms-max-item-count", str(_PAGE))
        try:
            wanted = int(text)
        except ValueError:
            raise bad_request(f"x-ms-max-item-count {text!r} is not a number.") from None
        return min(wanted, _LARGEST_PAGE) if wanted > 0 else _LARGEST_PAGE

    def components(self) -> tuple[Component, ...] | None:
        header = self.headers.get(PARTITION_KEY)
        return None if header is None else parse_components(header)

    def epk(self, key: PartitionKey) -> str:
        """The effective partition key of one item; raises a 400 when levels are missing."""
        components = self.components()
        if components is None or len(components) != len(key.paths):
            raise bad_request(
                "Partition key provided either doesn't correspond to definition in the collection "
                "or doesn't match partition key field values specified in the document."
            )
        return key.effective(components)

    def range(self, key: PartitionKey) -> Range:
        """What a feed or query is limited to: a partition, a prefix, or a range of hashes."""
        components = self.components()
        if components:
            if len(components) > len(key.paths):
                raise bad_request("The partition key has more levels than the container's.")
            return key.range_of(components)
        start, end = self.headers.get("x-ms-start-epk"), self.headers.get("x-ms-end-epk")
        return EVERYTHING if start is None or end is None else Range(start, end)


async def receive(request: web.Request) -> Call:
    segments = tuple(unquote(part) for part in request.raw_path.partition("?")[0].split("/"))
    return Call(
        method=request.method,
        segments=tuple(part for part in segments if part),
        headers=request.headers,
        body=await request.read() if request.body_exists else b"",
        origin=f"{request.scheme}://{request.host}/",
    )
