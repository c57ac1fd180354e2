"""Memory of the host and its workers, at rest and while 50 answers stream."""

import asyncio
from collections.abc import Mapping

from bench.effort import Effort
from bench.figures import Figure, Report, Target
from bench.processes import Memory, children, memory_of, total
from bench.stand import PACED, Stand
from bench.turn_kinds import SMALL_TALK, TASK
from emulator.cloud import HOST

SECTION = "memory"
STREAMS = 50
TOKENS = 300
LOOKS = 8
LOOK_SECONDS = 0.5
TARGET = Target("at most", 300)


async def measure(stand: Stand, effort: Effort) -> Report:
    await stand.pace(PACED)
    for kind in (SMALL_TALK, TASK):
        await stand.turn(await stand.conversation(), kind.message(1))
    resting = _memory(stand)
    conversations = await stand.conversations(STREAMS)
    streaming = asyncio.gather(
        *(stand.turn(conversation, SMALL_TALK.message(TOKENS)) for conversation in conversations)
    )
    looks = []
    for _look in range(LOOKS):
        await asyncio.sleep(LOOK_SECONDS)
        looks.append(_memory(stand))
    await streaming
    busiest = max(looks, key=lambda look: total(look.values()).pss)
    workers = len(resting) - 1
    figures = [
        *_figures(f"at rest, {workers} worker(s)", resting, None),
        *_figures(f"{STREAMS} streams, {workers} worker(s)", busiest, TARGET),
    ]
    return Report(figures, {"atRest": _json(resting), "streaming": _json(busiest)})


def _figures(where: str, parts: Mapping[str, Memory], target: Target | None) -> list[Figure]:
    whole = total(parts.values())
    return [
        Figure(SECTION, f"host and workers, {where}: PSS", whole.pss, "MB", target),
        Figure(SECTION, f"host and workers, {where}: RSS", whole.rss, "MB"),
    ]


def _memory(stand: Stand) -> dict[str, Memory]:
    host = stand.cloud.children[HOST].process.pid
    workers = {f"worker {number}": pid for number, pid in enumerate(children(host), 1)}
    return {name: memory_of(pid) for name, pid in {HOST: host, **workers}.items()}


def _json(parts: Mapping[str, Memory]) -> dict[str, object]:
    return {name: memory.to_json() for name, memory in parts.items()}
