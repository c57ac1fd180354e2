"""One context pack out of what several indexes found."""

from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.evidence import ContextPack, Snippet
from shared.search.fusion import MOST_EVENTS, fuse, not_crowded
from tests.fakes.samples import snippet

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
