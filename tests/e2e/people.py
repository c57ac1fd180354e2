"""A person who uses the app over HTTP."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import aiohttp

from tests.e2e.waiting import LOOK_AGAIN_SECONDS, PATIENCE_SECONDS, until

EVENTS = "text/event-stream"
TERMINAL = frozenset({"done", "error"})


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, whole; `body` is its JSON, or None when it holds none."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a run as it came over the wire: the `id:` and the JSON of `data:`."""

    number: int
    data: Mapping[str, Any]

    @property
    def type(self) -> str:
        return str(self.data["type"])


@dataclass(frozen=True, slots=True)
class Run:
    """A run as its events tell it."""

    run_id: str
    events: Sequence[Event]

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        return [event.data for event in self.events if event.type == kind]

    @property
    def numbers(self) -> list[int]:
        return [event.number for event in self.events]

    @property
    def states(self) -> list[str]:
        return [event["state"] for event in self.of("state")]

    @property
    def text(self) -> str:
        """The answer: what follows the last restart."""
        pieces: list[str] = []
        for event in self.events:
            if event.type == "restart":
                pieces.clear()
            elif event.type == "text":
                pieces.append(event.data["text"])
        return "".join(pieces)

    @property
    def end(self) -> Mapping[str, Any]:
        return self.events[-1].data

    @property
    def tool_statuses(self) -> list[tuple[str, str]]:
        return [(event["name"], event["status"]) for event in self.of("tool")]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a live timeline; the frames before the last of an event carry no `id:`."""

    position: str | None
    data: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """`notification`, or the kind of the audit event."""
        return str(self.data.get("event", {}).get("kind", self.data["type"]))


async def _lines(response: aiohttp.ClientResponse) -> AsyncGenerator[Line]:
    async for fields in _frames(response):
        if "data" in fields:
            yield Line(fields.get("id"), json.loads(fields["data"]))


async def _frames(response: aiohttp.ClientResponse) -> AsyncGenerator[dict[str, str]]:
    """The fields of each frame; a comment is a field without a name.

    Ends where the server ends the answer; raises aiohttp's errors when it is cut.
    """
    fields: dict[str, str] = {}
    async for raw in response.content:
        line = raw.decode("utf-8").rstrip("\n")
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif fields:
            yield fields
            fields = {}


class Stream:
    """The open SSE answer of one run. Comments are counted, not told."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.run_id = response.headers["x-run-id"]
        self.comments = 0

    def __aiter__(self) -> AsyncIterator[Event]:
        return self._events()

    async def read(self, count: int) -> list[Event]:
        """The next events, at most so many; fewer when the run ends before."""
        return await self.until(lambda seen: len(seen) == count)

    async def until(self, enough: Callable[[list[Event]], bool]) -> list[Event]:
        """The events up to where they are enough, or up to the run's end."""
        seen: list[Event] = []
        async with aclosing(self._events()) as events:
            async for event in events:
                seen.append(event)
                if enough(seen):
                    break
        return seen

    async def _events(self) -> AsyncGenerator[Event]:
        async for fields in _frames(self._response):
            self.comments += "" in fields
            if "data" in fields:
                yield Event(int(fields["id"]), json.loads(fields["data"]))


