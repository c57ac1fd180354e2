"""Anchors: what was left unsealed is sealed, and what is new is held."""

from dataclasses import replace
from datetime import timedelta

import pytest

from api.anchoring import anchor
from shared.contracts.audit import Actor, AuditEvent
from shared.contracts.chain import ANCHORS, SETTLED_AFTER_SECONDS, Anchor
from shared.contracts.chain_check import check_anchors, check_chain
from shared.errors import StoreError
from tests.fakes.audit import FakeAuditChains
from tests.fakes.samples import AT
from tests.fakes.world import World


def audited() -> World:
    world = World()
    world.audit.second = int(world.clock().timestamp())
    return world


async def record(world: World, event_id: str, conversation: str = "c1") -> None:
    await world.audit.record(
        AuditEvent(
            event_id=event_id,
            tenant_id="tenant-a",
            conversation_id=conversation,
            actor=Actor(user_id="user-ana"),
            at=AT,
            kind="flow.executed",
            correlation_id="corr-1",
        )
    )


async def seal(world: World, event_id: str, conversation: str = "c1") -> None:
    await record(world, event_id, conversation)
    await world.audit.seal("tenant-a", conversation, [event_id], AT)


async def anchors(world: World) -> list[Anchor]:
    items = await world.deps().chains.items("tenant-a", ANCHORS)
    return [Anchor.model_validate(each) for each in items]


async def hold(world: World) -> bool:
    """Whether every chain of the tenant does, and nothing is unsealed."""
    deps = world.deps()
    digests = {}
    for conversation in await deps.chains.conversations("tenant-a"):
        items = await deps.chains.items("tenant-a", conversation)
        found = check_chain(items, world.clock().timestamp())
        if found.breaks or found.unsealed:
            return False
        digests[conversation] = found.digests
    held = await deps.chains.items("tenant-a", ANCHORS)
    return not check_anchors(held, digests).breaks


async def test_the_newest_link_of_each_conversation_is_anchored() -> None:
    world = audited()
    for each in ("01A", "01B"):
        await seal(world, each)
    await seal(world, "01C", "c2")
    await anchor(world.deps())
    (made,) = await anchors(world)
    assert [(each.conversation_id, each.seq) for each in made.heads] == [("c1", 2), ("c2", 1)]
    assert await hold(world)


async def test_nothing_new_makes_no_anchor() -> None:
    world = audited()
    await anchor(world.deps())
    assert await anchors(world) == []
    await seal(world, "01A")
    for _ in range(3):
        await anchor(world.deps())
    assert len(await anchors(world)) == 1


async def test_an_anchor_holds_what_is_new_since_the_one_before() -> None:
    world = audited()
    await seal(world, "01A")
    await anchor(world.deps())
    world.audit.second += 600
    await seal(world, "01B", "c2")
    await anchor(world.deps())
    first, second = await anchors(world)
    assert [each.conversation_id for each in second.heads] == ["c2"]
    assert second.up_to > first.up_to
    assert await hold(world)


async def test_what_a_run_left_unsealed_is_sealed_once_it_is_settled() -> None:
    world = audited()
    await seal(world, "01A")
    await record(world, "01B")
    await anchor(world.deps())
    assert not await hold(world)
    world.audit.second += SETTLED_AFTER_SECONDS + 1
    world.clock.now += timedelta(seconds=SETTLED_AFTER_SECONDS + 1)
    await seal(world, "01C", "c2")
    await anchor(world.deps())
    assert await hold(world)
    *_, made = await anchors(world)
    assert [(each.conversation_id, each.seq) for each in made.heads] == [("c1", 2), ("c2", 1)]


async def test_what_is_sealed_late_is_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    world = audited()
    await record(world, "01B\nforged line")
    world.audit.second += SETTLED_AFTER_SECONDS + 1
    world.clock.now = world.clock.now.fromtimestamp(world.audit.second, world.clock.now.tzinfo)
    await anchor(world.deps())
    told = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
    assert told == ["tenant=tenant-a conversation='c1' sealed late: '01B\\nforged line'"]


async def test_what_waits_is_found_however_much_comes_behind_it() -> None:
    """A run is still at work, for longer than an anchor looks back."""
    world = audited()
    await record(world, "01A")
    now = world.clock.now
    for n in range(4):
        # Others are sealed meanwhile, by a store whose clock runs fast.
        world.audit.second += 100
        await seal(world, f"01B{n}", f"d{n}")
        await anchor(world.deps())
    assert not await hold(world)
    world.clock.now = now + timedelta(seconds=400)
    await anchor(world.deps())
    assert await hold(world)


class OneAnchor(FakeAuditChains):
    """The store is away once it has one."""

    async def add_anchor(self, anchor: Anchor) -> bool:
        if await self.newest_anchor(anchor.tenant_id):
            raise StoreError("away")
        return await super().add_anchor(anchor)


async def test_what_one_anchor_cannot_hold_is_held_though_the_next_one_breaks_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("api.anchoring.MOST_HEADS", 2)
    world = audited()
    await seal(world, "01A", "c3")
    world.audit.second += 600
    world.clock.now += timedelta(seconds=600)
    await seal(world, "01B", "c1")
    await seal(world, "01C", "c2")
    await anchor(replace(world.deps(), chains=OneAnchor(world.audit)))
    assert len(await anchors(world)) == 1
    await anchor(world.deps())
    held = {head.conversation_id for each in await anchors(world) for head in each.heads}
    assert held == {"c1", "c2", "c3"}
    assert await hold(world)


async def test_a_tenant_that_cannot_be_anchored_keeps_nobody_waiting(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = audited()
    await record(world, "01A")
    world.audit.second += SETTLED_AFTER_SECONDS + 1
    world.clock.now += timedelta(seconds=SETTLED_AFTER_SECONDS + 1)
    world.audit.failure = StoreError("away")
    await anchor(world.deps())
    assert "tenant=tenant-a could not be anchored" in caplog.text
    world.audit.failure = None
    await anchor(world.deps())
    assert await hold(world)


async def test_an_anchor_says_its_digest_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    world = audited()
    await seal(world, "01A")
    with caplog.at_level("INFO", "eira.audit"):
        await anchor(world.deps())
    (made,) = await anchors(world)
    assert f"anchor=1 digest={made.digest}" in caplog.text
