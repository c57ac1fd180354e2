"""How many task turns a second the app does when the model takes no time."""

import asyncio

from bench.effort import Effort
from bench.figures import Figure, Report, Target, p50, p95
from bench.stand import INSTANT, Stand, now
from bench.turn_kinds import TASK

SECTION = "throughput"
TOKENS = 30
CONVERSATIONS = (8, 16)
TARGET = Target("at least", 12)


async def measure(stand: Stand, effort: Effort) -> Report:
    figures: list[Figure] = []
    details: dict[str, object] = {}
    await stand.pace(INSTANT)
    await _closed_loop(stand, CONVERSATIONS[0], CONVERSATIONS[0])
    best = 0.0
    for conversations in CONVERSATIONS:
        begin = now()
        took = await _closed_loop(stand, conversations, effort.throughput_turns)
        rate = len(took) / (now() - begin) * 1000
        best = max(best, rate)
        where = f"{conversations} conversations"
        figures.append(Figure(SECTION, f"task turns, {where}", rate, "/s"))
        details[where] = {"turns": len(took), "p50Ms": p50(took), "p95Ms": p95(took)}
    figures.append(Figure(SECTION, "task turns, the better of these", best, "/s", TARGET))
    return Report(figures, details)


async def _closed_loop(stand: Stand, conversations: int, turns: int) -> list[float]:
    """Milliseconds each turn took; every conversation sends its next message after the answer."""

    async def talk() -> list[float]:
        conversation = await stand.conversation()
        took = []
        for _ in range(turns // conversations):
            seen = await stand.turn(conversation, TASK.message(TOKENS))
            took.append(seen.ended - seen.asked)
        return took

    return [
        one
        for each in await asyncio.gather(*(talk() for _ in range(conversations)))
        for one in each
    ]
