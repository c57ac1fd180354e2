"""The port Conversations."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from shared.contracts.conversations import Conversation, Mentioned, Summary, Turn
from shared.contracts.plan import MissingField, Plan
from shared.ports import Dependencies
from tests.contract.conftest import Sides
from tests.fakes.samples import AT, past_turn, task_plan

type Fresh = Callable[[], str]


async def created(deps: Dependencies, fresh: Fresh, **changes: object) -> Conversation:
    conversation = Conversation(
        conversation_id=fresh(),
        tenant_id="tenant-a",
        owner_id="user-ana",
        title="Contrato ACME ñ",
        pack_version="2026.11",
        created_at=AT,
        updated_at=AT,
    ).model_copy(update=changes)
    await deps.conversations.create(conversation)
    return conversation


async def stored(deps: Dependencies, conversation: Conversation) -> Conversation:
    found = await deps.conversations.get(conversation.tenant_id, conversation.conversation_id)
    assert found is not None
    return found


def turn(conversation: Conversation, run_id: str, text: str = "Hola, Ana.") -> Turn:
    return past_turn(run_id=run_id, text=text).model_copy(
        update={"conversation_id": conversation.conversation_id}
    )


async def test_what_is_created_is_found_by_others(sides: Sides, fresh: Fresh) -> None:
    conversation = await created(sides.near, fresh)
    assert await stored(sides.far, conversation) == conversation


async def test_what_does_not_exist_is_none(deps: Dependencies, fresh: Fresh) -> None:
    assert await deps.conversations.get("tenant-a", fresh()) is None
    assert await deps.conversations.get_turn("tenant-a", fresh(), fresh()) is None
    assert await deps.conversations.turns("tenant-a", fresh(), 5) == ()


async def test_another_tenant_does_not_find_it(deps: Dependencies, fresh: Fresh) -> None:
    conversation = await created(deps, fresh)
    await deps.conversations.add_turn(turn(conversation, "01A"))
    there = conversation.conversation_id
    assert await deps.conversations.get("tenant-b", there) is None
    assert await deps.conversations.get_turn("tenant-b", there, "01A") is None
    assert await deps.conversations.turns("tenant-b", there, 5) == ()


async def test_creating_again_changes_nothing(deps: Dependencies, fresh: Fresh) -> None:
    conversation = await created(deps, fresh)
    await deps.conversations.create(conversation.model_copy(update={"title": "otra"}))
    assert await stored(deps, conversation) == conversation


async def test_a_claim_makes_a_run_the_active_one(sides: Sides, fresh: Fresh) -> None:
    conversation = await created(sides.near, fresh)
    later = AT + timedelta(hours=1)
    assert await sides.near.conversations.claim(conversation, "01RUN1", (), later)
    now = await stored(sides.far, conversation)
    assert (now.queue, now.updated_at) == (("01RUN1",), later)
    assert await sides.far.conversations.claim(now, "01RUN2", ("01RUN1",), later)
    now = await stored(sides.near, conversation)
    assert (now.active_run_id, now.queue) == ("01RUN2", ("01RUN1", "01RUN2"))
    assert await sides.near.conversations.claim(now, "01RUN3", (), later)
    assert (await stored(sides.far, conversation)).queue == ("01RUN3",)


async def test_a_claim_over_what_has_changed_is_lost(sides: Sides, fresh: Fresh) -> None:
    before = await created(sides.near, fresh)
    assert await sides.far.conversations.claim(before, "01RUN1", (), AT)
    assert not await sides.near.conversations.claim(before, "01RUN2", (), AT)
    assert (await stored(sides.near, before)).active_run_id == "01RUN1"


async def test_a_claim_of_nothing_is_lost(deps: Dependencies, fresh: Fresh) -> None:
    conversation = Conversation(
        conversation_id=fresh(),
        tenant_id="tenant-a",
        owner_id="user-ana",
        pack_version="1",
        created_at=AT,
        updated_at=AT,
    )
    assert not await deps.conversations.claim(conversation, "01RUN1", (), AT)


async def test_of_claims_at_once_one_wins(sides: Sides, fresh: Fresh) -> None:
    conversation = await created(sides.near, fresh)
    claims = [
        (sides.near if n % 2 else sides.far).conversations.claim(conversation, f"01RUN{n}", (), AT)
        for n in range(6)
    ]
    assert sorted(await asyncio.gather(*claims)) == [False] * 5 + [True]


async def test_an_open_plan_is_kept_replaced_and_cleared(sides: Sides, fresh: Fresh) -> None:
    conversation = await created(sides.near, fresh)
    missing = MissingField(tool="createTask", field="dueDate", reason="missing_required")
    asking = Plan(flow_type="CreateTask", missing=(missing,), question="¿Para cuándo?")
    for plan in (asking, task_plan()):
        await sides.near.conversations.set_open_plan(conversation, "01RUN", plan)
        opened = (await stored(sides.far, conversation)).open_plan
        assert opened is not None
        assert (opened.run_id, opened.plan) == ("01RUN", plan)
    for _ in range(2):
        await sides.far.conversations.clear_open_plan(conversation)
        assert (await stored(sides.near, conversation)).open_plan is None


async def test_an_open_plan_does_not_touch_the_lock(deps: Dependencies, fresh: Fresh) -> None:
    conversation = await created(deps, fresh)
    await deps.conversations.claim(conversation, "01RUN", (), AT)
    await deps.conversations.set_open_plan(conversation, "01RUN", task_plan())
    assert (await stored(deps, conversation)).active_run_id == "01RUN"


async def test_a_turn_is_stored_once_and_the_first_is_answered(sides: Sides, fresh: Fresh) -> None:
    conversation = await created(sides.near, fresh)
    first, second = (turn(conversation, "01A", text) for text in ("uno", "dos"))
    assert await sides.near.conversations.add_turn(first) == first
    assert await sides.far.conversations.add_turn(second) == first
    found = await sides.far.conversations.get_turn("tenant-a", conversation.conversation_id, "01A")
    assert found == first


async def test_the_newest_turns_come_oldest_first(deps: Dependencies, fresh: Fresh) -> None:
    conversation = await created(deps, fresh)
    for run_id in ("01C", "01A", "01E", "01B", "01D"):
        await deps.conversations.add_turn(turn(conversation, run_id))
    there = ("tenant-a", conversation.conversation_id)
    assert [t.run_id for t in await deps.conversations.turns(*there, 3)] == ["01C", "01D", "01E"]
    before = (await deps.conversations.history(*there, 2, before="01D")).turns
    assert [t.run_id for t in before] == ["01B", "01C"]
    assert len(await deps.conversations.turns(*there, 100)) == 5


async def test_a_summary_stands_for_the_turns_up_to_it(sides: Sides, fresh: Fresh) -> None:
    conversation = await created(sides.near, fresh)
    there = ("tenant-a", conversation.conversation_id)
    for run_id in ("01A", "01B", "01C", "01D"):
        await sides.near.conversations.add_turn(turn(conversation, run_id))
    summary = Summary(
        run_id="01B",
        conversation_id=conversation.conversation_id,
        tenant_id="tenant-a",
        text="Se saludó.",
        entities=(Mentioned(type="task", id="T-1", name="Llamar"),),
    )
    await sides.near.conversations.put_summary(summary)
    await sides.far.conversations.put_summary(summary.model_copy(update={"text": "otra"}))
    found = await sides.far.conversations.history(*there, 10)
    assert found.summary == summary
    assert [each.run_id for each in found.turns] == ["01C", "01D"]
    earlier = await sides.far.conversations.history(*there, 10, before="01B")
    assert (earlier.summary, [t.run_id for t in earlier.turns]) == (None, ["01A"])
    assert len(await sides.far.conversations.turns(*there, 10)) == 4
