"""How good a ranking is: recall, reciprocal rank, discounted cumulative gain.

A ranking is a list of ids, best first; `grades` has the grade of each relevant document. Of a
question without relevant documents none of these is defined: they raise ValueError.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from math import fsum, log2


def recall_at(k: int, ranking: Sequence[str], grades: Mapping[str, int]) -> float:
    """The share, 0 to 1, of the relevant documents, of whatever grade, among the first `k`."""
    _check(grades)
    return len(set(islice(ranking, k)) & set(grades)) / len(grades)


def reciprocal_rank_at(k: int, ranking: Sequence[str], grades: Mapping[str, int]) -> float:
    """1 / the rank, from 1, of the first relevant document; 0 if none is among the first `k`.

    Its mean over questions is MRR@k: Voorhees, "The TREC-8 Question Answering Track Report", 1999.
    """
    _check(grades)
    ranked = enumerate(islice(ranking, k), start=1)
    return next((1 / rank for rank, each in ranked if each in grades), 0.0)


def ndcg_at(k: int, ranking: Sequence[str], grades: Mapping[str, int]) -> float:
    """DCG@k / ideal DCG@k, 0 to 1, with DCG@k = sum of (2^grade - 1) / log2(rank + 1).

    Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002, with the
    gains of Burges et al., "Learning to Rank using Gradient Descent", 2005. The ideal ranking has
    the best grades first.
    """
    _check(grades)
    if len(set(ranking)) < len(ranking):
        raise ValueError("a document is in the ranking twice")
    ideal = sorted(grades.values(), reverse=True)
    return _dcg(k, [grades.get(each, 0) for each in ranking]) / _dcg(k, ideal)


def _dcg(k: int, grades: Sequence[int]) -> float:
    ranked = enumerate(islice(grades, k), start=1)
    return fsum((2.0**grade - 1) / log2(rank + 1) for rank, grade in ranked)


def _check(grades: Mapping[str, int]) -> None:
    if not grades or min(grades.values()) < 1:
        raise ValueError("relevant documents have grades from 1")
