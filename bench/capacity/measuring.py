"""What one turn takes of everything, measured: request units, actions, tokens, CPU, bytes."""

import asyncio
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from time import monotonic
from typing import Any

from bench.capacity.watching import Watch, busy_ms, less, watch
from bench.machine import describe_machine
from bench.stand import INSTANT, PACED, PATIENCE_SECONDS, BenchError, Stand, now
from bench.turn_kinds import KINDS, TASK, TurnKind
from bench.turns import ModelCall
from bench.units import TOKENS, hops

TURNS = 5
"""Of one conversation: what a turn takes depends on those before it."""
CPU_TURNS = 40
LOOPS = (1, 8, 16)
LOOP_TURNS = 208
LOOP_TOKENS = 30
STORED = (
    "select c.id, count(*), sum(length(i.body)) from items i "
    "join containers c on c.number = i.container group by c.id"
)
type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Loop:
    """A closed loop of conversations: turns a second, and what each role took a turn (ms)."""

    rate: float
    cpu: Mapping[str, float]
    others_cores: float

    def to_json(self, kind: str, conversations: int) -> Json:
        return {
            "kind": kind,
            "conversations": conversations,
            "turnsPerSecond": round(self.rate, 3),
            "cpuMs": dict(self.cpu),
            "coresOfOthers": round(self.others_cores, 3),
        }


async def measure(stand: Stand) -> Json:
    """The document that `./eira simulate` is fed with; some two minutes."""
    watched = await watch(stand)
    turns = {kind.name: await _turns(stand, kind) for kind in KINDS}
    await stand.pace(INSTANT)
    await _loop(stand, watched, TASK, LOOPS[1], LOOPS[1])
    for kind in KINDS:
        offset = await _spans_end(stand)
        loop = await _loop(stand, watched, kind, 1, CPU_TURNS)
        turns[kind.name]["cpuMs"] = dict(loop.cpu)
        turns[kind.name] |= await _telemetry(stand, offset, CPU_TURNS)
    loops = [
        (await _loop(stand, watched, TASK, count, LOOP_TURNS)).to_json(TASK.name, count)
        for count in LOOPS
    ]
    return {"machine": describe_machine(), "turns": turns, "loops": loops}


async def _turns(stand: Stand, kind: TurnKind) -> Json:
    """A conversation's first turns with a paced model; the mean of what each took."""
    await stand.pace(PACED)
    tokens = TOKENS[kind.name]
    conversation = await stand.conversation()
    stored = _stored(stand)
    charges: list[Json] = []
    usages: list[Mapping[str, int]] = []
    begin = now()
    took: list[float] = []
    for _ in range(TURNS):
        await stand.reset_charges()
        seen = await stand.turn(conversation, kind.message(tokens))
        history = await stand.history(seen.run_id)
        charges.append(by_container(await stand.charges()))
        usages.append(seen.usage)
        took.append(seen.ended - seen.asked)
    depth, activities = hops(history)
    calls = await stand.model_calls(begin)
    return {
        "answerTokens": tokens,
        "totalMs": round(fmean(took), 1),
        "requestUnits": means(charges),
        "storedBytes": growth(_stored(stand), stored),
        "steps": steps_of(history),
        "hopsToFirstToken": depth,
        "activities": activities,
        "actions": 1 + 2 * activities,
        "promptTokens": round(fmean(usage["promptTokens"] for usage in usages)),
        "completionTokens": round(fmean(usage["completionTokens"] for usage in usages)),
        "modelCalls": len(calls) / TURNS,
        "callTokens": tokens_of_calls(calls, kind),
        "embeddings": len(await stand.embeddings(begin)) / TURNS,
    }


def tokens_of_calls(calls: Sequence[ModelCall], kind: TurnKind) -> list[int]:
    """Tokens that each call of a turn writes, in their order; the answer's comes last."""
    if len(calls) != kind.model_calls * TURNS:
        raise BenchError(f"{len(calls)} calls do not fit {TURNS} turns of {kind.name}")
    return [
        round(fmean(call.tokens for call in calls[place :: kind.model_calls]))
        for place in range(kind.model_calls)
    ]


def by_container(charged: Mapping[str, object]) -> Json:
    of_containers = charged["byContainer"]
    assert isinstance(of_containers, dict)
    return {
        name: sum(one["charge"] for one in operations.values())
        for name, operations in of_containers.items()
        if name
    }


def means(charges: Sequence[Json]) -> dict[str, float]:
    names = sorted({name for each in charges for name in each})
    return {name: round(fmean(each.get(name, 0.0) for each in charges), 2) for name in names}


def steps_of(history: Sequence[Mapping[str, object]]) -> list[str]:
    ran = sorted(
        (str(event["ScheduledTime"]), str(event["FunctionName"]))
        for event in history
        if event["EventType"] == "TaskCompleted"
    )
    return [name for _, name in ran]


def _stored(stand: Stand) -> dict[str, tuple[int, int]]:
    """Items and bytes by container, as the local Cosmos DB has them on its disk."""
    (file,) = (stand.cloud.data / "cosmos").glob("*.sqlite")
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        rows = connection.execute(STORED).fetchall()
    connection.close()
    return {str(name): (int(items), int(size)) for name, items, size in rows}


def growth(
    after: Mapping[str, tuple[int, int]], before: Mapping[str, tuple[int, int]]
) -> dict[str, Json]:
    """Items and bytes a turn has left behind, by container."""
    grown = {}
    for name, (items, size) in sorted(after.items()):
        items_before, size_before = before.get(name, (0, 0))
        if items > items_before:
            more, bytes_more = items - items_before, size - size_before
            grown[name] = {"items": more / TURNS, "bytes": round(bytes_more / TURNS)}
    return grown


async def _loop(
    stand: Stand, watched: Watch, kind: TurnKind, conversations: int, turns: int
) -> Loop:
    """Every conversation sends its next message after the answer."""
    rounds = turns // conversations

    async def talk(conversation: str) -> None:
        for _ in range(rounds):
            await stand.turn(conversation, kind.message(LOOP_TOKENS))

    talks = await stand.conversations(conversations)
    before, busy, begin = watched.taken(), busy_ms(), now()
    await asyncio.gather(*map(talk, talks))
    took = now() - begin
    after = watched.taken()
    ours = sum(after.values()) - sum(before.values())
    others = max(busy_ms() - busy - ours, 0.0) / took
    done = rounds * conversations
    return Loop(done / took * 1000, less(after, before, done), others)


def _spans_file(stand: Stand) -> Path:
    return stand.cloud.data / "telemetry" / "spans.jsonl"


async def _spans_end(stand: Stand) -> int:
    return _spans_file(stand).stat().st_size


async def _telemetry(stand: Stand, offset: int, turns: int) -> Json:
    """Spans and bytes a turn that Azure would be told; those of stores are off there.

    The exporter writes behind the turns: looked for until all of them are there.
    """
    until = monotonic() + PATIENCE_SECONDS
    while monotonic() < until:
        with _spans_file(stand).open("rb") as file:
            file.seek(offset)
            lines = [line for line in file.read().splitlines() if line.endswith(b"}")]
        spans = [json.loads(line) for line in lines]
        if sum(span["name"].startswith("invoke_agent") for span in spans) >= turns:
            told = [
                line
                for line, span in zip(lines, spans, strict=True)
                if "db.collection.name" not in span["attributes"]
            ]
            return {
                "spans": round(len(told) / turns, 1),
                "spanBytes": round(sum(map(len, told)) / turns),
            }
        await asyncio.sleep(0.2)
    raise BenchError("the spans of the turns did not arrive in their file")
