"""What a load would do that hardly anybody wants without having been asked."""

from collections import Counter
from collections.abc import Iterator, Mapping

from cli.knowledge.folders import FolderRead, Labels, document_of
from shared.search.fields import EVERY_TENANT
from shared.search.indexing import Placed

MOST_REMOVED = 0.5
"""The share of a collection's documents that goes without a question."""


class DoubtfulError(Exception):
    """The load was not begun; `doubts` say why, a line each."""

    def __init__(self, doubts: tuple[str, ...]) -> None:
        super().__init__("\n".join(doubts))
        self.doubts = doubts


def doubts_of(read: FolderRead, labels: Labels, held: Mapping[str, Placed]) -> Iterator[str]:
    """`held` is by id what the index has of the collection, of all tenants."""
    yield from _of_another_folder(labels, held)
    yield from _of_another_tenant(labels, held)
    yield from _much_would_go(read, labels, held)


def _of_another_folder(labels: Labels, held: Mapping[str, Placed]) -> Iterator[str]:
    if labels.root is None:
        return
    roots = Counter(each.root for each in held.values() if each.root != labels.root)
    for root, chunks in sorted(roots.items(), key=str):
        where = f"the folder {root}" if root else f"a folder with --source {labels.source}"
        yield (
            f"{labels.source}: {chunks} chunks came from {where}, and this is {labels.root}: "
            "they would be brought to what this folder says. If it is another one, give it a name "
            "of its own with --source NAME."
        )


def _of_another_tenant(labels: Labels, held: Mapping[str, Placed]) -> Iterator[str]:
    tenants = Counter(each.tenant_id for each in held.values())
    for tenant, chunks in sorted(tenants.items()):
        if tenant != labels.tenant_id:
            yield (
                f"{labels.source}: {chunks} chunks are there for {_whom(tenant)}, and would be "
                f"moved to {_whom(labels.tenant_id)}. To have both, load one with --source NAME."
            )


def _whom(tenant: str) -> str:
    return "everybody" if tenant == EVERY_TENANT else f"the tenant {tenant}"


def _much_would_go(read: FolderRead, labels: Labels, held: Mapping[str, Placed]) -> Iterator[str]:
    if any(not each.prefix for each in read.bad):
        return  # nothing goes
    there = {
        document_of(each) for each, placed in held.items() if placed.tenant_id == labels.tenant_id
    }
    gone = there - read.names.keys()
    if len(gone) > MOST_REMOVED * len(there):
        yield (
            f"{labels.source}: {len(gone)} of its {len(there)} documents would be removed, as the "
            "folder has no such file any more. Is it the right folder, with all that is in it?"
        )
