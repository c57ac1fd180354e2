"""The bench's own cloud: its services' switches, and turns through the app's front door."""

import asyncio
import json
import os
import ssl
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO

import aiohttp

from bench.turns import ModelCall, Seen
from emulator.cloud import RunningCloud, running_cloud
from emulator.plan import CloudOptions

USER = "ana"
PATIENCE_SECONDS = 120.0
POLL_SECONDS = 0.01
MOST_CALLS = 1_000
"""More than the turns of one round make."""

# Embedding a text takes the local model up to 100 ms of the cores that are being measured.
INSTANT: Mapping[str, float] = {"firstTokenMs": 0, "tokensPerSecond": 0, "quickEmbeddings": True}
PACED: Mapping[str, float] = {"firstTokenMs": 100, "tokensPerSecond": 100, "quickEmbeddings": True}

_OFFSET = time.time() - time.monotonic()


def now() -> float:
    """Milliseconds since 1970 that never run backwards, as the model's timeline has them."""
    return (_OFFSET + time.monotonic()) * 1000


class BenchError(Exception):
    """A turn or a service did not do what a measurement needs."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Everything runs and Cerebro is filled; `ready_seconds` is what that took."""

    cloud: RunningCloud
    session: aiohttp.ClientSession
    ready_seconds: float
    app: str

    def with_app(self, app: str) -> "Stand":
        """The same services with another host's app."""
        return replace(self, app=app)

    async def pace(self, pace: Mapping[str, float]) -> None:
        await self._ask("POST", f"{self._service('model')}/_emulator/pace", pace)

    async def embeddings(self, since: float) -> list[float]:
        """How many ms each embeddings call took that arrived since then, oldest first."""
        return [
            one["endMs"] - one["arrivalMs"]
            for one in (await self._timeline())["embedded"]
            if one["arrivalMs"] >= since
        ]

    async def model_calls(self, since: float) -> list[ModelCall]:
        """The chat calls that arrived since then, oldest first."""
        return [
            ModelCall(
                one["tokens"],
                one["streamed"],
                one["arrivalMs"],
                one["firstTokenMs"],
                one["lastTokenMs"],
            )
            for one in (await self._timeline())["served"]
            if one["arrivalMs"] >= since
        ]

    async def _timeline(self) -> dict[str, Any]:
        url = f"{self._service('model')}/_emulator/timeline?last={MOST_CALLS}"
        return await self._ask("GET", url)

    async def reset_charges(self) -> None:
        await self._ask("DELETE", f"{self._service('cosmos')}/_emulator/charges")

    async def charges(self) -> dict[str, object]:
        """Request units since the reset, by container and operation."""
        found: dict[str, object] = await self._ask(
            "GET", f"{self._service('cosmos')}/_emulator/charges"
        )
        return found

    async def history(self, run_id: str) -> list[dict[str, object]]:
        """Durable's history of a run that has ended."""
        url = f"{self.app}/runtime/webhooks/durabletask/instances/{run_id}"
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                document = await self._ask("GET", f"{url}?showHistory=true")
                if document["runtimeStatus"] in ("Completed", "Failed"):
                    events: list[dict[str, object]] = document["historyEvents"]
                    return events
                await asyncio.sleep(POLL_SECONDS)

    async def conversation(self) -> str:
        url = f"{self.app}/api/conversations"
        document = await self._ask("POST", url, {"language": "es"})
        return str(document["conversationId"])

    async def conversations(self, count: int) -> list[str]:
        return [await self.conversation() for _ in range(count)]

    async def turn(self, conversation: str, message: str) -> Seen:
        """One message, read to its end. Raises BenchError when it fails."""
        return await self._read(f"conversations/{conversation}/messages", {"message": message})

    async def call_agent(self, body: Mapping[str, object]) -> Seen:
        """One inline agent call, likewise."""
        return await self._read("chat", body)

    async def _read(self, path: str, body: Mapping[str, object]) -> Seen:
        headers = {"Accept": "text/event-stream"}
        url = f"{self.app}/api/{path}"
        seen = Seen(asked=now())
        async with self.session.post(url, json=body, headers=headers) as response:
            if response.status != 200:
                raise BenchError(f"{response.status}: {await response.text()}")
            seen.run_id = response.headers["x-run-id"]
            rest = b""
            async for chunk in response.content.iter_any():
                at = now()
                seen.first_byte = seen.first_byte or at
                *frames, rest = (rest + chunk).split(b"\n\n")
                for frame in frames:
                    _take(frame, at, seen)
        seen.ended = now()
        if seen.terminal != "done" or not seen.texts:
            raise BenchError(f"run {seen.run_id} ended with {seen.terminal or 'nothing'}")
        return seen

    def _service(self, name: str) -> str:
        return self.cloud.urls.services[name]

    async def _ask(self, method: str, url: str, body: object = None) -> dict[str, Any]:
        async with self.session.request(method, url, json=body) as response:
            text = await response.text()
            if response.status >= 400:
                raise BenchError(f"{method} {url}: {response.status} {text}")
            document: dict[str, Any] = json.loads(text or "{}")
            return document


