"""A short attack in every test run; `./eira bench effects` is the whole one."""

from collections.abc import Iterator

import pytest

from tests.e2e.cloud import Host, Services, running_host
from tests.e2e.people import Person
from tests.e2e.stores import Stores
from tests.e2e.surroundings import Surroundings
from tests.e2e.under_fire.attack import Battlefield, attack
from tests.e2e.under_fire.plan import BOUNDED


@pytest.fixture
def crew(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    data = tmp_path_factory.mktemp("under-fire") / "data"
    with running_host(services, data, workers=BOUNDED.workers) as running:
        yield running


async def test_effects_happen_once_and_are_told_truly_while_workers_die_and_the_erp_fails(
    crew: Host, around: Surroundings, stores: Stores
) -> None:
    async def signed_in(user: str) -> Person:
        return Person(around.http, crew.url, await around.token(user))

    field = Battlefield(
        host=crew,
        around=around,
        stores=stores,
        employee=await signed_in("luis"),
        admin=await signed_in("marta"),
        manager=await signed_in("ana"),
    )
    report = await attack(field, BOUNDED, seed=4)
    assert report.findings == [], report
    assert report.runs.total() == 12
    assert report.fire.killed > 0
    assert report.fire.faults.total() > 0
