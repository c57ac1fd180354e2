"""What an operation costs, in request units (RU), as close to the service as is published.

Where the numbers come from:

* Point reads and writes by size: Microsoft's table "Cost of reads and writes"
  (https://learn.microsoft.com/azure/cosmos-db/optimize-cost-reads-writes): 1 KB costs 1 RU to read
  and 5 RU to write, 100 KB cost 10 and 50 RU. Between them and beyond, a straight line.
* Indexing: the smallest document (id and partition key, default policy) is commonly reported at
  6.29 RU to create or delete and 10.29 RU to replace, and writes that index nothing at 5.33 RU.
  The stored document has six indexed leaves then (with _rid, _self, _attachments and _ts), hence
  0.16 RU for a leaf.
* Queries: 2.3 RU and more is what the smallest ones are reported at. For each document read, the
  example in https://learn.microsoft.com/azure/cosmos-db/nosql/troubleshoot-query-performance
  (60,951 documents, 400 MB, 4,059.95 RU) gives 0.0666 RU at 6.6 KB: 0.04 for the document and
  0.004 for each KB of it.

The service does not publish its formula; expect figures within some ten percent of a real account.
Sizes are of the stored JSON, system properties included.
"""

KILOBYTE = 1024

POINT_READ = 1.0
POINT_READ_PER_KB = (10 - 1) / 99
NOT_FOUND_READ = 1.0

CREATE = 5.33
REPLACE = 9.33
DELETE = 5.33
WRITE_PER_KB = (50 - 5) / 99
INDEXED_LEAF = 0.16
REFUSED_WRITE = 1.24
"""A write that ends in 404, 409 or 412 has only looked the document up."""

QUERY = 2.3
QUERY_PER_DOCUMENT = 0.04
QUERY_PER_KB = 0.004
CHANGE_FEED = 1.0
METADATA = 1.0


def read(size: int) -> float:
    """A point read of `size` bytes."""
    return POINT_READ + POINT_READ_PER_KB * _kilobytes_beyond_first(size)


def create(size: int, leaves: int) -> float:
    """`leaves` is how many values of the document go into the index."""
    return CREATE + WRITE_PER_KB * _kilobytes_beyond_first(size) + INDEXED_LEAF * leaves


def replace(size: int, leaves: int) -> float:
    """A replace, a patch, or an upsert that meets a document."""
    return REPLACE + WRITE_PER_KB * _kilobytes_beyond_first(size) + INDEXED_LEAF * leaves


def delete(size: int, leaves: int) -> float:
    return DELETE + WRITE_PER_KB * _kilobytes_beyond_first(size) + INDEXED_LEAF * leaves


def query(documents: int, size: int) -> float:
    """One page of a query that read so many documents of `size` bytes together."""
    return QUERY + QUERY_PER_DOCUMENT * documents + QUERY_PER_KB * size / KILOBYTE


def change_feed(documents: int, size: int) -> float:
    """One page of the change feed; an empty one costs 1 RU."""
    return CHANGE_FEED + QUERY_PER_DOCUMENT * documents + QUERY_PER_KB * size / KILOBYTE


def _kilobytes_beyond_first(size: int) -> float:
    return max(size / KILOBYTE - 1, 0)
