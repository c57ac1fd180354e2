"""Quotas through several workers: never one more than may be, however many ask at once."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import aiohttp
import pytest

from tests.e2e.cloud import Host, Services, running_host
from tests.e2e.people import Answer, Person
from tests.e2e.surroundings import Surroundings

LIMIT, ASKING = 12, 200
ASYNC = {"Prefer": "respond-async"}


@pytest.fixture(scope="module")
def pair(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    settings = {"Quotas__SessionPerHour": str(LIMIT), "Quotas__TenantRuns": "1000"}
    data = tmp_path_factory.mktemp("counting") / "data"
    with running_host(services, data, workers=2, settings=settings) as running:
        yield running


@pytest.fixture
async def asking(http: aiohttp.ClientSession, pair: Host, around: Surroundings) -> Person:
    return Person(http, pair.url, await around.token("ana"))


def hour() -> int:
    return datetime.now(UTC).hour


async def all_at_once(asking: Person, session: str) -> list[Answer]:
    body = {"sessionId": session, "agent_profile": "retrieval", "message": "licencia de obras"}
    calls = (asking.ask("POST", "/chat", json=body, headers=ASYNC) for _ in range(ASKING))
    return await asyncio.gather(*calls)


async def test_of_200_at_once_exactly_as_many_start_as_may(asking: Person) -> None:
    began, answers = -1, list[Answer]()
    while began != hour():
        # What begins in one hour and ends in the next is counted in both.
        began = hour()
        answers = await all_at_once(asking, f"quota-{datetime.now(UTC).timestamp()}")
    assert Counter(answer.status for answer in answers) == {202: LIMIT, 429: ASKING - LIMIT}
    left = sorted(int(each.headers["x-ratelimit-remaining"]) for each in answers)
    assert left == [0] * (ASKING - LIMIT) + list(range(LIMIT))
    refused = next(each for each in answers if each.status == 429)
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert (refused.body["code"], refused.body["retryable"]) == ("QUOTA_EXCEEDED", True)
