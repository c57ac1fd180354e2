"""`./eira audit verify`: what it says of chains that hold, and of those that do not."""

import time
from datetime import UTC, datetime

import pytest

from api.anchoring import anchor
from cli import auditing
from cli.auditing import EXIT_WRONG, Wanted, main, told, verify
from shared.contracts.audit import Actor, AuditEvent
from shared.contracts.chain import Head, next_anchor
from tests.fakes.samples import AT
from tests.fakes.world import World

OF_A = Wanted("tenant-a")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "LOOKED_AGAIN_AFTER_SECONDS", 0)


async def audited() -> World:
    """Two conversations with two links each, and an anchor that holds them."""
    world = World()
    world.audit.second = int(time.time())
    for conversation in ("c1", "c2"):
        for each in ("01A", "01B"):
            await record(world, conversation, each)
            await world.audit.seal("tenant-a", conversation, [each], AT)
    heads = [Head.model_validate(dict(link)) for link in world.audit.links.values()]
    await world.deps().chains.add_anchor(next_anchor("tenant-a", None, heads, AT, 0))
    return world


async def record(world: World, conversation: str, event_id: str) -> None:
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


async def said(world: World, wanted: Wanted = OF_A) -> list[str]:
    verified = await verify(world.deps().chains, wanted)
    return list(told(verified, time.time()))


async def test_what_holds_is_counted_and_its_newest_anchor_named() -> None:
    world = await audited()
    first, anchor = await said(world)
    assert first == ("Tenant tenant-a: conversations 2, events 4 (erased 0), links 4, anchors 1")
    digest = world.audit.items["tenant-a", "_anchors", "anchor-000000000001"]["digest"]
    assert anchor == f"  newest anchor 1:{digest}"
    assert await said(world, Wanted("tenant-a", held=(1, digest))) == [first, anchor]


async def test_the_first_break_is_told_with_its_place() -> None:
    world = await audited()
    world.audit.items["tenant-a", "c2", "01B"]["actor"] = {"userId": "somebody"}
    lines = await said(world)
    assert lines[-1] == ("  BROKEN in conversation c2, at link-000000000002: event 01B was changed")
    assert len(await said(world, Wanted("tenant-a", "c1"))) == 2
    assert (await said(world, Wanted("tenant-a", "c2")))[-1] == lines[-1]


async def test_a_conversation_that_is_gone_is_missed_by_its_anchor() -> None:
    world = await audited()
    for place in [place for place in world.audit.items if place[1] == "c1"]:
        del world.audit.items[place]
    *_, broken, more = await said(world)
    assert broken == ("  BROKEN among the anchors, at anchor-000000000001: link 1 of c1 is missing")
    assert more == "  and 1 more"
    assert len(await said(world, Wanted("tenant-a", "c2"))) == 2


@pytest.mark.parametrize("held", [(1, "0" * 64), (2, "0" * 64)])
async def test_an_anchor_that_was_kept_elsewhere_has_to_be_there(held: tuple[int, str]) -> None:
    lines = await said(await audited(), Wanted("tenant-a", held=held))
    assert "it is not the one that was kept, or is missing" in lines[-1]


async def test_what_is_not_sealed_yet_is_told_with_its_age() -> None:
    world = await audited()
    world.audit.second -= 30
    await record(world, "c1", "01C")
    assert (await said(world))[-1].startswith("  not sealed yet: events 1, the oldest for 3")


async def test_an_event_that_somebody_puts_in_is_told_of_once_the_timer_has_sealed_it() -> None:
    world = await audited()
    world.audit.second -= 600
    await record(world, "c1", "01C-forged\n")
    world.audit.second += 600
    world.clock.now = datetime.fromtimestamp(world.audit.second, UTC)
    await anchor(world.deps())
    *_, late, which = await said(world)
    assert late.startswith("  sealed late")
    assert which == "  such as '01C-forged\\n' in conversation 'c1'"
    assert len(await said(world, Wanted("tenant-a", "c2"))) == 2


async def test_what_a_slow_replica_did_not_show_at_first_is_no_break() -> None:
    world = await audited()
    chains = world.deps().chains
    late = world.audit.items.pop(("tenant-a", "c1", "01A"))
    items, looks = chains.items, []

    async def later(tenant_id: str, conversation_id: str) -> object:
        looks.append(conversation_id)
        if looks.count("c1") == 2:
            world.audit.items["tenant-a", "c1", "01A"] = late
        return await items(tenant_id, conversation_id)

    chains.items = later  # type: ignore[method-assign, assignment]
    assert (await verify(chains, OF_A)).breaks == ()


@pytest.mark.parametrize("anchor", ["7", "x:1", "7:abc"])
def test_an_anchor_that_is_none_is_refused(anchor: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["verify", "--anchor", anchor])
    assert ended.value.code == EXIT_WRONG
    assert "is no number and digest" in capsys.readouterr().err