@dataclass(frozen=True, slots=True)
class Person:
    """`token` None sends no Authorization header. `app` has no trailing slash."""

    http: aiohttp.ClientSession
    app: str
    token: str | None
    language: str | None = None

    def speaking(self, language: str) -> "Person":
        """The same person with this Accept-Language."""
        return replace(self, language=language)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        data: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request to `/api<path>`, its answer read whole."""
        async with self.http.request(
            method,
            f"{self.app}/api{path}",
            json=json,
            data=data,
            headers=self._headers(headers),
        ) as response:
            is_json = "json" in response.content_type
            body = await response.json(content_type=None) if is_json else None
            return Answer(response.status, response.headers, body)

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.ask("GET", path, headers=headers)

    async def open_conversation(self, **fields: str) -> str:
        answer = await self.ask("POST", "/conversations", json=fields)
        assert answer.status == 201, (answer.status, answer.body)
        return str(answer.body["conversationId"])

    async def post(self, conversation: str, message: str, **headers: str) -> Answer:
        """Send a message and take the answer as JSON."""
        path = f"/conversations/{conversation}/messages"
        return await self.ask("POST", path, json={"message": message}, headers=headers)

    async def say(self, conversation: str, message: str, key: str | None = None) -> Run:
        """Send a message and read its run to the end, without a break."""
        async with self.saying(conversation, message, key) as stream:
            return Run(stream.run_id, [event async for event in stream])

    @asynccontextmanager
    async def saying(
        self, conversation: str, message: str, key: str | None = None
    ) -> AsyncIterator[Stream]:
        """Send a message; the stream of its run, which is cut where the block is left."""
        headers = {"Idempotency-Key": key} if key else {}
        async with self.http.post(
            f"{self.app}/api/conversations/{conversation}/messages",
            json={"message": message},
            headers=self._headers({"Accept": EVENTS, **headers}),
        ) as response:
            assert response.status == 200, await response.text()
            yield Stream(response)

    async def call(
        self, body: Mapping[str, object], headers: Mapping[str, str] | None = None
    ) -> Run:
        """Call an agent and read its run to the end, without a break."""
        async with self.calling(body, headers) as stream:
            return Run(stream.run_id, [event async for event in stream])

    @asynccontextmanager
    async def calling(
        self, body: Mapping[str, object], headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[Stream]:
        """Call an agent; the stream of its run, which is cut where the block is left."""
        async with self.http.post(
            f"{self.app}/api/chat",
            json=body,
            headers=self._headers({"Accept": EVENTS, **(headers or {})}),
        ) as response:
            assert response.status == 200, await response.text()
            yield Stream(response)

    @asynccontextmanager
    async def watching(
        self, run_id: str, last_event_id: int | None = None, after: int | None = None
    ) -> AsyncIterator[Stream]:
        """A run's stream, behind an event that was seen; told by the header or by the query."""
        seen = {} if last_event_id is None else {"Last-Event-ID": str(last_event_id)}
        async with self.http.get(
            f"{self.app}/api/runs/{run_id}/events",
            params={} if after is None else {"after": str(after)},
            headers=self._headers({"Accept": EVENTS, **seen}),
        ) as response:
            response.raise_for_status()
            yield Stream(response)

    @asynccontextmanager
    async def timeline(
        self, conversation: str, last_event_id: str | None = None
    ) -> AsyncIterator[AsyncIterator[Line]]:
        """A conversation's live timeline."""
        seen = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
        async with self.http.get(
            f"{self.app}/api/conversations/{conversation}/events",
            headers=self._headers({"Accept": EVENTS, **seen}),
        ) as response:
            response.raise_for_status()
            async with aclosing(_lines(response)) as lines:
                yield lines

    async def reachable(self) -> None:
        """Wait until the app answers, after its workers were killed."""

        async def is_up() -> bool:
            return (await self.ask("GET", "/health")).status == 200

        await until(is_up)

    async def follow(self, run_id: str, seen: Sequence[Event] = ()) -> Run:
        """The whole run; comes back when the connection is lost, as a browser does."""
        events = list(seen)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not events or events[-1].type not in TERMINAL:
                last = events[-1].number if events else None
                try:
                    async with self.watching(run_id, last_event_id=last) as stream:
                        async for event in stream:
                            events.append(event)
                except aiohttp.ClientError:
                    await asyncio.sleep(LOOK_AGAIN_SECONDS)
        return Run(run_id, events)

    def _headers(self, more: Mapping[str, str] | None) -> dict[str, str]:
        own = {"Authorization": f"Bearer {self.token}"} if self.token is not None else {}
        if self.language is not None:
            own["Accept-Language"] = self.language
        return own | dict(more or {})
