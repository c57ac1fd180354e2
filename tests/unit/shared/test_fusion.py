"""One context pack out of what several indexes found."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.evidence import ContextPack, ExtractiveAnswer, Snippet
from shared.contracts.search import Normalisation
from shared.search.fusion import MOST_EVENTS, fuse, merged, normalised, not_crowded
from tests.fakes.samples import snippet

NORMALISATIONS: tuple[Normalisation, ...] = get_args(Normalisation.__value__)
SCORES = st.integers(0, 4).map(lambda quarter: quarter / 4)


def found(index: str, document_id: str, score: float, page: int | None) -> Snippet:
    url = None if page is None else f"https://docs.eira.example/{page}"
    return snippet(document_id, index=index, content=f"{index} {document_id}", url=url, score=score)


SNIPPETS = st.builds(
    found,
    st.sampled_from(["cerebro", "normativa"]),
    st.sampled_from("abcdef"),
    SCORES,
    st.one_of(st.none(), st.integers(1, 3)),
)


def pack_of(snippets: list[Snippet]) -> ContextPack:
    """An index holds a document once, under one url."""
    return ContextPack(snippets=tuple({each.document_id: each for each in snippets}.values()))


PACKS = st.lists(st.lists(SNIPPETS, max_size=5).map(pack_of), max_size=4).map(
    lambda packs: [
        pack.model_copy(
            update={
                "snippets": tuple(
                    each.model_copy(update={"index": f"index-{n}"}) for each in pack.snippets
                )
            }
        )
        for n, pack in enumerate(packs)
    ]
)
TOP = st.integers(1, 6)


@given(PACKS.flatmap(lambda packs: st.tuples(st.just(packs), st.permutations(packs))), TOP)
def test_the_order_in_which_indexes_answer_does_not_matter(
    both: tuple[list[ContextPack], list[ContextPack]], top: int
) -> None:
    packs, turned = both
    assert fuse(turned, top).snippets == fuse(packs, top).snippets


@given(PACKS, TOP)
def test_fusing_what_was_fused_changes_nothing(packs: list[ContextPack], top: int) -> None:
    once = fuse(packs, top)
    assert fuse([once], top) == once


@given(PACKS, TOP)
def test_never_more_than_asked_and_no_document_twice(packs: list[ContextPack], top: int) -> None:
    fused = fuse(packs, top).snippets
    assert len(fused) <= top
    keys = [each.url or each.document_id for each in fused]
    assert len(keys) == len(set(keys))


@given(PACKS, TOP)
def test_the_best_is_first_and_nothing_better_is_left_out(
    packs: list[ContextPack], top: int
) -> None:
    fused = fuse(packs, top).snippets
    scores = [each.score for each in fused]
    assert scores == sorted(scores, reverse=True)
    kept = {each.url or each.document_id for each in fused}
    left = [s for p in packs for s in p.snippets if (s.url or s.document_id) not in kept]
    assert all(each.score <= scores[-1] for each in left)


def test_a_document_in_two_indexes_keeps_its_best_score() -> None:
    url = "https://docs.eira.example/1"
    packs = [
        ContextPack(snippets=(snippet("a", index="x", url=url, score=0.5),)),
        ContextPack(snippets=(snippet("b", index="y", url=url, score=0.9),)),
    ]
    assert [each.score for each in fuse(packs, 5).snippets] == [0.9]


def test_every_warning_is_kept_once() -> None:
    packs = [
        ContextPack(warnings=("embedding_failed",)),
        ContextPack(warnings=("embedding_failed", "search_failed:x")),
    ]
    assert fuse(packs, 5).warnings == ("embedding_failed", "search_failed:x")


@given(st.lists(st.tuples(SNIPPETS, st.booleans()), max_size=12), st.integers(1, 5))
def test_events_stand_only_where_they_beat_every_document(
    drawn: list[tuple[Snippet, bool]], top: int
) -> None:
    told = [one.model_copy(update={"kind": "event" if event else "rule"}) for one, event in drawn]
    ranked = sorted(
        {each.document_id: each for each in told}.values(), key=lambda each: -each.score
    )
    kept = not_crowded(ranked, top)
    events = [each for each in kept if each.kind == "event"]
    best = max((each.score for each in ranked if each.kind != "event"), default=0)
    documents = sum(each.kind != "event" for each in ranked)
    assert len(events) <= MOST_EVENTS
    assert all(each.score >= best for each in events)
    assert len(kept) - len(events) == min(documents, top - len(events))
    assert [each.score for each in kept] == sorted((each.score for each in kept), reverse=True)


# --- several indexes ------------------------------------------------------------------------------

HOW = st.sampled_from(NORMALISATIONS)


@given(PACKS.flatmap(lambda packs: st.tuples(st.just(packs), st.permutations(packs))), HOW, TOP)
def test_merging_does_not_depend_on_who_answered_first(
    both: tuple[list[ContextPack], list[ContextPack]], how: Normalisation, top: int
) -> None:
    packs, turned = both
    assert merged(turned, how, top).snippets == merged(packs, how, top).snippets


@given(PACKS, HOW, TOP)
def test_merging_what_was_merged_changes_nothing(
    packs: list[ContextPack], how: Normalisation, top: int
) -> None:
    once = merged(packs, how, top)
    assert merged([once], how, top) == once
    assert merged([once, ContextPack()], how, top) == once


@given(PACKS, HOW, TOP, st.integers(0, 6))
def test_pages_of_what_was_merged_follow_one_another(
    packs: list[ContextPack], how: Normalisation, top: int, skip: int
) -> None:
    everything = merged(packs, how, 100).snippets
    page = merged(packs, how, top, skip).snippets
    assert page == everything[skip : skip + top]
    keys = [each.url or each.document_id for each in page]
    assert len(page) <= top
    assert len(keys) == len(set(keys))


@given(st.lists(SNIPPETS, max_size=6).map(pack_of), HOW)
def test_normalised_scores_are_within_bounds_and_in_the_same_order(
    pack: ContextPack, how: Normalisation
) -> None:
    scores = [each.score for each in normalised(pack, how).snippets]
    assert all(0 <= score <= 1 for score in scores)
    before = [each.score for each in pack.snippets]
    for a, x in zip(before, scores, strict=True):
        assert all(x >= y for b, y in zip(before, scores, strict=True) if a >= b)


@pytest.mark.parametrize("how", ["min_max", "reciprocal_rank"])
@given(st.lists(SNIPPETS, max_size=6).map(pack_of))
def test_what_is_normal_stays_so(how: Normalisation, pack: ContextPack) -> None:
    once = normalised(pack, how)
    assert normalised(once, how) == once


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("min_max", [1.0, 0.5, 0.0]),
        ("z_score", [0.8897, 0.5, 0.1103]),
        ("reciprocal_rank", [1.0, 0.9839, 0.9683]),
    ],
)
def test_scores_are_made_comparable_as_the_settings_say(
    how: Normalisation, expected: list[float]
) -> None:
    pack = ContextPack(snippets=tuple(snippet(str(s), score=s) for s in (0.9, 0.8, 0.7)))
    assert [each.score for each in normalised(pack, how).snippets] == pytest.approx(expected)


def test_answers_of_all_indexes_are_kept_once_the_best_first() -> None:
    def answer(score: float, index: str) -> ExtractiveAnswer:
        return ExtractiveAnswer(text="Dos.", score=score, document_id="a", index=index)

    packs = [ContextPack(answers=(answer(0.7, "x"),)), ContextPack(answers=(answer(0.9, "y"),))]
    assert [each.index for each in fuse([*packs, *packs], 5).answers] == ["y", "x"]


@given(PACKS.flatmap(lambda packs: st.tuples(st.just(packs), st.permutations(packs))), TOP)
def test_no_text_is_found_twice_in_whatever_order_indexes_answer(
    both: tuple[list[ContextPack], list[ContextPack]], top: int
) -> None:
    packs, turned = both
    told = merged(packs, "min_max", top)
    assert merged(turned, "min_max", top).snippets == told.snippets
    texts = [(each.title, each.content) for each in told.snippets]
    assert len(texts) == len(set(texts)) <= top
    assert merged([told], "min_max", top) == told
