"""What lies around the app: the services' switches, the ERP's records, Durable's instances."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp

from tests.e2e.waiting import until

TOPIC_KEY = "made-up-topic-key-0009"
GRID = "EventGridSchema"
CLOUD = "CloudEventSchemaV1_0"
HELD_MS = 9_000
"""A delay that a test ends; a call of a tool is given up a second later."""
SLOWLY = 40
"""Tokens a second: an answer of 300 lasts longer than what a test does meanwhile."""
A_TOKEN_A_SECOND = 1
"""An answer does not end before its client has left or stopped it, on no machine."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`services` are URLs by name."""

    http: aiohttp.ClientSession
    services: Mapping[str, str]

    async def token(self, user: str) -> str:
        url = f"{self.services['identity']}/_emulator/token"
        async with self.http.post(url, json={"user": user}) as response:
            response.raise_for_status()
            return str((await response.json())["access_token"])

    async def tasks(self, token: str, title: str) -> list[Mapping[str, Any]]:
        """The tasks with exactly this title that the token's tenant has in the ERP."""
        found = await self.records(token, "tasks", title)
        return [item for item in found if item["title"] == title]

    async def users(self, token: str, email: str) -> list[Mapping[str, Any]]:
        """The users with this address, likewise."""
        found = await self.records(token, "users", email)
        return [item for item in found if item["email"] == email]

    async def records(self, token: str, kind: str, words: str) -> list[Mapping[str, Any]]:
        """The records in which all these words occur; at most 100."""
        async with self.http.get(
            f"{self.services['erp']}/{kind}",
            params={"q": words, "limit": "100"},
            headers={"Authorization": f"Bearer {token}"},
        ) as response:
            response.raise_for_status()
            items: list[Mapping[str, Any]] = (await response.json())["items"]
        return items

    async def fail(self, service: str, **fault: object) -> None:
        """Let the next requests to a service fail; the fields are those of its faults API."""
        url = f"{self.services[service]}/_emulator/faults"
        async with self.http.post(url, json=fault) as response:
            assert response.status == 201, await response.text()

    async def fail_as(self, fault: Mapping[str, object]) -> None:
        """The same, the service being one of the fields."""
        body = {name: value for name, value in fault.items() if name != "service"}
        await self.fail(str(fault["service"]), **body)

    async def heal(self) -> None:
        """End all failures and let the model answer at once again."""
        for url in self.services.values():
            await self.http.delete(f"{url}/_emulator/faults")
        await self.flow()

    async def go_on(self, service: str) -> None:
        """End the delays under way in a service; its other failures stay."""
        await self.http.delete(f"{self.services[service]}/_emulator/delays")

    async def waiting_faults(self, service: str) -> int:
        """How many failures have not hit anybody yet."""
        return sum(fault["count"] for fault in await self.faults(service))

    async def faults(self, service: str) -> list[dict[str, Any]]:
        """The failures that wait, as the faults API has them."""
        async with self.http.get(f"{self.services[service]}/_emulator/faults") as response:
            return list((await response.json())["faults"])

    async def pace(self, first_token_ms: float, tokens_per_second: float) -> None:
        pace = {"firstTokenMs": first_token_ms, "tokensPerSecond": tokens_per_second}
        url = f"{self.services['model']}/_emulator/pace"
        async with self.http.post(url, json=pace) as response:
            response.raise_for_status()

    async def flow(self) -> None:
        """Let the model answer at once, and end at once what it is writing."""
        await self.http.delete(f"{self.services['model']}/_emulator/pace")

    async def calls(self, service: str) -> int:
        async with self.http.get(f"{self.services[service]}/_emulator/calls") as response:
            return int((await response.json())["total"])

    async def asked(self, deployment: str) -> int:
        """How often the model was asked under this name, which no other test's runs call it by."""
        async with self.http.get(f"{self.services['model']}/_emulator/calls") as response:
            by_path: Mapping[str, int] = (await response.json())["byPath"]
        return sum(count for path, count in by_path.items() if f"/{deployment}/" in path)

    async def create_task(self, token: str, fields: Mapping[str, str]) -> str:
        """The id of the new task."""
        async with self.http.post(
            f"{self.services['erp']}/tasks",
            json=fields,
            headers={"Authorization": f"Bearer {token}"},
        ) as response:
            response.raise_for_status()
            return str((await response.json())["id"])

    async def change_task(self, token: str, task: str, **fields: str) -> None:
        async with self.http.patch(
            f"{self.services['erp']}/tasks/{task}",
            json=fields,
            headers={"Authorization": f"Bearer {token}"},
        ) as response:
            response.raise_for_status()

    @asynccontextmanager
    async def subscribed(self, host: str, schema: str = GRID) -> AsyncIterator[None]:
        """The ERP's events go to this host's app, until all of them were taken."""
        url = f"{self.services['eventgrid']}/erp/eventSubscriptions/erp-events"
        key = {"aeg-sas-key": TOPIC_KEY}
        endpoint = f"{host}/runtime/webhooks/eventgrid?functionName=erp_event"
        body = {"endpoint": endpoint, "schema": schema}
        async with self.http.put(url, json=body, headers=key) as response:
            assert response.status == 201, await response.text()
        yield
        await until(self._nothing_under_way)
        async with self.http.delete(url, headers=key) as response:
            assert response.status == 204

    async def _nothing_under_way(self) -> bool:
        url = f"{self.services['eventgrid']}/_emulator/deliveries"
        async with self.http.get(url) as response:
            return bool((await response.json())["pending"] == 0)

    async def without_calls[Result](
        self, act: Callable[[], Awaitable[Result]], *services: str
    ) -> Result:
        """What `act` gives; fails when it calls one of the services.

        What an earlier test left under way may call one meanwhile, but not each time.
        """
        for _ in range(5):
            before = [await self.calls(service) for service in services]
            result = await act()
            if [await self.calls(service) for service in services] == before:
                return result
        raise AssertionError(f"it calls one of {services}")


