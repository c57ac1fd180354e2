"""Carries events to one subscription's endpoint: at least once, later and later, then no more.

https://learn.microsoft.com/azure/event-grid/delivery-and-retry
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import aiohttp

from .schemas import GRID, Event, Schema, as_delivered, type_of, validation_event
from .store import Deliveries, Delivery

RETRY_SECONDS: Sequence[float] = (10, 30, 60, 300, 600, 1_800, 3_600, 10_800, 21_600, 43_200)
MAX_ATTEMPTS = 30
ANSWER_SECONDS = 30.0
AT_ONCE = 8
POINTLESS = frozenset({400, 401, 403, 413})
"""Answers after which a webhook is not asked again."""
ORIGIN = "eventgrid.azure.net"
FIRST_KNOCK_SECONDS = 0.25
SLOWEST_KNOCK_SECONDS = 5.0
JITTER = 0.1


@dataclass(frozen=True, slots=True)
class Subscription:
    """`types` empty takes every event. `key` is `<topic>/<name>`."""

    topic: str
    name: str
    endpoint: str
    schema: Schema = GRID
    types: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        return f"{self.topic}/{self.name}"

    def wants(self, event: Event) -> bool:
        return not self.types or type_of(event) in self.types


class Courier:
    """One subscription at work: nothing is kept for it before its endpoint has agreed."""

    def __init__(
        self,
        subscription: Subscription,
        deliveries: Deliveries,
        session: aiohttp.ClientSession,
        retry_seconds: Sequence[float] = RETRY_SECONDS,
    ) -> None:
        self.subscription = subscription
        self.delivered = 0
        self._deliveries = deliveries
        self._session = session
        self._retry_seconds = retry_seconds
        self._work = asyncio.Event()
        self._topic = f"/topics/{subscription.topic}"

    @property
    def is_validated(self) -> bool:
        return self._deliveries.is_validated(self.subscription.key)

    def take(self, event: Event) -> None:
        if self.is_validated and self.subscription.wants(event):
            delivered = as_delivered(event, self._topic, self.subscription.schema)
            self._deliveries.add(self.subscription.key, delivered, time.time())
            self._work.set()

    async def run(self) -> None:
        """Until it is cancelled; an endpoint that has agreed once is not asked again."""
        wait = FIRST_KNOCK_SECONDS
        while not self.is_validated and not await self.shake_hands():
            await asyncio.sleep(wait)
            wait = min(2 * wait, SLOWEST_KNOCK_SECONDS)
        while True:
            self._work.clear()
            key = self.subscription.key
            if due := self._deliveries.due(key, time.time(), AT_ONCE):
                await asyncio.gather(*(self._deliver(delivery) for delivery in due))
                continue
            next_due = self._deliveries.next_due(key)
            wait_for = None if next_due is None else max(next_due - time.time(), 0)
            try:
                await asyncio.wait_for(self._work.wait(), wait_for)
            except TimeoutError:
                continue

    async def shake_hands(self) -> bool:
        """Ask the endpoint whether it wants the events; what is agreed is kept."""
        try:
            agreed = await (self._validate() if self.subscription.schema == GRID else self._ask())
        except (aiohttp.ClientError, TimeoutError, ValueError):
            agreed = False
        if agreed:
            self._deliveries.validate(self.subscription.key)
        return agreed

    async def _validate(self) -> bool:
        code = str(uuid4())
        event = validation_event(code, self._topic)
        headers = {"aeg-event-type": "SubscriptionValidation"}
        async with self._post([event], headers) as answer:
            answered = await answer.json(content_type=None) if answer.status == 200 else None
        return isinstance(answered, dict) and answered.get("validationResponse") == code

    async def _ask(self) -> bool:
        """CloudEvents' abuse protection (HTTP webhook specification 1.0, section 4)."""
        headers = {"WebHook-Request-Origin": ORIGIN}
        async with self._session.options(self.subscription.endpoint, headers=headers) as answer:
            allowed = answer.headers.get("WebHook-Allowed-Origin")
        return answer.status == 200 and allowed in (ORIGIN, "*")

    async def _deliver(self, delivery: Delivery) -> None:
        headers = {
            "aeg-event-type": "Notification",
            "aeg-subscription-name": self.subscription.name.upper(),
            "aeg-delivery-count": str(delivery.attempts),
        }
        grid = self.subscription.schema == GRID
        try:
            async with self._post([delivery.event] if grid else delivery.event, headers) as answer:
                self._settle(delivery, answer.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            self._again(delivery, type(error).__name__)

    def _settle(self, delivery: Delivery, status: int) -> None:
        if 200 <= status < 300:
            self.delivered += 1
            self._deliveries.delivered(delivery)
        elif status in POINTLESS:
            self._deliveries.bury(delivery, f"answered {status}")
        else:
            self._again(delivery, f"answered {status}")

    def _again(self, delivery: Delivery, reason: str) -> None:
        if delivery.attempts + 1 >= MAX_ATTEMPTS:
            self._deliveries.bury(delivery, f"{reason}; {MAX_ATTEMPTS} attempts")
            return
        wait = self._retry_seconds[min(delivery.attempts, len(self._retry_seconds) - 1)]
        wait *= 1 + random.uniform(-JITTER, JITTER)  # noqa: S311 - a pause
        self._deliveries.postpone(delivery, time.time() + wait)

    @asynccontextmanager
    async def _post(
        self, body: object, headers: Mapping[str, str]
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        limit = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with self._session.post(
            self.subscription.endpoint,
            json=body,
            headers=headers,
            allow_redirects=False,
            timeout=limit,
        ) as answer:
            yield answer
