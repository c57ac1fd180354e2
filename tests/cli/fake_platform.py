"""A platform to talk to: a real server with scripted runs, and an identity service over TLS."""

import json
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme
from aiohttp import web

USERS = ("ana", "luis")
RUN_ID = "01JRUN"
CONVERSATION_ID = "01JCONVERSATION"


def text(words: str, attempt: int = 1) -> dict[str, object]:
    return {"type": "text", "text": words, "attempt": attempt}


def state(name: str) -> dict[str, object]:
    return {"type": "state", "state": name}


def done(finish_reason: str = "stop") -> dict[str, object]:
    return {
        "type": "done",
        "usage": {"promptTokens": 40, "completionTokens": 2, "totalTokens": 42},
        "threadId": CONVERSATION_ID,
        "runId": RUN_ID,
        "finishReason": finish_reason,
        "memory": "stored",
    }


@dataclass
class FakeApp:
    """Every message starts the run of `events`; its connections break after the events in `cuts`,
    once each, the last one in the middle of the next event's line.
    """

    events: Sequence[dict[str, object]]
    cuts: list[int] = field(default_factory=list)
    problem: dict[str, object] | None = None
    resume_statuses: list[int] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    resumed_after: list[str | None] = field(default_factory=list)
    conversations: list[dict[str, object]] = field(default_factory=list)
    health_statuses: list[int] = field(default_factory=list)
    erase_statuses: list[int] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/health", self.health),
            web.post("/api/conversations", self.create),
            web.delete("/api/conversations/{id}", self.erase),
            web.post("/api/conversations/{id}/messages", self.say),
            web.get("/api/runs/{id}/events", self.resume),
        ]

    async def health(self, request: web.Request) -> web.Response:
        if self.health_statuses:
            return web.Response(status=self.health_statuses.pop(0))
        return web.json_response({"status": "ok", "packVersion": "2026.11", "indexes": ["cerebro"]})

    async def create(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != "Bearer token-of-ana":
            return web.json_response({"code": "UNAUTHENTICATED", "detail": "Who?"}, status=401)
        self.conversations.append(await request.json())
        return web.json_response({"conversationId": CONVERSATION_ID}, status=201)

    async def erase(self, request: web.Request) -> web.Response:
        if self.erase_statuses:
            return web.Response(status=self.erase_statuses.pop(0))
        self.erased.append(request.match_info["id"])
        return web.Response(status=204)

    async def say(self, request: web.Request) -> web.StreamResponse:
        if self.problem is not None:
            return web.json_response(
                self.problem,
                status=int(str(self.problem["status"])),
                content_type="application/problem+json",
            )
        self.messages.append((await request.json())["message"])
        self.keys.append(request.headers["Idempotency-Key"])
        return await self._stream(request, after=0)

    async def resume(self, request: web.Request) -> web.StreamResponse:
        seen = request.headers.get("Last-Event-ID")
        self.resumed_after.append(seen)
        if self.resume_statuses:
            return web.Response(status=self.resume_statuses.pop(0))
        return await self._stream(request, after=int(seen or 0))

    async def _stream(self, request: web.Request, after: int) -> web.StreamResponse:
        answer = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "x-run-id": RUN_ID}
        )
        await answer.prepare(request)
        await answer.write(b": heartbeat\n\n")
        for number, event in enumerate(self.events, 1):
            if number <= after:
                continue
            frame = f"id: {number}\ndata: {json.dumps(event)}\n\n".encode()
            if self.cuts and number == self.cuts[0] + 1:
                self.cuts.pop(0)
                await answer.write(frame[: len(frame) // 2])
                assert request.transport is not None
                request.transport.close()
                return answer
            await answer.write(frame)
        return answer


async def give_token(request: web.Request) -> web.Response:
    """Answers as the emulator's identity service does."""
    user = (await request.json())["user"]
    if user not in USERS:
        reason = f"There is no user {user!r}; the users are: {', '.join(USERS)}."
        document = {"error": "invalid_grant", "error_description": reason}
        return web.json_response(document, status=400)
    return web.json_response({"token_type": "Bearer", "access_token": f"token-of-{user}"})


@asynccontextmanager
async def running_platform(
    folder: Path, authority: trustme.CA, app: FakeApp
) -> AsyncIterator[dict[str, str]]:
    """Serves both and writes `.eira/urls.json` into `folder`; gives the URLs."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(tls)
    identity = web.Application()
    identity.router.add_post("/_emulator/token", give_token)
    platform = web.Application()
    platform.add_routes(app.routes())
    async with _serving(platform) as app_port, _serving(identity, tls) as identity_port:
        urls = {
            "app": f"http://127.0.0.1:{app_port}",
            "identity": f"https://localhost:{identity_port}",
        }
        data = folder / ".eira"
        data.mkdir(exist_ok=True)
        authority.cert_pem.write_to_path(data / "ca.pem")
        document = {
            "app": urls["app"],
            "services": {"identity": urls["identity"]},
            "caFile": str(data / "ca.pem"),
        }
        (data / "urls.json").write_text(json.dumps(document))
        yield urls


@asynccontextmanager
async def _serving(app: web.Application, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
