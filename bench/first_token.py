"""First byte, first token and last token, through the app and by the model alone."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from bench.direct import direct_model, direct_turn, lengths_before_answer
from bench.effort import Effort
from bench.figures import Figure, Report, Target, p50, p95
from bench.stand import INSTANT, PACED, BenchError, Stand
from bench.turn_kinds import KINDS, TurnKind
from bench.turns import ModelCall, Seen, added_first_token, added_last_token
from shared.ports import Model

SECTION = "first token"
TOKENS = 30
ALONE: Mapping[str, Target] = {
    "small talk": Target("at most", 30),
    "task": Target("at most", 70),
}
TOGETHER = Target("at most", 600)


@dataclass(slots=True)
class Samples:
    """Milliseconds, one entry a turn."""

    first_byte: list[float] = field(default_factory=list)
    first_token: list[float] = field(default_factory=list)
    last_token: list[float] = field(default_factory=list)
    added_first: list[float] = field(default_factory=list)
    added_last: list[float] = field(default_factory=list)
    direct_first: list[float] = field(default_factory=list)
    direct_last: list[float] = field(default_factory=list)

    def take(self, seen: Seen, calls: Sequence[ModelCall], embedding: float) -> None:
        self.first_byte.append(seen.first_byte - seen.asked)
        self.first_token.append(seen.first_token - seen.asked)
        self.last_token.append(seen.last_token - seen.asked)
        self.added_first.append(added_first_token(seen, calls) - embedding)
        self.added_last.append(added_last_token(seen, calls) - embedding)

    def take_direct(self, seen: Seen) -> None:
        self.direct_first.append(seen.first_token - seen.asked)
        self.direct_last.append(seen.last_token - seen.asked)

    def to_json(self) -> dict[str, object]:
        return {
            name: {"p50": round(p50(values), 1), "p95": round(p95(values), 1), "runs": len(values)}
            for name in self.__slots__
            if (values := getattr(self, name))
        }


async def measure(stand: Stand, effort: Effort) -> Report:
    async with direct_model(stand) as model:
        return await _measure(stand, model, effort)


async def _measure(stand: Stand, model: Model, effort: Effort) -> Report:
    figures: list[Figure] = []
    details: dict[str, object] = {}
    await stand.pace(INSTANT)
    for kind in KINDS:
        await _round(stand, model, kind, 2, Samples())
    for streams, rounds in effort.rounds.items():
        for kind in KINDS:
            await stand.pace(PACED)
            samples = await _samples(stand, model, kind, streams, rounds)
            figures += _figures(kind, streams, samples)
            details[f"{kind.name}, {streams} at once"] = samples.to_json()
    await stand.pace(INSTANT)
    for kind in KINDS:
        samples = await _samples(stand, model, kind, 1, effort.instant_rounds)
        name = f"{kind.name}, 1 at a time, instant model: added"
        figures.append(Figure(SECTION, name, p50(samples.added_first), "ms"))
        details[f"{kind.name}, 1 at once, instant model"] = samples.to_json()
    return Report(figures, details)


def _figures(kind: TurnKind, streams: int, samples: Samples) -> list[Figure]:
    where = f"{kind.name}, {streams} at once"
    target = ALONE.get(kind.name) if streams == 1 else TOGETHER if streams == 50 else None
    above = p50(samples.first_token) - p50(samples.direct_first)
    return [
        Figure(SECTION, f"{where}: added", p50(samples.added_first), "ms", target),
        Figure(SECTION, f"{where}: added, p95", p95(samples.added_first), "ms"),
        Figure(SECTION, f"{where}: above the model called directly", above, "ms"),
        Figure(SECTION, f"{where}: first byte", p50(samples.first_byte), "ms"),
        Figure(SECTION, f"{where}: last token, added", p50(samples.added_last), "ms"),
    ]


async def _samples(
    stand: Stand, model: Model, kind: TurnKind, streams: int, rounds: int
) -> Samples:
    samples = Samples()
    for _ in range(rounds):
        await _round(stand, model, kind, streams, samples)
    return samples


async def _round(
    stand: Stand, model: Model, kind: TurnKind, streams: int, samples: Samples
) -> None:
    """So many turns at once through the app, then as many at once without it."""
    conversations = await stand.conversations(streams)
    turns = await asyncio.gather(
        *(
            stand.turn(conversation, kind.message(TOKENS + position))
            for position, conversation in enumerate(conversations)
        )
    )
    began = min(one.asked for one in turns)
    calls = await stand.model_calls(began)
    embedding = embedding_ms(await stand.embeddings(began), streams, kind)
    for position, seen in enumerate(turns):
        samples.take(seen, calls_of_turn(calls, TOKENS + position, kind), embedding)
    before = lengths_before_answer(calls_of_turn(calls, TOKENS, kind))
    direct = await asyncio.gather(
        *(
            direct_turn(model, before, _questions(kind), TOKENS + position)
            for position in range(streams)
        )
    )
    for seen in direct:
        samples.take_direct(seen)


def _questions(kind: TurnKind) -> list[str]:
    return [kind.message(TOKENS) for _ in range(kind.embeddings)]


def embedding_ms(taken: Sequence[float], streams: int, kind: TurnKind) -> float:
    """What a turn waits for embeddings before its answer; those for what is recorded come later."""
    first = taken[: streams * kind.embeddings]
    if len(first) != streams * kind.embeddings:
        raise BenchError(f"{len(taken)} embeddings calls do not fit {streams} turns of {kind.name}")
    return sum(first) / streams


def calls_of_turn(calls: Sequence[ModelCall], tokens: int, kind: TurnKind) -> list[ModelCall]:
    """The calls of the turn whose answer has so many tokens, which no other's has.

    The calls before the answer cannot be told apart: each turn is given the mean of its kind's.
    """
    answer = next((one for one in calls if one.streamed and one.tokens == tokens), None)
    if answer is None:
        seen = [(one.tokens, one.streamed) for one in calls]
        raise BenchError(f"no {kind.name} turn has a streamed answer of {tokens} tokens: {seen}")
    others = sorted((one for one in calls if not one.streamed), key=lambda one: one.tokens)
    groups = kind.model_calls - 1
    size = len(others) // groups
    if len(others) != size * groups or size == 0:
        raise BenchError(f"{len(others)} calls before the answers do not fit {kind.name}")
    means = [_mean(others[start : start + size]) for start in range(0, len(others), size)]
    return [*means, answer]


def _mean(calls: Sequence[ModelCall]) -> ModelCall:
    duration = fmean(call.until_last_token for call in calls)
    return ModelCall(calls[0].tokens, False, 0.0, duration, duration)