def _take(frame: bytes, at: float, seen: Seen) -> None:
    data = next((line[6:] for line in frame.split(b"\n") if line.startswith(b"data: ")), None)
    if data is None:
        return
    event = json.loads(data)
    match event["type"]:
        case "text":
            seen.texts.append((at, event["text"]))
        case "agent_turn":
            seen.turns.append((at, event["speaker"]))
        case "state":
            seen.states.append((at, event["state"]))
        case "done" | "error" as kind:
            seen.terminal = kind
            seen.usage = event.get("usage", {})


@asynccontextmanager
async def stand(
    workers: int, settings: Mapping[str, str] | None = None, root: Path = Path()
) -> AsyncIterator[Stand]:
    """Starts a cloud on free ports with its data in a temporary folder, and fills Cerebro.

    `settings` are app settings beside the demo's.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="eira-bench-")))
        more = folder / "settings.json"
        more.write_text(json.dumps(dict(settings or {})), "utf-8")
        begin = time.monotonic()
        options = CloudOptions(
            config=root / "demo" / "cloud.json",
            data=folder / "cloud",
            app=root,
            workers=workers,
            settings=more,
            ports="random",
            watch=False,
            # In Azure what the ERP tells is taken by instances of its own, not beside the turns.
            without=frozenset({"eventgrid"}),
        )
        # The host would write its log between the lines of the bench's table.
        with redirect_stdout(stack.enter_context(_nowhere())):
            cloud = await stack.enter_async_context(running_cloud(options))
        await _seed(cloud)
        ready_seconds = time.monotonic() - begin
        trust = ssl.create_default_context(cafile=cloud.urls.ca_file)
        connector = aiohttp.TCPConnector(ssl=trust, limit=0)
        timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
        session = await stack.enter_async_context(
            aiohttp.ClientSession(connector=connector, timeout=timeout)
        )
        session.headers["Authorization"] = f"Bearer {await _token(cloud, session)}"
        yield Stand(cloud, session, ready_seconds, cloud.urls.app)


@contextmanager
def _nowhere() -> Iterator[TextIO]:
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        yield nowhere


async def _token(cloud: RunningCloud, session: aiohttp.ClientSession) -> str:
    url = f"{cloud.urls.services['identity']}/_emulator/token"
    async with session.post(url, json={"user": USER}) as response:
        return str((await response.json())["access_token"])


async def _seed(cloud: RunningCloud) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "cli.knowledge.load",
        env={**os.environ, **cloud.environment},
        stdout=asyncio.subprocess.DEVNULL,
    )
    if await process.wait() != 0:
        raise BenchError("the knowledge could not be loaded; the reason is above.")
