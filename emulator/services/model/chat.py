"""Chat in any provider's protocol: let the engine answer, send it at the set pace."""

import asyncio
import itertools
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import HttpVersion11, web

from .completion import Completion, complete
from .engine.writer import Engine
from .errors import RequestError
from .frames import frames_of
from .pacing import HEADER as PACE_HEADER
from .pacing import Pace, PacedFrames, chunked, pace_from_header
from .requests import ChatRequest, parse_chat_request
from .timeline import Served, Timeline


class Dialect(Protocol):
    """How a provider's protocol puts an answer on the wire."""

    def document(self, completion: Completion) -> Mapping[str, object]:
        """The body of an answer that is not streamed."""
        ...

    def frames(self, completion: Completion) -> Sequence[bytes]:
        """The server-sent events of a stream, one frame per token."""
        ...


@dataclass(frozen=True, slots=True)
class OpenAIDialect:
    include_usage: bool

    def document(self, completion: Completion) -> Mapping[str, object]:
        return completion.document()

    def frames(self, completion: Completion) -> Sequence[bytes]:
        return frames_of(completion, include_usage=self.include_usage)


@dataclass(slots=True)
class ChatService:
    """The chat model of one service process."""

    engine: Engine
    pace: Pace
    timeline: Timeline = field(default_factory=Timeline)
    _under_way: set[PacedFrames] = field(default_factory=set)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _started: int = field(default_factory=time.time_ns)

    async def completions(self, request: web.Request) -> web.StreamResponse:
        """OpenAI's route; a deployment in the path stands for the model's name."""
        chat = parse_chat_request(await read_json(request))
        if not chat.model and "deployment" not in request.match_info:
            raise RequestError(
                "you must provide a model parameter",
                param="model",
                code="missing_required_parameter",
            )
        include_usage = bool(chat.stream_options and chat.stream_options.include_usage)
        return await self.answer(request, chat, OpenAIDialect(include_usage))

    async def answer(
        self, request: web.Request, chat: ChatRequest, dialect: Dialect
    ) -> web.StreamResponse:
        """What the engine replies, in the words of any provider's protocol."""
        arrival = asyncio.get_running_loop().time()
        header = request.headers.get(PACE_HEADER)
        pace = self.pace if header is None else pace_from_header(header)
        completion = complete(self._new_id(), chat, self.engine.reply(chat))
        if chat.stream:
            return await self._stream(
                request, dialect.frames(completion), completion, pace, arrival
            )
        return await self._whole(dialect, completion, pace, arrival)

    @property
    def under_way(self) -> int:
        """How many streams are being written, to clients that are still there."""
        return len(self._under_way)

    def flow(self) -> None:
        """Answer at once from now on; streams under way end at once, too."""
        self.pace = Pace()
        for frames in self._under_way:
            frames.flow()

    async def _whole(
        self, dialect: Dialect, completion: Completion, pace: Pace, arrival: float
    ) -> web.Response:
        if not pace.instant:
            await _sleep_until(arrival + pace.duration(completion.usage.completion))
        now = asyncio.get_running_loop().time()
        first = max(arrival + pace.first_token, arrival) if not pace.instant else now
        self._note(completion, pace, (arrival, first, now), streamed=False)
        return web.json_response(dialect.document(completion), headers=_headers(completion))

    async def _stream(
        self,
        request: web.Request,
        frames: Sequence[bytes],
        completion: Completion,
        pace: Pace,
        arrival: float,
    ) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream; charset=utf-8",
                "Cache-Control": "no-cache",
                **_headers(completion),
            }
        )
        if request.version >= HttpVersion11:
            response.enable_chunked_encoding()
        start = arrival + pace.first_token
        await _sleep_until(start)
        await response.prepare(request)
        first = asyncio.get_running_loop().time()
        await response.write(frames[0])
        if len(frames) > 1 and request.transport is not None:
            rest = chunked(frames[1:]) if response.chunked else frames[1:]
            paced = PacedFrames(request.transport, rest, start + pace.interval, pace.interval)
            self._under_way.add(paced)
            try:
                await paced.send()
            finally:
                self._under_way.discard(paced)
        now = asyncio.get_running_loop().time()
        self._note(completion, pace, (arrival, first, now), streamed=True)
        await response.write_eof()
        return response

    def _note(
        self,
        completion: Completion,
        pace: Pace,
        times: tuple[float, float, float],
        *,
        streamed: bool,
    ) -> None:
        arrival, first, last = (self.timeline.at(moment) for moment in times)
        tokens = completion.usage.completion
        self.timeline.add(Served(completion.id, streamed, tokens, pace, arrival, first, last))

    def _new_id(self) -> str:
        return f"chatcmpl-{self._started:x}-{next(self._numbers)}"


async def read_json(request: web.Request) -> object:
    """The decoded body; raises `RequestError` when it is not JSON."""
    try:
        body: object = json.loads(await request.read())
    except ValueError:
        raise RequestError("We could not parse the JSON body of your request.") from None
    return body


async def _sleep_until(moment: float) -> None:
    remaining = moment - asyncio.get_running_loop().time()
    if remaining > 0:
        await asyncio.sleep(remaining)


def _headers(completion: Completion) -> dict[str, str]:
    return {"x-request-id": completion.id, "openai-processing-ms": "0"}
