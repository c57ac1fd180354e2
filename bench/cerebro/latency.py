"""How long a search takes: by mode, number of indexes and number of callers."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from itertools import count, cycle, islice
from random import Random

from bench.cerebro.labelled import LabelledQuery
from bench.cerebro.library import PARTS, WHOLE
from bench.cerebro.quality import MODES
from bench.cerebro.searching import searcher
from bench.figures import Figure, p50, p95
from cli.install import VECTORS
from emulator.services.vector_file import VectorFile
from shared.contracts.search import SearchMode

SECTION = "latency"
WAYS: tuple[tuple[str, ...], ...] = (*((part,) for part in PARTS), PARTS)
"""Each index alone, then all three."""

type Milliseconds = Sequence[float]

CALLERS = (1, 20)
MOST_TIMES_SLOWER = 1.5
SEED = 5


@dataclass(frozen=True, slots=True)
class Effort:
    """Searches by the number of callers, and questions that indexes are compared with."""

    searches: Mapping[int, int]
    compared: int


FULL = Effort({1: 60, 20: 200}, compared=100)
QUICK = Effort({1: 20, 20: 60}, compared=30)


@dataclass(frozen=True, slots=True)
class Case:
    mode: SearchMode
    indexes: tuple[str, ...]
    callers: int

    @property
    def name(self) -> str:
        return f"{self.mode}, {len(self.indexes)} index(es), {self.callers} caller(s)"


CASES = [
    Case(mode, indexes, callers)
    for mode in MODES
    for indexes in ((WHOLE,), PARTS)
    for callers in CALLERS
]


@dataclass(frozen=True, slots=True)
class Compared:
    """Milliseconds of the same questions, in the same order: to each index alone and to all three
    at once."""

    single: Mapping[str, Milliseconds]
    three: Milliseconds

    @property
    def slowest(self) -> float:
        """The p95 of the index that is slowest alone."""
        return max(p95(taken) for taken in self.single.values())

    def rows(self) -> Mapping[str, Milliseconds]:
        """By what a person calls them."""
        alone = {f"{index} alone": taken for index, taken in self.single.items()}
        return {**alone, "all three at once": self.three}

    @property
    def times_slower(self) -> float:
        return p95(self.three) / self.slowest


@dataclass(frozen=True, slots=True)
class Measured:
    """`known`: the embedding service had the vectors of all questions; `new`: it had none."""

    times: Mapping[Case, Milliseconds]
    known: Compared
    new: Compared


async def measure(queries: Sequence[LabelledQuery], effort: Effort) -> Measured:
    """Vectors are known but where it is said: what it takes to make one is a matter of the machine
    that the embedding model has. To whoever asks something new it is a part of the search."""
    await _known(queries)
    times = {case: await _times(case, queries, effort) for case in CASES}
    some = _some(queries, effort.compared + 1)
    known = await _compared([[query] * len(WAYS) for query in some])
    return Measured(times, known, await _with_new_questions(some))


async def _with_new_questions(queries: Sequence[LabelledQuery]) -> Compared:
    """The same questions with a number behind them: to each index another one."""
    numbers = count(1)
    asked = [
        [replace(query, text=f"{query.text} ({next(numbers)})") for _ in WAYS] for query in queries
    ]
    texts = [each.text for some in asked for each in some]
    # Before, for those of a run that broke off; afterwards, as nobody will ask them again.
    _forget(texts)
    try:
        return await _compared(asked)
    finally:
        _forget(texts)


def _forget(texts: Sequence[str]) -> None:
    vectors = VectorFile(VECTORS)
    vectors.forget("query", texts)
    vectors.close()


def figures_of(measured: Measured) -> list[Figure]:
    found: list[Figure] = []
    for case, taken in measured.times.items():
        found += [
            Figure(SECTION, f"{case.name}: p50", p50(taken), "ms"),
            Figure(SECTION, f"{case.name}: p95", p95(taken), "ms"),
        ]
    return found + [
        Figure(SECTION, f"hybrid, {which} questions in turn, {name}: p95", p95(taken), "ms")
        for which, compared in (("known", measured.known), ("new", measured.new))
        for name, taken in compared.rows().items()
    ]


def _some(queries: Sequence[LabelledQuery], most: int) -> list[LabelledQuery]:
    """As many different ones as there are, in an order that has nothing to do with the set's."""
    shuffled = Random(SEED).sample(list(queries), len(queries))  # noqa: S311 - an order
    return list(islice(cycle(shuffled), most))


async def _known(queries: Sequence[LabelledQuery]) -> None:
    async with searcher() as asking:
        for query in queries:
            await asking.search(query, "hybrid")
            await asking.search(query, "semantic")


async def _times(case: Case, queries: Sequence[LabelledQuery], effort: Effort) -> Milliseconds:
    """Each caller asks its next question when the last one is answered; none is asked twice."""
    first, *others = _some(queries, effort.searches[case.callers] + 1)
    waiting = iter(others)
    taken: list[float] = []
    async with searcher() as asking:
        # Connections are made once: a worker that has just started is another matter.
        await asyncio.gather(
            *(asking.search(first, case.mode, case.indexes) for _ in range(case.callers))
        )

        async def call() -> None:
            for query in waiting:
                begin = time.perf_counter()
                await asking.search(query, case.mode, case.indexes)
                taken.append((time.perf_counter() - begin) * 1000)

        await asyncio.gather(*(call() for _ in range(case.callers)))
    return taken


async def _compared(questions: Sequence[Sequence[LabelledQuery]]) -> Compared:
    """Each to every index alone and to all three, in turn: what else the machine does then happens
    to all alike. The first is for making connections."""
    first, *others = questions
    taken: dict[tuple[str, ...], list[float]] = {way: [] for way in WAYS}
    async with AsyncExitStack() as stack:
        # Each has to ask for its vectors: none finds what another one remembers.
        asking = {way: await stack.enter_async_context(searcher()) for way in WAYS}
        for way, query in zip(WAYS, first, strict=True):
            await asking[way].search(query, "hybrid", way)
        for place, some in enumerate(others):
            in_turn = islice(cycle(zip(WAYS, some, strict=True)), place, place + len(WAYS))
            for way, query in in_turn:
                begin = time.perf_counter()
                await asking[way].search(query, "hybrid", way)
                taken[way].append((time.perf_counter() - begin) * 1000)
    return Compared({part: taken[part,] for part in PARTS}, taken[PARTS])
