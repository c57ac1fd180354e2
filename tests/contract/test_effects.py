"""The port Effects: the ledger's store."""

import asyncio
from collections.abc import Callable

from shared.contracts.effects import Effect
from shared.ports import Dependencies
from tests.contract.conftest import Sides
from tests.fakes.samples import AT, TASK_ARGS

type Fresh = Callable[[], str]
TENANT = "tenant-a"


def effect(run_id: str, step: int = 0) -> Effect:
    return Effect(
        effect_id=f"e-{run_id}-{step}",
        tenant_id=TENANT,
        run_id=run_id,
        step=step,
        tool="createTask",
        state="reserved",
        args=TASK_ARGS,
        updated_at=AT,
    )


def bare(found: Effect) -> Effect:
    return found.model_copy(update={"etag": None})


async def test_a_reservation_is_the_first_ones(sides: Sides, fresh: Fresh) -> None:
    run_id = fresh()
    first = await sides.near.effects.reserve(effect(run_id))
    assert first.etag
    assert bare(first) == effect(run_id)
    second = await sides.far.effects.reserve(
        effect(run_id).model_copy(update={"state": "failed", "error": "no"})
    )
    assert second == first


async def test_an_effect_advances_and_keeps_what_came_of_it(sides: Sides, fresh: Fresh) -> None:
    run_id = fresh()
    reserved = await sides.near.effects.reserve(effect(run_id))
    sent = await sides.near.effects.advance(reserved.model_copy(update={"state": "sent"}))
    assert sent is not None
    done = await sides.near.effects.advance(
        sent.model_copy(update={"state": "done", "result": {"id": "T-1", "ñ": [1, None]}})
    )
    assert done is not None
    assert len({reserved.etag, sent.etag, done.etag}) == 3
    assert (await sides.far.effects.of_run(TENANT, run_id, 1)) == (done,)


async def test_who_read_it_before_somebody_changed_it_is_too_late(
    sides: Sides, fresh: Fresh
) -> None:
    run_id = fresh()
    mine = await sides.near.effects.reserve(effect(run_id))
    theirs = await sides.far.effects.reserve(effect(run_id))
    assert await sides.far.effects.advance(theirs.model_copy(update={"state": "sent"}))
    assert await sides.near.effects.advance(mine.model_copy(update={"state": "sent"})) is None
    assert (await sides.near.effects.reserve(effect(run_id))).state == "sent"


async def test_of_advances_at_once_one_wins(sides: Sides, fresh: Fresh) -> None:
    reserved = await sides.near.effects.reserve(effect(fresh()))
    advances = [
        (sides.near if n % 2 else sides.far).effects.advance(
            reserved.model_copy(update={"state": "sent", "error": str(n)})
        )
        for n in range(6)
    ]
    assert sum(each is not None for each in await asyncio.gather(*advances)) == 1


async def test_what_was_never_reserved_cannot_advance(deps: Dependencies, fresh: Fresh) -> None:
    lost = effect(fresh()).model_copy(update={"etag": '"0"'})
    assert await deps.effects.advance(lost) is None


async def test_the_effects_of_a_run_come_in_the_order_of_its_steps(
    sides: Sides, fresh: Fresh
) -> None:
    run_id = fresh()
    for step in (2, 0):
        await sides.near.effects.reserve(effect(run_id, step))
    found = await sides.far.effects.of_run(TENANT, run_id, 3)
    assert [each.step for each in found] == [0, 2]
    assert await sides.far.effects.of_run(TENANT, run_id, 0) == ()
    assert [each.step for each in await sides.far.effects.of_run(TENANT, run_id, 1)] == [0]


async def test_another_tenant_or_run_has_none_of_them(deps: Dependencies, fresh: Fresh) -> None:
    run_id = fresh()
    await deps.effects.reserve(effect(run_id))
    assert await deps.effects.of_run("tenant-b", run_id, 1) == ()
    assert await deps.effects.of_run(TENANT, fresh(), 1) == ()
