"""What the joining interval costs: request units against the delay of tokens."""

from bench.figures import Figure, Report, p50, p95
from bench.stand import PACED, stand
from bench.token_delay import TOKENS, delays_at
from bench.turn_kinds import TASK

SECTION = "joining interval"
INTERVALS_MS = (60, 100, 140, 200)
TURNS = 3
STREAMS = 50


async def measure(workers: int) -> Report:
    figures: list[Figure] = []
    for interval in INTERVALS_MS:
        async with stand(workers, {"Streams__LongestJoinMs": str(interval)}) as running:
            await running.pace(PACED)
            await running.turn(await running.conversation(), TASK.message(1))
            units: list[float] = []
            delays: list[float] = []
            for _ in range(TURNS):
                await running.reset_charges()
                delays += await delays_at(running, TASK, 1)
                units.append(float(str((await running.charges())["total"])))
            together = await delays_at(running, TASK, STREAMS)
        where = f"{interval} ms, task of {TOKENS} tokens"
        figures += [
            Figure(SECTION, f"{where}: request units", p50(units), "RU"),
            Figure(SECTION, f"{where}: delay p50", p50(delays), "ms"),
            Figure(SECTION, f"{where}: delay p95", p95(delays), "ms"),
            Figure(SECTION, f"{where}, {STREAMS} at once: delay p95", p95(together), "ms"),
        ]
    return Report(figures, {"turns": TURNS})
