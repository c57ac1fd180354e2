"""Flows in memory."""

from shared.contracts.conversations import folded
from shared.contracts.flows.stored import FlowHead, StoredFlow
from shared.contracts.flows.versions import FlowVersion
from shared.contracts.paging import ListPlace, stamp

type Key = tuple[str, str]


class FakeFlows:
    def __init__(self) -> None:
        self.stored: dict[Key, list[StoredFlow]] = {}
        self.deleted: set[Key] = set()

    async def create(self, first: StoredFlow) -> bool:
        if _key(first) in self.deleted or _key(first) in self.stored:
            return False
        self.stored[_key(first)] = [first]
        return True

    async def head(self, tenant_id: str, flow_id: str) -> FlowHead | None:
        found = self.stored.get((tenant_id, flow_id))
        if not found:
            return None
        return FlowHead(
            flow_id=flow_id,
            tenant_id=tenant_id,
            newest=found[-1].about,
            created_at=found[0].created_at,
            created_by=found[0].created_by,
        )

    async def read(
        self, tenant_id: str, flow_id: str, version: int | None = None
    ) -> StoredFlow | None:
        found = self.stored.get((tenant_id, flow_id), [])
        wanted = len(found) if version is None else version
        return found[wanted - 1] if 1 <= wanted <= len(found) else None

    async def add(self, following: StoredFlow) -> StoredFlow | None:
        found = self.stored.get(_key(following), [])
        number = following.about.version
        if not found or number > len(found) + 1:
            return None
        if number == len(found) + 1:
            found.append(following)
        return found[number - 1]

    async def of_tenant(
        self, tenant_id: str, behind: ListPlace | None, limit: int, words: str | None = None
    ) -> tuple[FlowHead, ...]:
        place = (behind.moment, behind.id) if behind else ("~", "~")
        heads = [await self.head(*key) for key in self.stored if key[0] == tenant_id]
        found = [
            (stamp(each.newest.saved_at), each.flow_id, each)
            for each in heads
            if each and folded(words or "") in folded(each.newest.name or "")
        ]
        found.sort(key=lambda one: one[:2], reverse=True)
        return tuple([each for *where, each in found if tuple(where) < place][:limit])

    async def versions(
        self, tenant_id: str, flow_id: str, limit: int, before: int | None = None
    ) -> tuple[FlowVersion, ...]:
        found = [each.about for each in self.stored.get((tenant_id, flow_id), [])]
        older = [each for each in reversed(found) if before is None or each.version < before]
        return tuple(older[:limit])

    async def delete(self, tenant_id: str, flow_id: str) -> bool:
        key = (tenant_id, flow_id)
        if self.stored.pop(key, None) is not None:
            self.deleted.add(key)
        return key in self.deleted


def _key(version: StoredFlow) -> Key:
    return version.tenant_id, version.flow_id
