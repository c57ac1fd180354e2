"""A search service that is busy is asked again twice, later each time, and not for ever."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from azure.core.exceptions import ServiceRequestError
from azure.core.pipeline import AsyncPipeline
from azure.core.rest import HttpRequest

from shared.search.retrying import SearchRetries


@dataclass
class Answer:
    status_code: int
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Service:
    """The transport of a pipeline; what it is told to wait it only notes."""

    answers: list[Answer | Exception]
    waits: list[float] = field(default_factory=list)
    asked: int = 0

    async def send(self, _: HttpRequest, **__: Any) -> Answer:
        self.asked += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


async def status(service: Service, chance: float = 1.0) -> int:
    transport: Any = service
    pipeline = AsyncPipeline[HttpRequest, Any](transport, [SearchRetries(lambda: chance)])
    request = HttpRequest("POST", "https://search.example/docs/search", json={})
    return int((await pipeline.run(request)).http_response.status_code)


@pytest.mark.parametrize("busy", [429, 503])
async def test_a_busy_service_is_asked_again_twice_at_most(busy: int) -> None:
    service = Service([Answer(busy) for _ in range(5)])
    assert await status(service) == busy
    assert service.asked == 3
    assert service.waits == [0.3, 0.6], "ever later"


@pytest.mark.parametrize("busy", [429, 503])
async def test_what_works_the_second_time_is_the_answer(busy: int) -> None:
    service = Service([Answer(busy), Answer(200)])
    assert await status(service) == 200


async def test_a_random_part_of_the_pause_is_left_out() -> None:
    service = Service([Answer(429), Answer(429), Answer(200)])
    assert await status(service, chance=0.0) == 200
    assert service.waits == [0.15, 0.3]


async def test_what_the_service_asks_to_wait_is_waited_and_a_little_more() -> None:
    service = Service([Answer(429, {"Retry-After": "2"}), Answer(200)])
    assert await status(service) == 200
    assert service.waits == [2.3]


async def test_a_service_that_asks_for_too_long_a_wait_is_done_without() -> None:
    service = Service([Answer(503, {"Retry-After": "60"})])
    assert await status(service) == 503
    assert (service.asked, service.waits) == (1, [])


@pytest.mark.parametrize("final", [400, 401, 403, 404])
async def test_a_request_that_is_wrong_is_not_repeated(final: int) -> None:
    service = Service([Answer(final, {"Retry-After": "1"})])
    assert await status(service) == final


async def test_a_connection_that_fails_is_tried_again_where_that_is_safe() -> None:
    """A POST may have arrived; whoever waits for a search gets what the others found."""
    service = Service([ServiceRequestError("refused")])
    with pytest.raises(ServiceRequestError):
        await status(service)
    assert service.asked == 1