@dataclass(frozen=True, slots=True)
class Durable:
    """Durable's management API of one host, as an operator uses it."""

    http: aiohttp.ClientSession
    host: str

    async def instance(self, run_id: str) -> Mapping[str, Any]:
        async with self.http.get(self._url(run_id)) as response:
            document: Mapping[str, Any] = await response.json()
            return document

    async def knows(self, run_id: str) -> bool:
        async with self.http.get(self._url(run_id)) as response:
            assert response.status in (200, 202, 404)
            return response.status != 404

    async def instance_text(self, run_id: str) -> str:
        """The instance with its whole history, as it came."""
        whole = {"showHistory": "true", "showHistoryOutput": "true", "showInput": "true"}
        async with self.http.get(self._url(run_id), params=whole) as response:
            return await response.text()

    async def terminate(self, run_id: str) -> None:
        async with self.http.post(f"{self._url(run_id)}/terminate?reason=test") as response:
            assert response.status == 202

    async def under_way(self, since: datetime) -> list[str]:
        """The instances begun since then that go on by themselves; one that waits for a person
        does nothing."""
        asked = {"runtimeStatus": "Pending,Running", "createdTimeFrom": since.isoformat()}
        url = f"{self.host}/runtime/webhooks/durabletask/instances"
        async with self.http.get(url, params=asked) as response:
            found: list[Mapping[str, Any]] = await response.json()
        return [each["instanceId"] for each in found if not _waits(each["customStatus"])]

    async def sweep(self) -> None:
        """Let the sweeper run now, and not when its timer says."""
        await self.run_timer("sweeper")

    async def run_timer(self, name: str) -> None:
        async with self.http.post(f"{self.host}/admin/functions/{name}", json={}) as response:
            assert response.status == 202

    def _url(self, run_id: str) -> str:
        return f"{self.host}/runtime/webhooks/durabletask/instances/{run_id}"


def _waits(status: Mapping[str, Any] | None) -> bool:
    return (status or {}).get("state") == "WAITING_APPROVAL"
