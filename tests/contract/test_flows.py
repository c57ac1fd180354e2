"""The port Flows."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from shared.contracts.flows.stored import StoredFlow, document_of
from shared.contracts.flows.versions import Editor
from shared.contracts.paging import ListPlace, stamp
from shared.ports import Dependencies
from tests.contract.conftest import Sides
from tests.fakes.samples import AT, a_flow

type Fresh = Callable[[], str]

LUIS = Editor(user_id="user-luis", name="Luis Prieto")
ODD = {
    "nodes": [{"type": "response", "zeta": 1.0, "alfa": [None, {"b": 1, "a": 10**15}]}],
    "meta": {"name": "Licencias «ñ»", "10": 0.1, "2": "\n\u2028\\"},
}
"""Members in no order, numbers in several writings, unknown fields."""


def version(
    flow_id: str,
    number: int = 1,
    flow: object = ODD,
    at: datetime = AT,
    by: Editor | None = None,
    tenant: str = "tenant-a",
) -> StoredFlow:
    return a_flow(flow_id, number, flow, at=at, by=by, tenant_id=tenant)


def named(name: str) -> object:
    return {"meta": {"name": name}, "nodes": []}


async def test_what_is_put_is_what_others_get(sides: Sides, fresh: Fresh) -> None:
    first = version(fresh())
    await sides.near.flows.create(first)
    found = await sides.far.flows.read("tenant-a", first.flow_id)
    assert found == first
    assert document_of(found.flow) == document_of(ODD), "members in their order, numbers as written"


async def test_what_does_not_exist_is_none(deps: Dependencies, fresh: Fresh) -> None:
    nobody = fresh()
    assert await deps.flows.read("tenant-a", nobody) is None
    assert await deps.flows.head("tenant-a", nobody) is None
    assert await deps.flows.add(version(nobody, 2)) is None
    assert await deps.flows.versions("tenant-a", nobody, 5) == ()
    assert not await deps.flows.delete("tenant-a", nobody)
    first = version(fresh())
    await deps.flows.create(first)
    assert await deps.flows.read("tenant-a", first.flow_id, 2) is None
    assert await deps.flows.add(version(first.flow_id, 3)) is None, "there are no gaps"


async def test_another_tenant_does_not_find_it(deps: Dependencies, fresh: Fresh) -> None:
    first = version(fresh())
    await deps.flows.create(first)
    assert await deps.flows.read("tenant-b", first.flow_id) is None
    assert await deps.flows.read("tenant-b", first.flow_id, 1) is None
    assert await deps.flows.add(version(first.flow_id, 2, tenant="tenant-b")) is None
    assert await deps.flows.versions("tenant-b", first.flow_id, 5) == ()
    assert not await deps.flows.delete("tenant-b", first.flow_id)
    assert await deps.flows.of_tenant(fresh(), None, 5) == ()
    assert await deps.flows.read("tenant-a", first.flow_id) == first


async def test_creating_again_changes_nothing(deps: Dependencies, fresh: Fresh) -> None:
    first = version(fresh())
    assert await deps.flows.create(first)
    assert not await deps.flows.create(version(first.flow_id, flow=named("otro"), by=LUIS))
    assert await deps.flows.read("tenant-a", first.flow_id) == first


async def test_each_version_stays_as_it_was_saved(sides: Sides, fresh: Fresh) -> None:
    first = version(fresh())
    second = version(first.flow_id, 2, named("Dos"), AT + timedelta(hours=1), LUIS)
    await sides.near.flows.create(first)
    assert await sides.far.flows.add(second) == second
    assert await sides.near.flows.read("tenant-a", first.flow_id) == second
    assert await sides.near.flows.read("tenant-a", first.flow_id, 1) == first
    assert await sides.far.flows.versions("tenant-a", first.flow_id, 5) == (
        second.about,
        first.about,
    )
    assert await sides.far.flows.versions("tenant-a", first.flow_id, 1) == (second.about,)
    assert await sides.far.flows.versions("tenant-a", first.flow_id, 5, 2) == (first.about,)
    head = await sides.near.flows.head("tenant-a", first.flow_id)
    assert head is not None
    assert (head.newest, head.created_by, head.created_at) == (
        second.about,
        first.about.saved_by,
        AT,
    )


async def test_of_versions_saved_at_once_one_is_stored_and_all_are_told_which(
    sides: Sides, fresh: Fresh
) -> None:
    first = version(fresh())
    await sides.near.flows.create(first)
    tries = [version(first.flow_id, 2, named(f"de {n}"), by=LUIS) for n in range(6)]
    answers = await asyncio.gather(
        *((sides.near if n % 2 else sides.far).flows.add(each) for n, each in enumerate(tries))
    )
    winner = await sides.near.flows.read("tenant-a", first.flow_id, 2)
    assert winner in tries
    assert answers == [winner] * 6
    assert await sides.far.flows.read("tenant-a", first.flow_id) == winner


async def test_flows_are_listed_by_when_they_were_saved_in_pages(
    deps: Dependencies, fresh: Fresh
) -> None:
    tenant = fresh()
    ids = sorted(fresh() for _ in range(5))
    for number, flow_id in enumerate(ids):
        at = AT + timedelta(minutes=0 if number < 2 else number)
        name = f"Trámite Nº {number}" if number % 2 else f"Licencia {number}"
        await deps.flows.create(version(flow_id, flow=named(name), at=at, tenant=tenant))
    await deps.flows.add(
        version(ids[0], 2, named("Licencia 0"), AT + timedelta(hours=1), tenant=tenant)
    )
    every = await deps.flows.of_tenant(tenant, None, 10)
    assert [each.flow_id for each in every] == [ids[0], ids[4], ids[3], ids[2], ids[1]]
    first = await deps.flows.of_tenant(tenant, None, 2)
    behind = ListPlace(stamp(first[-1].newest.saved_at), first[-1].flow_id)
    rest = await deps.flows.of_tenant(tenant, behind, 10)
    assert (*first, *rest) == every
    found = await deps.flows.of_tenant(tenant, None, 10, "TRAMITE")
    assert [each.flow_id for each in found] == [ids[3], ids[1]]


async def test_a_flow_without_a_name_is_listed_too(deps: Dependencies, fresh: Fresh) -> None:
    tenant, flow_id = fresh(), fresh()
    await deps.flows.create(version(flow_id, flow=[], tenant=tenant))
    [found] = await deps.flows.of_tenant(tenant, None, 10)
    assert (found.flow_id, found.newest.name) == (flow_id, None)
    assert await deps.flows.of_tenant(tenant, None, 10, "algo") == ()


async def test_of_what_was_deleted_nothing_is_left(sides: Sides, fresh: Fresh) -> None:
    tenant = fresh()
    first = version(fresh(), tenant=tenant)
    await sides.near.flows.create(first)
    await sides.near.flows.add(version(first.flow_id, 2, tenant=tenant))
    assert await sides.far.flows.delete(tenant, first.flow_id)
    assert await sides.near.flows.delete(tenant, first.flow_id), "again is the same"
    for number in (None, 1, 2):
        assert await sides.near.flows.read(tenant, first.flow_id, number) is None
    assert await sides.near.flows.add(version(first.flow_id, 3, tenant=tenant)) is None
    assert not await sides.near.flows.create(first)
    assert await sides.near.flows.head(tenant, first.flow_id) is None
    assert await sides.near.flows.versions(tenant, first.flow_id, 5) == ()
    assert await sides.near.flows.of_tenant(tenant, None, 5) == ()


async def test_a_version_may_be_large(deps: Dependencies, fresh: Fresh) -> None:
    flow = {"nodes": [{"type": "response", "text": "ñ" * 120_000}]}
    first = version(fresh(), flow=flow)
    await deps.flows.create(first)
    assert await deps.flows.read("tenant-a", first.flow_id) == first
