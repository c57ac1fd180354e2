"""The ports Entities and DeadLetters."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from shared.contracts.audit import Entity
from shared.contracts.erp import UNKNOWN_TENANT, DeadLetter, ErpEvent, SeenErpEvent
from shared.ports import Dependencies
from tests.contract.conftest import Sides
from tests.fakes.samples import AT

type Fresh = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Task:
    """A task that no other test knows."""

    entity: Entity

    def seen(
        self, event_id: str = "e/1#?", place: str = "01A", tenant: str = "t-a"
    ) -> SeenErpEvent:
        event = ErpEvent(
            event_id=event_id,
            type="task.updated",
            tenant_id=tenant,
            entity=self.entity,
            at=AT,
            record={"title": "Revisar «ñ»", "hours": 1.5, "tags": ["a"], "parent": None},
            changed=("title",),
        )
        return SeenErpEvent(timeline_id=place, event=event)


@pytest.fixture
def task(fresh: Fresh) -> Task:
    return Task(Entity(type="task", id=fresh()))


async def test_a_link_said_twice_is_one(sides: Sides, task: Task, fresh: Fresh) -> None:
    conversations = sorted((fresh(), fresh()))
    for conversation in (*conversations, conversations[0]):
        await sides.near.entities.link("t-a", task.entity, conversation)
    assert await sides.far.entities.conversations("t-a", task.entity) == tuple(conversations)


async def test_other_tenants_and_entities_have_their_own_links(
    deps: Dependencies, task: Task, fresh: Fresh
) -> None:
    await deps.entities.link("t-a", task.entity, "c1")
    namesake = Entity(type="project", id=task.entity.id)
    assert await deps.entities.conversations("t-b", task.entity) == ()
    assert await deps.entities.conversations("t-a", namesake) == ()


async def test_the_first_delivery_is_kept_and_later_ones_are_counted(
    sides: Sides, task: Task
) -> None:
    first = task.seen()
    assert await sides.near.entities.see(first) == first
    later = await sides.far.entities.see(task.seen(place="01B"))
    assert later == first.model_copy(update={"deliveries": 2})
    assert await sides.near.entities.events("t-a", task.entity, "") == (later,)


async def test_of_deliveries_at_once_all_get_the_same_place(sides: Sides, task: Task) -> None:
    answers = await asyncio.gather(
        *(side.entities.see(task.seen(place=place)) for side, place in
          ((sides.near, "01A"), (sides.far, "01B"), (sides.near, "01C")))
    )  # fmt: skip
    assert len({each.timeline_id for each in answers}) == 1
    assert max(each.deliveries for each in answers) == 3


async def test_what_is_settled_stays_so_and_is_not_counted(sides: Sides, task: Task) -> None:
    seen = await sides.near.entities.see(task.seen())
    done = seen.model_copy(update={"state": "done"})
    await sides.near.entities.settle(done)
    assert await sides.far.entities.see(task.seen()) == done


async def test_events_are_told_from_a_place_on(deps: Dependencies, task: Task) -> None:
    for number in (3, 1, 2):
        await deps.entities.see(task.seen(f"e-{number}", f"01{number}"))
    await deps.entities.link("t-a", task.entity, "c1")
    found = await deps.entities.events("t-a", task.entity, "011")
    assert [each.event.event_id for each in found] == ["e-2", "e-3"]
    assert await deps.entities.events("t-b", task.entity, "") == ()


async def test_one_id_at_two_tenants_is_two_events(deps: Dependencies, task: Task) -> None:
    for tenant, place in (("t-a", "01A"), ("t-b", "01B")):
        assert (await deps.entities.see(task.seen(place=place, tenant=tenant))).deliveries == 1


@pytest.mark.parametrize("tenant", ["t-a", UNKNOWN_TENANT])
async def test_a_dead_letter_can_be_put_again(
    deps: Dependencies, fresh: Fresh, tenant: str
) -> None:
    letter = DeadLetter(
        letter_id=fresh(),
        tenant_id=tenant,
        reason="wrong_schema",
        detail="data.id: missing",
        at=AT,
        event='{"id": "ñ"}',
    )
    await deps.dead_letters.put(letter)
    await deps.dead_letters.put(letter)


async def test_a_conversation_that_is_unlinked_concerns_nothing(
    sides: Sides, task: Task, fresh: Fresh
) -> None:
    gone, stays = fresh(), fresh()
    project = Entity(type="project", id=task.entity.id)
    for conversation in (gone, stays):
        await sides.near.entities.link("t-a", task.entity, conversation)
    await sides.near.entities.link("t-a", project, gone)
    await sides.near.entities.link("t-b", task.entity, gone)
    for side in (sides.near, sides.far):
        await side.entities.unlink("t-a", gone)
    assert await sides.far.entities.conversations("t-a", task.entity) == (stays,)
    assert await sides.far.entities.conversations("t-a", project) == ()
    assert await sides.far.entities.conversations("t-b", task.entity) == (gone,)
