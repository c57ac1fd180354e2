"""The port Approvals."""

from collections.abc import Callable
from datetime import timedelta

from shared.contracts.approvals import Approval
from shared.ports import Dependencies
from tests.contract.conftest import Sides
from tests.fakes.samples import AT, TASK_ARGS

type Fresh = Callable[[], str]


def approval(run_id: str, tenant_id: str = "tenant-a", minutes: int = 0) -> Approval:
    return Approval(
        approval_id="a0",
        tenant_id=tenant_id,
        run_id=run_id,
        conversation_id="c1",
        step=0,
        tool="createTask",
        args=TASK_ARGS,
        payload_hash="h",
        right="approvals:decide",
        asked_by="user-ana",
        asked_at=AT + timedelta(minutes=minutes),
        expires_at=AT + timedelta(days=1),
    )


def bare(found: Approval) -> Approval:
    return found.model_copy(update={"etag": None})


async def test_an_approval_is_opened_once(sides: Sides, fresh: Fresh) -> None:
    wanted = approval(fresh())
    first = await sides.near.approvals.open(wanted)
    assert first.etag
    assert bare(first) == wanted
    later = wanted.model_copy(update={"payload_hash": "other"})
    assert await sides.far.approvals.open(later) == first
    assert await sides.far.approvals.get("tenant-a", wanted.run_id, "a0") == first


async def test_of_two_decisions_on_what_was_read_the_first_counts(
    sides: Sides, fresh: Fresh
) -> None:
    mine = await sides.near.approvals.open(approval(fresh()))
    yours = await sides.far.approvals.get("tenant-a", mine.run_id, "a0")
    assert yours is not None
    approved = await sides.near.approvals.change(mine.model_copy(update={"state": "approved"}))
    assert approved is not None
    assert approved.etag != mine.etag
    assert await sides.far.approvals.change(yours.model_copy(update={"state": "rejected"})) is None
    stored = await sides.far.approvals.get("tenant-a", mine.run_id, "a0")
    assert stored == approved


async def test_what_does_not_exist_is_none(deps: Dependencies, fresh: Fresh) -> None:
    assert await deps.approvals.get("tenant-a", fresh(), "a0") is None
    missing = approval(fresh()).model_copy(update={"etag": "x"})
    assert await deps.approvals.change(missing) is None


async def test_what_waits_is_listed_by_tenant_the_oldest_first(sides: Sides, fresh: Fresh) -> None:
    tenant, other = fresh(), fresh()
    second = await sides.near.approvals.open(approval(fresh(), tenant, minutes=2))
    first = await sides.near.approvals.open(approval(fresh(), tenant, minutes=1))
    decided = await sides.near.approvals.open(approval(fresh(), tenant))
    await sides.near.approvals.change(decided.model_copy(update={"state": "rejected"}))
    await sides.near.approvals.open(approval(fresh(), other))
    assert await sides.far.approvals.waiting(tenant, 10) == (first, second)
    assert await sides.far.approvals.waiting(tenant, 1) == (first,)
