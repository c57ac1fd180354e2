"""How late each token of a long answer is, and what such a turn costs in request units."""

import asyncio

from bench.direct import direct_model, direct_turn
from bench.effort import Effort
from bench.figures import Figure, Report, Target, p50, p95
from bench.stand import PACED, BenchError, Stand
from bench.turn_kinds import SMALL_TALK, TASK, TurnKind
from bench.turns import Seen, token_delays

SECTION = "token delay"
TOKENS = 300
ALONE = Target("at most", 150)
TOGETHER = Target("at most", 250)


async def measure(stand: Stand, effort: Effort) -> Report:
    figures: list[Figure] = []
    details: dict[str, object] = {}
    await stand.pace(PACED)
    for streams, rounds in effort.delay_rounds.items():
        for kind in (SMALL_TALK, TASK):
            delays = [late for _ in range(rounds) for late in await delays_at(stand, kind, streams)]
            where = f"{kind.name}, {streams} at once"
            target = ALONE if streams == 1 else TOGETHER
            figures += [
                Figure(SECTION, f"{where}: p50", p50(delays), "ms"),
                Figure(SECTION, f"{where}: p95", p95(delays), "ms", target),
            ]
            details[where] = {"tokens": len(delays), "worst": round(max(delays), 1)}
        alone = await _direct_delays(stand, streams)
        figures.append(Figure(SECTION, f"model directly, {streams} at once: p95", p95(alone), "ms"))
    return Report(figures, details)


async def delays_at(stand: Stand, kind: TurnKind, streams: int) -> list[float]:
    """Milliseconds for every token of so many turns at once."""
    conversations = await stand.conversations(streams)
    turns = await asyncio.gather(
        *(
            stand.turn(conversation, kind.message(TOKENS + position))
            for position, conversation in enumerate(conversations)
        )
    )
    return await _delays(stand, turns)


async def _direct_delays(stand: Stand, streams: int) -> list[float]:
    async with direct_model(stand) as model:
        turns = await asyncio.gather(
            *(direct_turn(model, (), (), TOKENS + position) for position in range(streams))
        )
    return await _delays(stand, turns)


async def _delays(stand: Stand, turns: list[Seen]) -> list[float]:
    """Turn and model call belong together by the number of tokens, which is each turn's own."""
    served = await stand.model_calls(min(one.asked for one in turns))
    answers = {one.tokens: one for one in served if one.streamed}
    found: list[float] = []
    for position, seen in enumerate(turns):
        if (call := answers.get(TOKENS + position)) is None:
            raise BenchError(f"no answer of {TOKENS + position} tokens was streamed")
        found += token_delays(seen.texts, call)
    return found
