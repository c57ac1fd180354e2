"""The ports AuditLog and AuditChains, as far as chains go."""

import asyncio
import json
import time
from collections.abc import Callable

from shared.contracts.audit import Actor, AuditEvent, EventKind
from shared.contracts.chain import ANCHORS, Head, StoredItem, next_anchor
from shared.contracts.chain_check import Checked, check_anchors, check_chain
from shared.ports import Dependencies
from tests.contract.conftest import Sides
from tests.fakes.samples import AT

type Fresh = Callable[[], str]

MARKER = "jirafa-violeta"


def event(
    conversation: str, event_id: str, tenant: str = "tenant-a", kind: EventKind = "flow.executed"
) -> AuditEvent:
    return AuditEvent(
        event_id=event_id,
        tenant_id=tenant,
        conversation_id=conversation,
        actor=Actor(user_id="user-ana"),
        at=AT,
        kind=kind,
        details={"said": MARKER},
        correlation_id="corr-1",
    )


async def sealed(deps: Dependencies, conversation: str, *ids: str, begins: bool = False) -> None:
    for each in ids:
        await deps.audit.record(event(conversation, each))
    await deps.audit.seal("tenant-a", conversation, ids, AT, begins=begins)


async def checked(deps: Dependencies, conversation: str) -> Checked:
    items = await deps.chains.items("tenant-a", conversation)
    return check_chain(items, time.time())


def links(items: tuple[StoredItem, ...]) -> list[StoredItem]:
    found = [each for each in items if str(each["id"]).startswith("link-")]
    return sorted(found, key=lambda each: str(each["id"]))


async def test_what_is_sealed_holds(sides: Sides, fresh: Fresh) -> None:
    conversation = fresh()
    await sealed(sides.near, conversation, "01A", "01B", begins=True)
    await sealed(sides.far, conversation, "01C")
    await sealed(sides.near, conversation, "01D", begins=True)
    found = await checked(sides.far, conversation)
    assert (found.events, found.breaks, found.unsealed) == (4, (), {})
    assert list(found.digests) == [1, 2, 3]


async def test_the_timeline_shows_events_and_no_links(deps: Dependencies, fresh: Fresh) -> None:
    conversation = fresh()
    await sealed(deps, conversation, "01A", "01B")
    page = await deps.audit.page("tenant-a", conversation, None, 2)
    assert ([each.event_id for each in page.items], page.next) == (["01A", "01B"], None)
    assert (await deps.audit.page("tenant-a", conversation, "01B", 5)).items == ()
    stored = await deps.audit.stored_since("tenant-a", conversation, 0)
    assert sorted(each.event.event_id for each in stored) == ["01A", "01B"]


async def test_an_event_that_another_process_recorded_is_sealed(sides: Sides, fresh: Fresh) -> None:
    conversation = fresh()
    await sides.near.audit.record(event(conversation, "01A"))
    # A second attempt has other words, and is not what is stored.
    await sides.far.audit.record(event(conversation, "01A", kind="agent.called"))
    await sides.far.audit.seal("tenant-a", conversation, ["01A", "01NOT-THERE"], AT)
    found = await checked(sides.near, conversation)
    assert (found.events, found.breaks, found.unsealed) == (1, (), {})


async def test_sealing_again_adds_nothing(sides: Sides, fresh: Fresh) -> None:
    conversation = fresh()
    for side in (sides.near, sides.near, sides.far):
        await sealed(side, conversation, "01A", begins=True)
    await sides.far.audit.seal("tenant-a", conversation, ["01NOT-THERE"], AT)
    assert len(links(await sides.near.chains.items("tenant-a", conversation))) == 1


async def test_of_many_seals_at_once_each_has_its_link_in_one_chain(
    sides: Sides, fresh: Fresh
) -> None:
    conversation = fresh()
    ids = [f"01{n:02}" for n in range(12)]
    await asyncio.gather(
        *(
            sealed(sides.far if n % 2 else sides.near, conversation, each, begins=n % 3 == 0)
            for n, each in enumerate(ids)
        )
    )
    found = await checked(sides.near, conversation)
    assert (found.events, found.breaks, found.unsealed) == (12, (), {})
    assert list(found.digests) == list(range(1, 13))


