"""Request units and Durable hops of one turn, by kind."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bench.effort import Effort
from bench.figures import Figure, Report, Target, p50
from bench.stand import PACED, Stand
from bench.turn_kinds import KINDS

SECTION = "units and hops"
TOKENS: Mapping[str, int] = {"small talk": 30, "knowledge": 100, "task": 300}
UNITS: Mapping[str, Target] = {"task": Target("at most", 300)}
HOPS: Mapping[str, Target] = {"small talk": Target("at most", 3), "task": Target("at most", 5)}
ANSWERING = "respond"


async def measure(stand: Stand, effort: Effort) -> Report:
    figures: list[Figure] = []
    details: dict[str, object] = {}
    await stand.pace(PACED)
    for kind in KINDS:
        totals: list[float] = []
        tokens = TOKENS[kind.name]
        for _ in range(effort.unit_turns):
            conversation = await stand.conversation()
            await stand.reset_charges()
            seen = await stand.turn(conversation, kind.message(tokens))
            history = await stand.history(seen.run_id)
            charged = await stand.charges()
            totals.append(float(str(charged["total"])))
        name = f"{kind.name}, {tokens} tokens at 100/s"
        until, inall = hops(history)
        figures += [
            Figure(SECTION, f"{name}: request units", p50(totals), "RU", UNITS.get(kind.name)),
            Figure(SECTION, f"{kind.name}: hops to 1st token", until, "", HOPS.get(kind.name)),
            Figure(SECTION, f"{kind.name}: activities in all", inall, ""),
        ]
        details[name] = {"totals": totals, "byContainer": charged["byContainer"]}
    return Report(figures, details)


def hops(history: Sequence[Mapping[str, object]]) -> tuple[int, int]:
    """Activities one after the other up to the answering one, and the number of all.

    Activities that ran side by side are one hop: what counts is how often a turn waits.
    """
    ran = [
        (_time(event["ScheduledTime"]), _time(event["Timestamp"]), str(event["FunctionName"]))
        for event in history
        if event["EventType"] == "TaskCompleted"
    ]
    depth, answered_at = 0, 0
    level_end: datetime | None = None
    for scheduled, completed, name in sorted(ran):
        if level_end is None or scheduled >= level_end:
            depth, level_end = depth + 1, completed
        level_end = max(level_end, completed)
        if name == ANSWERING:
            answered_at = depth
    return answered_at, len(ran)


def _time(value: object) -> datetime:
    return datetime.fromisoformat(str(value))
