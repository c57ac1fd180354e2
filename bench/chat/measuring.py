"""Overhead by profile and mode, the price of a fan-out, many calls at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

from bench.chat.arithmetic import (
    added_ms,
    before_first_token,
    everybody_spoke_ms,
    fanout_ratio,
    rounds,
)
from bench.chat.kinds import (
    FANOUT,
    NORMAL,
    ONE_AGENT,
    RETRIEVAL,
    SEVERAL,
    SIDE_BY_SIDE,
    ChatKind,
    alone,
)
from bench.direct import direct_model, direct_rounds
from bench.figures import Figure, Report, Target, p50, p95
from bench.stand import INSTANT, PACED, BenchError, Stand
from bench.turns import Seen
from shared.ports import Model

TOKENS = 30
LONG = 300
"""Of a participant in a fan-out: 3 s, as an answer takes."""
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Effort:
    rounds: int
    fanouts: int
    bursts: int


FULL = Effort(rounds=9, fanouts=5, bursts=3)
QUICK = Effort(rounds=3, fanouts=1, bursts=1)


async def overhead(stand: Stand, effort: Effort) -> Report:
    """First token by profile and mode; of the evidence, the whole answer."""
    figures: list[Figure] = []
    details: dict[str, object] = {}
    await _warm(stand, (*ONE_AGENT, RETRIEVAL, *SEVERAL))
    await stand.pace(PACED)
    async with direct_model(stand) as model:
        for section, kinds in (("one agent", ONE_AGENT), ("several agents", SEVERAL)):
            for kind in kinds:
                samples = [await _sample(stand, model, kind) for _ in range(effort.rounds)]
                figures += _figures(f"first token, {section}", kind, samples)
                details[kind.name] = [one.to_json() for one in samples]
    whole = [await stand.call_agent(RETRIEVAL.body(TOKENS)) for _ in range(effort.rounds)]
    took = [seen.ended - seen.asked for seen in whole]
    figures.append(Figure("evidence", "retrieval: whole answer", p50(took), "ms"))
    figures.append(Figure("evidence", "retrieval: whole answer, p95", p95(took), "ms"))
    return Report(figures, details)


@dataclass(frozen=True, slots=True)
class _Sample:
    """Milliseconds until the first token: through the app, what of it was no model's, and
    by the model called directly as often and as much."""

    first: float
    added: float
    direct: float

    def to_json(self) -> dict[str, float]:
        return {"first": self.first, "added": self.added, "direct": self.direct}


async def _sample(stand: Stand, model: Model, kind: ChatKind) -> _Sample:
    seen = await stand.call_agent(kind.body(TOKENS))
    calls = before_first_token(seen, await stand.model_calls(seen.asked))
    if not calls:
        raise BenchError(f"{kind.name} has asked no model")
    direct = await direct_rounds(model, rounds(calls), TOKENS)
    return _Sample(
        first=seen.first_token - seen.asked,
        added=added_ms(seen, calls),
        direct=direct.first_token - direct.asked,
    )


def _figures(section: str, kind: ChatKind, samples: Sequence[_Sample]) -> list[Figure]:
    added = [one.added for one in samples]
    above = p50([one.first for one in samples]) - p50([one.direct for one in samples])
    return [
        Figure(section, f"{kind.name}: added", p50(added), "ms"),
        Figure(section, f"{kind.name}: added, p95", p95(added), "ms"),
        Figure(section, f"{kind.name}: above the model called directly", above, "ms"),
    ]


async def fanout(stand: Stand, effort: Effort) -> Report:
    """Three participants side by side, and each of them without the others."""
    await _warm(stand, [FANOUT])
    await stand.pace(PACED)
    together: list[float] = []
    apart: dict[str, list[float]] = {name: [] for name in SIDE_BY_SIDE}
    for _ in range(effort.fanouts):
        together.append(everybody_spoke_ms(await stand.call_agent(FANOUT.body(LONG))))
        for name, taken in apart.items():
            seen = await stand.call_agent(alone(name).body(LONG))
            taken.append(seen.last_token - seen.asked)
    ratio = fanout_ratio(together, apart)
    section = "fanout of 3"
    figures = [
        Figure(section, "until everybody spoke", p50(together), "ms"),
        Figure(section, "its slowest participant alone", p50(together) / ratio, "ms"),
        Figure(section, "together / slowest alone", ratio, "x", Target("at most", 1.15)),
    ]
    return Report(figures, {"together": together, "alone": apart})


async def many(stand: Stand, effort: Effort) -> Report:
    """Calls at once, each read as a stream."""
    await stand.pace(PACED)
    seen: list[Seen] = []
    failed: list[str] = []
    for _ in range(effort.bursts):
        for one in await asyncio.gather(*(_attempt(stand) for _ in range(AT_ONCE))):
            if isinstance(one, Seen):
                seen.append(one)
            else:
                failed.append(one)
    section = f"{AT_ONCE} streams at once"
    figures = [Figure(section, "failed", len(failed), "", Target("at most", 0))]
    if seen:
        first = [one.first_token - one.asked for one in seen]
        figures.append(Figure(section, "first token", p50(first), "ms"))
        figures.append(Figure(section, "first token, p95", p95(first), "ms"))
    return Report(figures, {"calls": len(seen) + len(failed), "failed": failed})


async def _attempt(stand: Stand) -> Seen | str:
    try:
        return await stand.call_agent(NORMAL.body(TOKENS))
    except (BenchError, aiohttp.ClientError, TimeoutError) as error:
        return f"{type(error).__name__}: {error}"


async def _warm(stand: Stand, kinds: Sequence[ChatKind]) -> None:
    await stand.pace(INSTANT)
    for kind in kinds:
        await stand.call_agent(kind.body(TOKENS))
