"""Making one context pack of what several indexes found."""

import math
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import assert_never

from shared.contracts.evidence import ContextPack, ExtractiveAnswer, Snippet
from shared.contracts.search import Normalisation

RANK_CONSTANT = 60
"""Of reciprocal ranks: Cormack, Clarke and Büttcher 2009, and Azure AI Search itself."""

MOST_EVENTS = 2
"""Of what one index finds for a question: whoever wants more of them asks the ERP."""


def merged(
    packs: Sequence[ContextPack], how: Normalisation, top: int, skip: int = 0
) -> ContextPack:
    """The `top` best of all indexes after the first `skip`; the order of the packs is of no
    matter. What a single index found is comparable as it is: merging twice changes nothing."""
    if sum(bool(pack.snippets) for pack in packs) > 1:
        packs = [normalised(pack, how) for pack in packs]
    fused = fuse(packs, sum(len(pack.snippets) for pack in packs))
    told = distinct(fused.snippets)[skip : skip + top]
    return fused.model_copy(update={"snippets": tuple(told)})


def distinct(snippets: Iterable[Snippet]) -> list[Snippet]:
    """Each text once, whatever it is called and wherever it stands: of the same ones the first."""
    first: dict[tuple[str, ...], Snippet] = {}
    for each in snippets:
        first.setdefault((*each.title.split(), "\n", *each.content.split()), each)
    return list(first.values())


def normalised(pack: ContextPack, how: Normalisation) -> ContextPack:
    """The pack with scores 0..1 that can be compared with those of other indexes."""
    scores = _normal([each.score for each in pack.snippets], how)
    snippets = tuple(
        each.model_copy(update={"score": round(score, 4)})
        for each, score in zip(pack.snippets, scores, strict=True)
    )
    return pack.model_copy(update={"snippets": snippets})


def _normal(scores: Sequence[float], how: Normalisation) -> list[float]:
    if not scores:
        return []
    match how:
        case "min_max":
            least, most = min(scores), max(scores)
            # Nothing tells them from one another: each is the best of its index.
            return [(score - least) / (most - least) if most > least else 1.0 for score in scores]
        case "z_score":
            mean = math.fsum(scores) / len(scores)
            spread = math.sqrt(math.fsum((score - mean) ** 2 for score in scores) / len(scores))
            # The share of a normal distribution below: in the same order, and within 0..1.
            apart = [(score - mean) / spread if spread > 0 else 0.0 for score in scores]
            return [(1 + math.erf(each / math.sqrt(2))) / 2 for each in apart]
        case "reciprocal_rank":
            ranks = [1 + sum(other > score for other in scores) for score in scores]
            return [(RANK_CONSTANT + 1) / (RANK_CONSTANT + rank) for rank in ranks]
        case _:
            assert_never(how)


def fuse(packs: Iterable[ContextPack], top: int, skip: int = 0) -> ContextPack:
    """Best first, each document once (by url, else id) with its best score, at most `top`.

    Scores of different packs have to be comparable: `normalised`, or of one index.
    """
    best: dict[str, Snippet] = {}
    events: dict[str, Snippet] = {}
    answers: dict[tuple[str, str, str], ExtractiveAnswer] = {}
    warnings: dict[str, None] = {}
    for pack in packs:
        warnings |= dict.fromkeys(pack.warnings)
        events |= {each.document_id: each for each in pack.events}
        answers |= {(each.index, each.document_id, each.text): each for each in pack.answers}
        for snippet in pack.snippets:
            key = snippet.url or snippet.document_id
            if key not in best or rank(snippet) < rank(best[key]):
                best[key] = snippet
    ordered = sorted(best.values(), key=rank)
    return ContextPack(
        snippets=tuple(ordered[skip : skip + top]),
        answers=tuple(sorted(answers.values(), key=_answer_rank)),
        events=tuple(events.values()),
        warnings=tuple(warnings),
    )


def _answer_rank(answer: ExtractiveAnswer) -> tuple[float, str, str, str]:
    return (-answer.score, answer.index, answer.document_id, answer.text)


def not_crowded(found: Sequence[Snippet], top: int) -> tuple[Snippet, ...]:
    """At most `top`, best first, and of events only a few that fit better than every document:
    what once happened to a licence is no answer to how one gets it."""
    best = max((each.score for each in found if each.kind != "event"), default=0.0)
    events = [each for each in found if each.kind == "event" and each.score >= best]
    kept = {each.document_id for each in events[:MOST_EVENTS]}
    wanted = (each for each in found if each.kind != "event" or each.document_id in kept)
    return tuple(islice(wanted, top))


def rank(snippet: Snippet) -> tuple[float, str, str]:
    """Score first; index and id make the order independent of who answered first."""
    return (-snippet.score, snippet.index, snippet.document_id)
