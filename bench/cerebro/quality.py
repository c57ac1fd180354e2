"""What is found: recall, MRR and nDCG by mode, language and kind, and whether doubts are right."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import get_args

from bench.cerebro.labelled import LANGUAGES, LabelledQuery
from bench.cerebro.metrics import ndcg_at, recall_at, reciprocal_rank_at
from bench.cerebro.searching import Found, Searcher
from bench.figures import Figure
from shared.contracts.evidence import EVIDENCE_WEAK
from shared.contracts.search import MAX_TOP, SearchMode

MODES: tuple[SearchMode, ...] = get_args(SearchMode.__value__)
DOUBTING: tuple[SearchMode, ...] = ("semantic", "hybrid")
"""Those whose results the semantic ranker has judged: nothing else is ever doubted."""
AT_ONCE = 4
SECTION = "quality"


@dataclass(frozen=True, slots=True)
class Asked:
    query: LabelledQuery
    found: Found

    @property
    def doubted(self) -> bool:
        """Whether the product said that the evidence may not be enough, or found none."""
        return not self.found.ranking or EVIDENCE_WEAK in self.found.warnings


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over so many questions that have an answer."""

    questions: int
    recall: float
    mrr: float
    ndcg: float


@dataclass(frozen=True, slots=True)
class Doubts:
    """Shares, 0 to 1: of the questions that have an answer, how many were doubted; of those that
    have none, how many were not."""

    answerable: int
    unanswerable: int
    wrongly_doubted: float
    wrongly_trusted: float

    @property
    def right(self) -> float:
        """The mean of both kinds' shares that were judged rightly: 0.5 is chance."""
        return 1 - (self.wrongly_doubted + self.wrongly_trusted) / 2


type Answers = Mapping[SearchMode, Sequence[Asked]]


async def ask(searcher: Searcher, queries: Sequence[LabelledQuery]) -> Answers:
    """Every question in every mode."""
    return {mode: await _ask_all(searcher, queries, mode) for mode in MODES}


async def _ask_all(
    searcher: Searcher, queries: Sequence[LabelledQuery], mode: SearchMode
) -> list[Asked]:
    few = asyncio.Semaphore(AT_ONCE)

    async def one(query: LabelledQuery) -> Asked:
        async with few:
            return Asked(query, await searcher.search(query, mode, top=MAX_TOP))

    return await asyncio.gather(*map(one, queries))


def quality_of(asked: Iterable[Asked]) -> Quality:
    """Raises ValueError when none of the questions has an answer."""
    judged = [each for each in asked if each.query.answerable]

    def mean(measure: Callable[[int, Sequence[str], Mapping[str, int]], float], k: int) -> float:
        return fmean(measure(k, each.found.ranking, each.query.relevant) for each in judged)

    return Quality(len(judged), mean(recall_at, 5), mean(reciprocal_rank_at, 10), mean(ndcg_at, 10))


def doubts_of(asked: Iterable[Asked]) -> Doubts:
    """Raises ValueError without questions of both kinds."""
    listed = list(asked)
    answerable = [each.doubted for each in listed if each.query.answerable]
    unanswerable = [each.doubted for each in listed if not each.query.answerable]
    return Doubts(
        len(answerable), len(unanswerable), fmean(answerable), 1 - fmean(map(float, unanswerable))
    )


def in_language(asked: Iterable[Asked], language: str) -> list[Asked]:
    return [each for each in asked if each.query.language == language]


def of_kind(asked: Iterable[Asked], kind: str) -> list[Asked]:
    return [each for each in asked if each.query.kind == kind]


def figures_of(answers: Answers) -> list[Figure]:
    """For the JSON file: everything that the tables show by mode and language."""
    found: list[Figure] = []
    for mode, asked in answers.items():
        for where, some in _groups(asked).items():
            quality, name = quality_of(some), f"{mode}, {where}"
            found += [
                Figure(SECTION, f"{name}: recall@5", quality.recall, ""),
                Figure(SECTION, f"{name}: MRR@10", quality.mrr, ""),
                Figure(SECTION, f"{name}: nDCG@10", quality.ndcg, ""),
            ]
            if mode in DOUBTING:
                doubts = doubts_of(some)
                found += [
                    Figure(SECTION, f"{name}: wrongly doubted", doubts.wrongly_doubted, ""),
                    Figure(SECTION, f"{name}: wrongly trusted", doubts.wrongly_trusted, ""),
                ]
    return found


def _groups(asked: Sequence[Asked]) -> Mapping[str, Sequence[Asked]]:
    return {"all": asked, **{each: in_language(asked, each) for each in LANGUAGES}}
