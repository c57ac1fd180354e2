"""The port AuditLog."""

import asyncio
from collections.abc import Callable

import pytest

from shared.contracts.audit import Actor, AuditEvent, Entity
from shared.contracts.plan import Provenance
from shared.ports import Dependencies
from tests.contract.conftest import Sides
from tests.fakes.samples import AT

type Fresh = Callable[[], str]


def event(conversation: str, event_id: str, tenant: str = "tenant-a") -> AuditEvent:
    return AuditEvent(
        event_id=event_id,
        tenant_id=tenant,
        conversation_id=conversation,
        run_id="01RUN",
        actor=Actor(user_id="user-ana", roles=("employee",)),
        at=AT,
        kind="flow.executed",
        flow_type="CreateTask",
        tools=("createTask",),
        entities=(Entity(type="task", id="T-1"),),
        provenance={"c0": {"title": Provenance(source="user", quote="revisar «ñ»")}},
        pack_version="2026.11",
        correlation_id="corr-1",
    )


async def recorded(deps: Dependencies, conversation: str, *ids: str) -> None:
    for event_id in ids:
        await deps.audit.record(event(conversation, event_id))


async def test_an_event_is_recorded_once_and_never_changed(sides: Sides, fresh: Fresh) -> None:
    conversation = fresh()
    await recorded(sides.near, conversation, "01A")
    changed = event(conversation, "01A").model_copy(update={"flow_type": "Other"})
    await sides.far.audit.record(changed)
    page = await sides.far.audit.page("tenant-a", conversation, None, 10)
    assert page.items == (event(conversation, "01A"),)
    assert page.next is None


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6])
async def test_pages_give_everything_once_oldest_first(
    deps: Dependencies, fresh: Fresh, size: int
) -> None:
    conversation = fresh()
    await recorded(deps, conversation, "01C", "01A", "01E", "01B", "01D")
    seen: list[str] = []
    after: str | None = None
    while True:
        page = await deps.audit.page("tenant-a", conversation, after, size)
        assert len(page.items) <= size
        seen += [each.event_id for each in page.items]
        if page.next is None:
            break
        after = page.next
    assert seen == ["01A", "01B", "01C", "01D", "01E"]


async def test_other_conversations_and_tenants_are_not_in_it(
    deps: Dependencies, fresh: Fresh
) -> None:
    conversation = fresh()
    await recorded(deps, conversation, "01A")
    await deps.audit.record(event(conversation, "01B", tenant="tenant-b"))
    assert (await deps.audit.page("tenant-a", fresh(), None, 10)).items == ()
    page = await deps.audit.page("tenant-b", conversation, None, 10)
    assert [each.event_id for each in page.items] == ["01B"]


async def test_what_was_stored_is_told_by_when_it_was(sides: Sides, fresh: Fresh) -> None:
    conversation = fresh()
    await recorded(sides.near, conversation, "01B", "01A")
    await sides.near.audit.record(event(conversation, "01C", tenant="tenant-b"))
    everything = await sides.far.audit.stored_since("tenant-a", conversation, 0)
    assert sorted(each.event.event_id for each in everything) == ["01A", "01B"]
    assert list(everything) == sorted(everything, key=lambda e: (e.second, e.event.event_id))
    newest = everything[-1].second
    again = await sides.far.audit.stored_since("tenant-a", conversation, newest)
    assert again == tuple(each for each in everything if each.second == newest)
    assert await sides.far.audit.stored_since("tenant-a", conversation, newest + 1) == ()


async def test_whoever_waits_in_the_same_process_is_woken(deps: Dependencies, fresh: Fresh) -> None:
    conversation = fresh()
    waiting = asyncio.create_task(deps.audit.changed("tenant-a", conversation, 60))
    await asyncio.sleep(0)
    await recorded(deps, conversation, "01A")
    async with asyncio.timeout(30):
        await waiting


async def test_nobody_waits_for_ever(deps: Dependencies, fresh: Fresh) -> None:
    await deps.audit.changed("tenant-a", fresh(), 0.01)
