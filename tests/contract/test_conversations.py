"""The port Conversations."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from shared.contracts.conversations import (
    Conversation,
    Erasing,
    Mentioned,
    Summary,
    Turn,
)
from shared.contracts.paging import ListPlace, stamp
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
    older = await deps.conversations.turns(*there, 2, before="01C")
    assert [t.run_id for t in older] == ["01A", "01B"]


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
    assert await sides.far.conversations.summary(*there) == summary
    assert await sides.far.conversations.summary("tenant-b", there[1]) is None
    found = await sides.far.conversations.history(*there, 10)
    assert found.summary == summary
    assert [each.run_id for each in found.turns] == ["01C", "01D"]
    earlier = await sides.far.conversations.history(*there, 10, before="01B")
    assert (earlier.summary, [t.run_id for t in earlier.turns]) == (None, ["01A"])
    assert len(await sides.far.conversations.turns(*there, 10)) == 4


# --- lists, names, erasing ------------------------------------------------------------------------


async def owned(
    deps: Dependencies, owner: str, conversation: str, minute: int = 0, title: str | None = None
) -> Conversation:
    moment = AT + timedelta(minutes=minute)
    made = Conversation(
        conversation_id=conversation,
        tenant_id="tenant-a",
        owner_id=owner,
        title=title,
        pack_version="1",
        created_at=AT,
        updated_at=moment,
    )
    await deps.conversations.create(made)
    return made


async def pages(
    deps: Dependencies, owner: str, size: int, words: str | None = None
) -> list[list[str]]:
    found: list[list[str]] = []
    behind: ListPlace | None = None
    while page := await deps.conversations.of_owner("tenant-a", owner, None, behind, size, words):
        found.append([each.conversation_id for each in page])
        behind = ListPlace(stamp(page[-1].updated_at), page[-1].conversation_id)
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 10])
async def test_a_persons_conversations_come_in_pages_the_last_used_first(
    deps: Dependencies, fresh: Fresh, size: int
) -> None:
    """Some of them were used in the same moment."""
    owner, other = fresh(), fresh()
    for name, minute in (("c1", 5), ("c2", 1), ("c3", 5), ("c4", 5), ("c5", 9)):
        await owned(deps, owner, f"{name}-{owner}", minute)
    await owned(deps, other, fresh())
    found = await pages(deps, owner, size)
    assert all(len(page) <= size for page in found)
    assert [each.partition("-")[0] for page in found for each in page] == [
        "c5", "c4", "c3", "c1", "c2",
    ]  # fmt: skip
    assert await deps.conversations.of_owner("tenant-b", owner, None, None, size) == ()


async def test_a_run_that_begins_puts_its_conversation_first(sides: Sides, fresh: Fresh) -> None:
    owner = fresh()
    old = await owned(sides.near, owner, fresh())
    new = await owned(sides.near, owner, fresh(), minute=1)
    # A whole second, of which some forms of writing a time leave out the fraction.
    assert await sides.near.conversations.claim(old, "01RUN", (), AT + timedelta(minutes=2))
    (page,) = await pages(sides.far, owner, 10)
    assert page == [old.conversation_id, new.conversation_id]


async def test_titles_are_searched_without_case_and_accents(
    deps: Dependencies, fresh: Fresh
) -> None:
    owner = fresh()
    for n, title in enumerate(["Reunión de ACME", "reunion del lunes", "Otra", None]):
        await owned(deps, owner, f"c{n}-{owner}", n, title)
    assert await pages(deps, owner, 1, "REUNIÓN") == [[f"c1-{owner}"], [f"c0-{owner}"]]
    assert await pages(deps, owner, 9, "acme") == [[f"c0-{owner}"]]
    assert await pages(deps, owner, 9, "100%") == []


async def test_threads_are_listed_by_their_session_only(deps: Dependencies, fresh: Fresh) -> None:
    owner = fresh()
    await owned(deps, owner, f"c0-{owner}")
    for n, session in enumerate(("s1", "s2", "s1"), start=1):
        thread = Conversation(
            conversation_id=f"c{n}-{owner}",
            tenant_id="tenant-a",
            owner_id=owner,
            session_id=session,
            pack_version="1",
            created_at=AT,
            updated_at=AT + timedelta(minutes=n),
        )
        await deps.conversations.create(thread)

    async def found(session: str | None) -> list[str]:
        page = await deps.conversations.of_owner("tenant-a", owner, session, None, 10)
        return [each.conversation_id.partition("-")[0] for each in page]

    assert await found(None) == ["c0"]
    assert await found("s1") == ["c3", "c1"]
    assert await found("s3") == []


@pytest.mark.parametrize("session", [None, "", "s1"])
async def test_threads_of_a_flows_agents_are_there_and_in_no_list(
    deps: Dependencies, fresh: Fresh, session: str | None
) -> None:
    owner = fresh()
    for n, part_of in enumerate((None, "01RUN", None, "01RUN", "01RUN")):
        thread = Conversation(
            conversation_id=f"c{n}-{owner}",
            tenant_id="tenant-a",
            owner_id=owner,
            session_id=session,
            part_of=part_of,
            title="alta",
            pack_version="1",
            created_at=AT,
            updated_at=AT + timedelta(minutes=n),
        )
        await deps.conversations.create(thread)
        assert await deps.conversations.get("tenant-a", thread.conversation_id) == thread

    async def found(words: str | None, limit: int) -> list[str]:
        page = await deps.conversations.of_owner("tenant-a", owner, session, None, limit, words)
        return [each.conversation_id.partition("-")[0] for each in page]

    assert await found(None, 9) == ["c2", "c0"]
    # A page is full of what is listed: the others take no place in it.
    assert await found("alta", 2) == ["c2", "c0"]


async def test_a_conversation_gets_another_name(sides: Sides, fresh: Fresh) -> None:
    conversation = await created(sides.near, fresh)
    assert await sides.near.conversations.rename(conversation, "Otra «ñ»")
    now = await stored(sides.far, conversation)
    assert now == conversation.model_copy(update={"title": "Otra «ñ»"})


def erasing(conversation: Conversation) -> Erasing:
    return Erasing(
        event_id=f"01E{conversation.conversation_id}", user_id="u", correlation_id="c", at=AT
    )


async def test_of_an_erasure_and_a_run_that_begins_at_once_one_wins(
    sides: Sides, fresh: Fresh
) -> None:
    for n in range(4):
        conversation = await created(sides.near, fresh)
        both = [
            sides.near.conversations.begin_erasing(conversation, erasing(conversation)),
            sides.far.conversations.claim(conversation, "01RUN", (), AT),
        ]
        assert sorted(await asyncio.gather(*(both if n % 2 else reversed(both)))) == [False, True]


async def test_what_is_being_erased_is_found_and_nothing_can_happen_to_it(
    sides: Sides, fresh: Fresh
) -> None:
    conversation = await created(sides.near, fresh)
    begun = erasing(conversation)
    assert await sides.near.conversations.begin_erasing(conversation, begun)
    assert not await sides.far.conversations.begin_erasing(conversation, begun)
    assert not await sides.far.conversations.rename(conversation, "x")
    now = await stored(sides.far, conversation)
    assert now.erasing == begun
    assert now in await sides.far.conversations.being_erased("tenant-a")
    assert await sides.far.conversations.being_erased("tenant-b") == ()
    assert await pages(sides.far, conversation.owner_id, 100) == [] or all(
        conversation.conversation_id not in page
        for page in await pages(sides.far, conversation.owner_id, 100)
    )
    assert await sides.far.conversations.erased_owner(*place(conversation)) is None


def place(conversation: Conversation) -> tuple[str, str]:
    return (conversation.tenant_id, conversation.conversation_id)


async def test_of_what_is_erased_only_its_owner_is_left(sides: Sides, fresh: Fresh) -> None:
    conversation = await created(sides.near, fresh)
    for run_id in ("01A", "01B"):
        await sides.near.conversations.add_turn(turn(conversation, run_id))
    await sides.near.conversations.begin_erasing(conversation, erasing(conversation))
    for side in (sides.near, sides.far):
        await side.conversations.erase(conversation)
    there = place(conversation)
    far = sides.far.conversations
    assert await far.get(*there) is None
    assert await far.turns(*there, 10) == ()
    assert await far.erased_owner(*there) == conversation.owner_id
    assert await far.erased_owner("tenant-b", there[1]) is None
    assert conversation not in await far.being_erased("tenant-a")
    # Nothing makes it anew.
    assert not await far.claim(conversation, "01RUN", (), AT)
    assert not await far.rename(conversation, "x")
    await far.create(conversation)
    assert await far.get(*there) is None


async def test_a_claim_may_name_the_conversation(sides: Sides, fresh: Fresh) -> None:
    conversation = await created(sides.near, fresh, title=None)
    first, second = fresh(), fresh()
    assert await sides.near.conversations.claim(conversation, first, (), AT, "Licencia ñ")
    named = await stored(sides.far, conversation)
    assert (named.title, named.active_run_id) == ("Licencia ñ", first)
    assert await sides.far.conversations.claim(named, second, (), AT)
    assert (await stored(sides.near, conversation)).title == "Licencia ñ"


async def test_a_name_that_a_person_gave_meanwhile_stays(sides: Sides, fresh: Fresh) -> None:
    conversation = await created(sides.near, fresh, title=None)
    run_id = fresh()
    assert await sides.far.conversations.rename(conversation, "Mía")
    assert await sides.near.conversations.claim(conversation, run_id, (), AT, "Licencia ñ")
    now = await stored(sides.far, conversation)
    assert (now.title, now.active_run_id) == ("Mía", run_id)
    assert not await sides.far.conversations.claim(conversation, fresh(), (), AT, "Licencia ñ")


async def test_of_a_name_and_a_first_message_at_once_the_name_stays(
    sides: Sides, fresh: Fresh
) -> None:
    for n in range(4):
        conversation = await created(sides.near, fresh, title=None)
        both = [
            sides.near.conversations.rename(conversation, "Mía"),
            sides.far.conversations.claim(conversation, fresh(), (), AT, "Licencia ñ"),
        ]
        assert await asyncio.gather(*(both if n % 2 else reversed(both))) == [True, True]
        assert (await stored(sides.near, conversation)).title == "Mía"


async def test_a_rating_is_kept_with_its_turn(sides: Sides, fresh: Fresh) -> None:
    conversation = await created(sides.near, fresh)
    run_id = fresh()
    key = (conversation.tenant_id, conversation.conversation_id, run_id)
    await sides.near.conversations.rate(*key, "up")
    assert await sides.far.conversations.get_turn(*key) is None, "it makes no turn"
    await sides.near.conversations.add_turn(turn(conversation, run_id))
    for rating in ("up", "down"):
        await sides.near.conversations.rate(*key, rating)
    found = await sides.far.conversations.get_turn(*key)
    assert found is not None
    assert found.rating == "down"


async def test_a_turn_that_takes_anothers_place_is_read_and_remembered_in_its_stead(
    sides: Sides, fresh: Fresh
) -> None:
    conversation = await created(sides.near, fresh)
    first, old, new, later = sorted(fresh() for _ in range(4))
    near, far = sides.near.conversations, sides.far.conversations
    for run_id in (first, old):
        plain = await near.add_turn(turn(conversation, run_id, run_id))
        await near.replace_turn(plain)
    again = turn(conversation, new, "otra").model_copy(update={"replaces": old})
    await near.add_turn(again)
    for _ in range(2):
        await near.replace_turn(again)
    key = (conversation.tenant_id, conversation.conversation_id)
    assert [each.run_id for each in await far.turns(*key, 2)] == [first, new]
    assert [each.text for each in (await far.history(*key, 5, before=later)).turns] == [
        first, "otra"
    ]  # fmt: skip
    kept = await far.get_turn(*key, old)
    assert kept is not None, "what was said before is still there for who knows the run"
