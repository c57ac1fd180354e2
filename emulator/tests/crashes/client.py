"""A client that tries again when the host is away, and knows what it was promised."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping

from aiohttp import ClientError, ClientSession, ClientTimeout

type Json = str | int | float | bool | list[Json] | dict[str, Json] | None

_PAUSE = 0.05
_TIMEOUT = ClientTimeout(total=10)


class GivenUp(Exception):  # noqa: N818 - a state of the world
    """The host did not answer as it should until the deadline."""


class Client:
    """Talks to the management API of one host; counts its requests that failed."""

    def __init__(self, session: ClientSession, url: str) -> None:
        self._session = session
        self._root = f"{url}/runtime/webhooks/durabletask"
        self.failed_requests = 0
        self.deadline = float("inf")

    async def start(self, name: str, instance: str, value: Json) -> None:
        """Start an orchestration once, although answers may get lost."""
        while True:
            status, _ = await self._ask("POST", f"/orchestrators/{name}/{instance}", value)
            if status == 202 or await self.status(instance) is not None:
                return
            await self._pause(f"{instance} could not be started")

    async def status(self, instance: str) -> Mapping[str, Json] | None:
        """The status of an instance; None when there is none."""
        while True:
            status, document = await self._ask("GET", f"/instances/{instance}")
            if status in {200, 202} and isinstance(document, dict):
                return document
            if status == 404:
                return None
            await self._pause(f"the status of {instance} cannot be had")

    async def ended(self, instance: str) -> Mapping[str, Json]:
        """The status of an instance when it has ended; raises GivenUp."""
        while True:
            status = await self.status(instance)
            if status is None:
                raise GivenUp(f"{instance} was lost")
            if status["runtimeStatus"] in {"Completed", "Failed", "Terminated"}:
                return status
            await self._pause(f"{instance} is stuck: {status['runtimeStatus']}")

    async def change(self, instance: str, operation: str, becomes: frozenset[str]) -> None:
        """Ask for `suspend`, `resume` or `terminate` until the status is one of `becomes`."""
        path = f"/instances/{instance}/{operation}?reason=crashes"
        while True:
            found = await self.status(instance)
            if found is not None and found["runtimeStatus"] in becomes:
                return
            await self._ask("POST", path)
            await self._pause(f"{instance} does not {operation}")

    async def signal(self, tally: str, mark: str) -> tuple[str, list[str]]:
        """Have entity `tally` add a name, as `_send` does."""
        # The SDK expects JSON inside a JSON string.
        return await self._send(f"/entities/tally/{tally}?op=add", mark, json.dumps)

    async def tell(self, instance: str, event: str, mark: str) -> tuple[str, list[str]]:
        """Raise an external event whose value is the mark, as `_send` does."""
        return await self._send(
            f"/instances/{instance}/raiseEvent/{event}", mark, lambda text: text
        )

    async def _send(
        self, path: str, mark: str, body: Callable[[str], Json]
    ) -> tuple[str, list[str]]:
        """Send `mark` until it was accepted; the accepted one and those with an unknown fate.

        Each attempt has a mark of its own, so that an attempt applied twice shows.
        """
        doubtful: list[str] = []
        attempt = 0
        while True:
            attempt += 1
            status, _ = await self._ask("POST", path, body(f"{mark}#{attempt}"))
            if status == 202:
                return f"{mark}#{attempt}", doubtful
            if status == 410:
                # It has ended, so an attempt without an answer was heard.
                return "", doubtful
            doubtful.append(f"{mark}#{attempt}")
            await self._pause(f"{mark} was not accepted ({status})")

    async def get(self, path: str) -> Json:
        """What a GET answers, tried until it answers 200."""
        while True:
            status, document = await self._ask("GET", path)
            if status == 200:
                return document
            await self._pause(f"{path} answers {status}")

    async def _ask(self, method: str, path: str, value: Json = None) -> tuple[int, Json]:
        """Status and JSON of an answer; status 0 when there was none."""
        url = f"{self._root}{path}"
        try:
            async with self._session.request(method, url, json=value, timeout=_TIMEOUT) as answer:
                text = await answer.text()
                return answer.status, json.loads(text) if text.startswith(("{", "[")) else text
        except (ClientError, TimeoutError):
            self.failed_requests += 1
            return 0, None

    async def _pause(self, problem: str) -> None:
        if time.monotonic() > self.deadline:
            raise GivenUp(problem)
        await asyncio.sleep(_PAUSE)
