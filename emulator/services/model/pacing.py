"""How fast tokens come: set in the config, at run time, or for one request by a header."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .errors import RequestError

HEADER = "x-emulator-pace"

# Timers fire on whole milliseconds; a token due within half of one is sent now, not in the next.
_GRANULARITY = 0.0005


@dataclass(frozen=True, slots=True)
class Pace:
    """`first_token` is in seconds after the request's arrival, `rate` in tokens a second.

    A rate of 0 means that all tokens follow the first at once. With `quick_embeddings`, texts that
    were never embedded before get vectors of their hashes: for whoever measures what is around the
    model on the same cores.
    """

    first_token: float = 0.0
    rate: float = 0.0
    quick_embeddings: bool = False

    @property
    def instant(self) -> bool:
        return self.first_token == 0 and self.rate == 0

    @property
    def interval(self) -> float:
        """Seconds between two tokens."""
        return 1 / self.rate if self.rate else 0.0

    def duration(self, tokens: int) -> float:
        """Seconds from arrival to the last of `tokens`."""
        return self.first_token + self.interval * max(0, tokens - 1)

    def to_json(self) -> dict[str, float | bool]:
        return {
            "firstTokenMs": self.first_token * 1000,
            "tokensPerSecond": self.rate,
            "quickEmbeddings": self.quick_embeddings,
        }


def pace_from_json(document: Mapping[str, object], default: Pace) -> Pace:
    """`{"firstTokenMs", "tokensPerSecond", "quickEmbeddings"}`; what is absent stays as in
    `default`. Raises RequestError naming what is wrong."""
    first = document.get("firstTokenMs", default.first_token * 1000)
    rate = document.get("tokensPerSecond", default.rate)
    quick = document.get("quickEmbeddings", default.quick_embeddings)
    if not isinstance(quick, bool):
        raise RequestError("'quickEmbeddings' must be true or false.", param="quickEmbeddings")
    return Pace(_amount(first, "firstTokenMs") / 1000, _amount(rate, "tokensPerSecond"), quick)


def pace_from_header(value: str) -> Pace:
    """`100,50`: 100 ms to the first token, then 50 tokens a second."""
    first, _, rate = value.partition(",")
    try:
        return pace_from_json(
            {"firstTokenMs": float(first), "tokensPerSecond": float(rate or 0)}, Pace()
        )
    except ValueError:
        raise RequestError(
            f"The header {HEADER} is 'firstTokenMs,tokensPerSecond', such as '100,50'."
        ) from None


def _amount(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise RequestError(f"'{name}' must be a number from 0 on.", param=name)
    return float(value)


class PacedFrames:
    """Writes frames to a transport, each at its own absolute time, without a task per token.

    The frames are written past aiohttp's response, whose bookkeeping would cost more than the
    encryption: so they must carry their own chunk headers when the body is chunked.
    """

    def __init__(
        self, transport: asyncio.Transport, frames: Sequence[bytes], start: float, interval: float
    ) -> None:
        """Frame `i` is due at `start + i * interval`, in seconds of the event loop's clock."""
        self._transport = transport
        self._frames = frames
        self._start = start
        self._interval = interval
        self._loop = asyncio.get_running_loop()
        self._sent = 0
        self._finished: asyncio.Future[None] = self._loop.create_future()
        self._timer: asyncio.TimerHandle | None = None

    async def send(self) -> None:
        """Returns when the last frame is written or the client is gone."""
        self._tick()
        try:
            await self._finished
        finally:
            if self._timer is not None:
                self._timer.cancel()

    def flow(self) -> None:
        """Write what is left now."""
        self._start, self._interval = 0.0, 0.0
        if self._timer is not None:
            self._timer.cancel()
            self._tick()

    def _tick(self) -> None:
        if self._transport.is_closing():
            self._finish()
            return
        due = self._due(self._loop.time() + _GRANULARITY)
        if due > self._sent:
            self._transport.write(b"".join(self._frames[self._sent : due]))
            self._sent = due
        if self._sent == len(self._frames):
            self._finish()
        else:
            at = self._start + self._sent * self._interval
            self._timer = self._loop.call_at(at, self._tick)

    def _due(self, now: float) -> int:
        if self._interval == 0:
            return len(self._frames) if now >= self._start else 0
        passed = int((now - self._start) / self._interval) + 1 if now >= self._start else 0
        return max(self._sent, min(len(self._frames), passed))

    def _finish(self) -> None:
        if not self._finished.done():
            self._finished.set_result(None)


def chunked(frames: Sequence[bytes]) -> Sequence[bytes]:
    """The frames in HTTP/1.1's chunked coding (RFC 9112, section 7.1), without the last chunk."""
    return [b"%x\r\n%b\r\n" % (len(frame), frame) for frame in frames]
