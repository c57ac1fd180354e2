"""The port Runs."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from shared.contracts.evidence import ContextPack
from shared.contracts.paging import ListPlace, stamp
from shared.contracts.plan import OpenPlan, Plan
from shared.contracts.problems import Failure
from shared.contracts.runs import (
    Feedback,
    IdempotencyClaim,
    RunOutcome,
    RunRecord,
    RunsWanted,
    StateChange,
    Usage,
)
from shared.ports import Dependencies
from tests.contract.conftest import Sides
from tests.fakes.samples import AT, an_approval, evidence, snippet, task_plan
from tests.fakes.world import ANA

type Fresh = Callable[[], str]
TENANT = ANA.tenant_id


def record(run_id: str, message: str = "Hola, ¿cómo va?\n«ñ» 🙂") -> RunRecord:
    return RunRecord(
        run_id=run_id,
        tenant_id=TENANT,
        conversation_id="c1",
        correlation_id="corr-1",
        caller=ANA,
        message=message,
        language="es",
        time_zone="Europe/Madrid",
        pack_version="2026.11",
        received_at=AT,
    )


def outcome(run_id: str) -> RunOutcome:
    return RunOutcome(
        run_id=run_id,
        tenant_id=TENANT,
        state="FAILED",
        finish_reason="error",
        ended_at=AT,
        states=(StateChange(state="RECEIVED", since=AT),),
        usage=Usage(prompt_tokens=1, completion_tokens=2, total_tokens=3),
        failure=Failure(code="TIMEOUT", message="timeout", retryable=True, retry_after=1.5),
    )


async def test_a_record_is_stored_once_and_found_by_others(sides: Sides, fresh: Fresh) -> None:
    run_id = fresh()
    await sides.near.runs.create(record(run_id))
    await sides.far.runs.create(record(run_id, "otra cosa"))
    assert await sides.far.runs.get(TENANT, run_id) == record(run_id)
    assert await sides.near.runs.get(TENANT, run_id) == record(run_id)


async def test_what_does_not_exist_is_none_and_may_come_later(sides: Sides, fresh: Fresh) -> None:
    run_id = fresh()
    runs = sides.near.runs
    assert await runs.get(TENANT, run_id) is None
    assert await runs.plan(TENANT, run_id) is None
    assert await runs.outcome(TENANT, run_id) is None
    assert await runs.evidence(TENANT, run_id, "cerebro") is None
    await sides.far.runs.create(record(run_id))
    await sides.far.runs.put_plan(TENANT, run_id, task_plan())
    await sides.far.runs.end(outcome(run_id))
    await sides.far.runs.put_evidence(TENANT, run_id, "cerebro", evidence())
    assert await runs.get(TENANT, run_id) == record(run_id)
    assert await runs.plan(TENANT, run_id) == task_plan()
    assert await runs.outcome(TENANT, run_id) == outcome(run_id)
    assert await runs.evidence(TENANT, run_id, "cerebro") == evidence()


async def test_another_tenant_finds_nothing(sides: Sides, fresh: Fresh) -> None:
    run_id = fresh()
    for runs in (sides.near.runs, sides.far.runs):
        await runs.create(record(run_id))
        await runs.put_plan(TENANT, run_id, task_plan())
        await runs.put_evidence(TENANT, run_id, "cerebro", evidence())
        await runs.end(outcome(run_id))
        assert await runs.get("tenant-b", run_id) is None
        assert await runs.plan("tenant-b", run_id) is None
        assert await runs.outcome("tenant-b", run_id) is None
        assert await runs.evidence("tenant-b", run_id, "cerebro") is None


async def test_a_plan_is_stored_once_and_the_first_is_answered(sides: Sides, fresh: Fresh) -> None:
    run_id, other = fresh(), Plan(flow_type="Other")
    assert await sides.near.runs.put_plan(TENANT, run_id, task_plan()) == task_plan()
    assert await sides.far.runs.put_plan(TENANT, run_id, other) == task_plan()
    assert await sides.near.runs.put_plan(TENANT, run_id, other) == task_plan()
    assert await sides.far.runs.plan(TENANT, run_id) == task_plan()


async def test_evidence_is_kept_by_index_as_it_was_first(sides: Sides, fresh: Fresh) -> None:
    run_id = fresh()
    first = ContextPack(snippets=(snippet("a", url="https://x.example/ñ"),), warnings=("w",))
    await sides.near.runs.put_evidence(TENANT, run_id, "cerebro", first)
    await sides.far.runs.put_evidence(TENANT, run_id, "cerebro", evidence(snippet("b")))
    await sides.far.runs.put_evidence(TENANT, run_id, "normativa", evidence(snippet("c")))
    assert await sides.far.runs.evidence(TENANT, run_id, "cerebro") == first
    assert await sides.near.runs.evidence(TENANT, run_id, "cerebro") == first
    other = await sides.near.runs.evidence(TENANT, run_id, "normativa")
    assert other == evidence(snippet("c"))


async def test_a_run_ends_once(sides: Sides, fresh: Fresh) -> None:
    run_id = fresh()
    done = outcome(run_id).model_copy(update={"state": "DONE", "failure": None})
    ends = await asyncio.gather(sides.near.runs.end(outcome(run_id)), sides.far.runs.end(done))
    assert ends[0] == ends[1]
    assert await sides.near.runs.outcome(TENANT, run_id) == ends[0]


async def test_a_claim_is_the_first_ones(sides: Sides, fresh: Fresh) -> None:
    claim_id = f"claim-{fresh()}"
    claims = [IdempotencyClaim(claim_id, TENANT, f"01RUN{n}", f"hash{n}") for n in range(4)]
    answers = await asyncio.gather(
        *((sides.near if n % 2 else sides.far).runs.claim_key(c) for n, c in enumerate(claims))
    )
    assert len(set(answers)) == 1
    assert answers[0] in claims


async def test_claims_of_tenants_do_not_meet(deps: Dependencies, fresh: Fresh) -> None:
    claim_id = f"claim-{fresh()}"
    for tenant in ("tenant-a", "tenant-b"):
        claim = IdempotencyClaim(claim_id, tenant, f"run-of-{tenant}", "hash")
        assert await deps.runs.claim_key(claim) == claim


async def test_what_a_queued_run_found_open_is_kept_once(sides: Sides, fresh: Fresh) -> None:
    run_id = fresh()
    assert await sides.near.runs.opened("tenant-a", run_id) is None
    opened = OpenPlan(run_id="01EARLIER", plan=task_plan())
    await sides.near.runs.put_opened("tenant-a", run_id, opened)
    await sides.far.runs.put_opened("tenant-a", run_id, OpenPlan(run_id="x", plan=task_plan()))
    assert await sides.far.runs.opened("tenant-a", run_id) == opened


async def test_a_late_memory_is_kept(sides: Sides, fresh: Fresh) -> None:
    run_id = fresh()
    assert await sides.near.runs.memory("tenant-a", run_id) is None
    for _ in range(2):
        await sides.near.runs.put_memory("tenant-a", run_id, "stored")
    assert await sides.far.runs.memory("tenant-a", run_id) == "stored"


async def test_an_opinion_may_be_changed(deps: Dependencies, fresh: Fresh) -> None:
    opinion = Feedback(
        run_id=fresh(), tenant_id="tenant-a", user_id="user-ana", at=AT, rating="up", tags=("x",)
    )
    await deps.runs.put_feedback(opinion)
    changed = opinion.model_copy(update={"rating": "down"})
    await deps.runs.put_feedback(changed)
    assert await deps.runs.feedback("tenant-a", opinion.run_id, "user-ana") == changed
    assert await deps.runs.feedback("tenant-a", opinion.run_id, "user-luis") is None


async def test_the_runs_of_a_conversation_are_found_with_their_claims(
    sides: Sides, fresh: Fresh
) -> None:
    there, one, other, claim_id = fresh(), fresh(), fresh(), f"claim-{fresh()}"
    for run_id in (one, other):
        made = record(run_id).model_copy(update={"conversation_id": there})
        await sides.near.runs.create(made)
    await sides.near.runs.create(record(fresh()))
    await sides.near.runs.claim_key(IdempotencyClaim(claim_id, TENANT, one, "hash", there))
    found = await sides.far.runs.of_conversation(TENANT, there)
    assert found == tuple(sorted((one, other, claim_id)))
    assert await sides.far.runs.of_conversation("tenant-b", there) == ()


async def test_nothing_is_left_of_a_run_that_is_erased(sides: Sides, fresh: Fresh) -> None:
    run_id, other, there = fresh(), fresh(), fresh()
    for each in (run_id, other):
        await sides.near.runs.create(record(each).model_copy(update={"conversation_id": there}))
        await sides.near.runs.put_plan(TENANT, each, task_plan())
        await sides.near.runs.end(outcome(each))
        await sides.near.approvals.open(an_approval(run_id=each))
        await sides.near.readers.stay(TENANT, each, "r", AT)
    for side in (sides.near, sides.far):
        await side.runs.erase(TENANT, run_id)
    far = sides.far
    assert await far.runs.get(TENANT, run_id) is None
    assert await sides.near.runs.get(TENANT, run_id, anew=True) is None
    assert await far.runs.plan(TENANT, run_id) is None
    assert await far.runs.outcome(TENANT, run_id) is None
    assert await far.approvals.get(TENANT, run_id, "a0") is None
    assert not await far.readers.deserted(TENANT, run_id, AT)
    assert await far.runs.of_conversation(TENANT, there) == (other,)
    assert await far.runs.plan(TENANT, other) == task_plan()


async def test_a_claim_is_erased_as_well(sides: Sides, fresh: Fresh) -> None:
    claim = IdempotencyClaim(f"claim-{fresh()}", TENANT, "01A", "hash", fresh())
    await sides.near.runs.claim_key(claim)
    await sides.far.runs.erase(TENANT, claim.claim_id)
    assert await sides.far.runs.of_conversation(TENANT, claim.conversation_id) == ()
    again = IdempotencyClaim(claim.claim_id, TENANT, "01B", "hash", claim.conversation_id)
    assert await sides.near.runs.claim_key(again) == again


@pytest.mark.parametrize("size", [1, 2, 10])
async def test_a_tenants_runs_come_in_pages_the_newest_first(
    deps: Dependencies, fresh: Fresh, size: int
) -> None:
    tenant = fresh()
    for name, minute, there in (("r1", 5, "c1"), ("r2", 1, "c1"), ("r3", 5, "c2"), ("r4", 9, "c1")):
        made = record(f"{name}-{tenant}").model_copy(
            update={
                "tenant_id": tenant,
                "conversation_id": there,
                "received_at": AT + timedelta(minutes=minute),
            }
        )
        await deps.runs.create(made)

    async def found(wanted: RunsWanted) -> list[str]:
        names: list[str] = []
        behind: ListPlace | None = None
        while page := await deps.runs.listed(tenant, wanted, behind, size):
            assert len(page) <= size
            names += [each.run_id.partition("-")[0] for each in page]
            behind = ListPlace(stamp(page[-1].received_at), page[-1].run_id)
        return names

    assert await found(RunsWanted()) == ["r4", "r3", "r1", "r2"]
    assert await found(RunsWanted(conversation_id="c1")) == ["r4", "r1", "r2"]
    at_five = stamp(AT + timedelta(minutes=5))
    assert await found(RunsWanted(since=at_five)) == ["r4", "r3", "r1"]
    assert await found(RunsWanted(until=at_five)) == ["r2"]
    assert await found(RunsWanted(since=at_five, until=at_five)) == []
    assert await deps.runs.listed(fresh(), RunsWanted(), None, size) == ()