async def test_chains_of_tenants_do_not_meet(deps: Dependencies, fresh: Fresh) -> None:
    conversation = fresh()
    await sealed(deps, conversation, "01A")
    await deps.audit.record(event(conversation, "01B", tenant="tenant-b"))
    await deps.audit.seal("tenant-b", conversation, ["01A", "01B"], AT)
    (link,) = links(await deps.chains.items("tenant-b", conversation))
    assert [each["eventId"] for each in link["entries"]] == ["01B"]


async def test_all_conversations_of_a_tenant_are_found_once(
    deps: Dependencies, fresh: Fresh
) -> None:
    tenant = fresh()
    for conversation in ("c2", "c1"):
        for each in ("01A", "01B"):
            await deps.audit.record(event(conversation, each, tenant=tenant))
    assert await deps.chains.add_anchor(next_anchor(tenant, None, (), AT, 0))
    assert await deps.chains.conversations(tenant) == ("c1", "c2")
    assert await deps.chains.conversations(fresh()) == ()


async def test_what_was_stored_lately_is_told_without_what_events_say(
    deps: Dependencies, fresh: Fresh
) -> None:
    tenant = fresh()
    await deps.audit.record(event("c1", "01A", tenant=tenant))
    await deps.audit.seal(tenant, "c1", ["01A"], AT)
    await deps.chains.add_anchor(next_anchor(tenant, None, (), AT, 0))
    items = await deps.chains.stored_since(tenant, 0)
    assert sorted(each["id"] for each in items) == ["01A", "link-000000000001"]
    second = max(each["_ts"] for each in items)
    assert await deps.chains.stored_since(tenant, second + 1) == ()
    (link,) = links(items)
    (whole,) = links(await deps.chains.items(tenant, "c1"))
    assert [link[name] for name in ("conversationId", "seq", "digest", "entries")] == [
        whole[name] for name in ("conversationId", "seq", "digest", "entries")
    ]


async def test_anchors_have_numbers_that_are_taken_once(sides: Sides, fresh: Fresh) -> None:
    tenant = fresh()
    assert await sides.near.chains.newest_anchor(tenant) is None
    first = next_anchor(tenant, None, [Head(conversation_id="c1", seq=1, digest="d1")], AT, 5)
    assert await sides.near.chains.add_anchor(first)
    assert not await sides.far.chains.add_anchor(first)
    assert await sides.far.chains.newest_anchor(tenant) == first
    second = next_anchor(tenant, first, [Head(conversation_id="c1", seq=2, digest="d2")], AT, 9)
    assert await sides.far.chains.add_anchor(second)
    assert await sides.near.chains.newest_anchor(tenant) == second
    items = await sides.near.chains.items(tenant, ANCHORS)
    assert check_anchors(items, {"c1": {1: "d1", 2: "d2"}}).breaks == ()


async def test_what_is_erased_keeps_the_chain_and_nothing_that_was_said(
    sides: Sides, fresh: Fresh
) -> None:
    conversation = fresh()
    await sealed(sides.near, conversation, "01A", "01B")
    await sides.near.audit.record(event(conversation, "01E", kind="conversation.erased"))
    await sides.near.audit.seal("tenant-a", conversation, ["01E"], AT)
    for side in (sides.near, sides.far):
        await side.chains.erase("tenant-a", conversation)
    items = await sides.far.chains.items("tenant-a", conversation)
    assert json.dumps(items).count(MARKER) == 1
    assert sum("salt" in each for each in items) == 1
    found = await checked(sides.near, conversation)
    assert (found.events, found.erased, found.breaks) == (3, 2, ())
    for side in (sides.near, sides.far):
        page = await side.audit.page("tenant-a", conversation, None, 10)
        assert [each.event_id for each in page.items] == ["01E"]
        stored = await side.audit.stored_since("tenant-a", conversation, 0)
        assert [each.event.event_id for each in stored] == ["01E"]
    # What is left can be sealed again, with the digest that it had.
    await sides.far.audit.seal("tenant-a", conversation, ["01A"], AT)
    assert (await checked(sides.near, conversation)).breaks == ()
