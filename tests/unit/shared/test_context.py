"""What of the evidence is told: of several sources, within a budget, with its answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.evidence import EVIDENCE_WEAK, Caption, ContextPack, ExtractiveAnswer, Snippet
from shared.search.context import diverse, judged, page_of, tokens_of, whole_of, within
from tests.fakes.samples import snippet


def passage(number: int, page: str, score: int, words: int) -> Snippet:
    url = f"https://docs.eira.example/{page}#{number}"
    return snippet(f"d{number}", url=url, score=score / 4, content="palabra " * words)


PASSAGES = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 4), st.integers(1, 200)), max_size=8
).map(lambda rows: tuple(passage(number, *row) for number, row in enumerate(rows)))
TOP = st.integers(1, 9)
TOKENS = st.integers(0, 600)


@given(PASSAGES.flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))), TOP)
def test_the_order_of_what_is_chosen_from_does_not_matter(
    both: tuple[tuple[Snippet, ...], list[Snippet]], top: int
) -> None:
    straight, turned = both
    chosen = diverse(ContextPack(snippets=straight), top)
    assert diverse(ContextPack(snippets=tuple(turned)), top) == chosen


@given(PASSAGES, TOP)
def test_choosing_again_changes_nothing(passages: tuple[Snippet, ...], top: int) -> None:
    once = diverse(ContextPack(snippets=passages), top)
    assert diverse(once, top) == once
    assert len(once.snippets) == min(top, len(passages))
    assert len(set(once.snippets)) == len(once.snippets)


@given(PASSAGES, TOP)
def test_the_best_is_always_first(passages: tuple[Snippet, ...], top: int) -> None:
    for first in diverse(ContextPack(snippets=passages), top).snippets[:1]:
        assert first.score == max(each.score for each in passages)


@given(PASSAGES, TOKENS)
def test_the_budget_is_never_exceeded_and_nothing_is_made_up(
    passages: tuple[Snippet, ...], tokens: int
) -> None:
    told = within(ContextPack(snippets=passages), tokens).snippets
    assert sum(map(tokens_of, told)) <= tokens
    contents = {each.document_id: each.content for each in passages}
    for each in told:
        assert contents[each.document_id].startswith(each.content.removesuffix(" …"))


def test_another_page_that_is_nearly_as_good_comes_before_more_of_the_same() -> None:
    found = ContextPack(
        snippets=(passage(1, "a", 4, 1), passage(2, "a", 4, 1), passage(3, "b", 4, 1))
    )
    assert [page_of(each)[-1] for each in diverse(found, 2).snippets] == ["a", "b"]
    far = ContextPack(
        snippets=(passage(1, "a", 4, 1), passage(2, "a", 4, 1), passage(3, "b", 1, 1))
    )
    assert [page_of(each)[-1] for each in diverse(far, 2).snippets] == ["a", "a"]


def answer_from(document_id: str) -> ExtractiveAnswer:
    return ExtractiveAnswer(
        text="Dos semanas.", score=0.9, document_id=document_id, index="cerebro"
    )


def test_what_answers_the_question_is_told_first_and_keeps_its_answer() -> None:
    found = ContextPack(
        snippets=(snippet("a", score=1.0), snippet("b", score=0.2)), answers=(answer_from("b"),)
    )
    chosen = diverse(found, 1)
    assert [each.document_id for each in chosen.snippets] == ["b"]
    assert chosen.answers == found.answers
    assert within(chosen, 0).answers == (), "without its document it could not be cited"


def test_a_passage_too_long_is_told_by_its_caption() -> None:
    long = snippet("a", content="palabra " * 1_000)
    captioned = long.model_copy(update={"caption": Caption(text="Tarda dos semanas.")})
    (told,) = within(ContextPack(snippets=(captioned,)), 100).snippets
    assert told.content == "Tarda dos semanas."
    (cut,) = within(ContextPack(snippets=(long,)), 100).snippets
    assert cut.content.endswith("palabra …")


SAYING = st.sampled_from(["uno dos", "uno  dos\n", "tres"])
COPIES = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 4), SAYING),
    max_size=8,
).map(
    lambda rows: tuple(
        snippet(f"d{number}", url=f"https://{page}.example/{number}", score=score / 4, content=text)
        .model_copy(update={"title": "Aviso"})
        for number, (page, score, text) in enumerate(rows)
    )
)  # fmt: skip


@given(COPIES.flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))), TOP)
def test_the_same_text_counts_once_with_its_best_score(
    both: tuple[tuple[Snippet, ...], list[Snippet]], top: int
) -> None:
    straight, turned = both
    chosen = diverse(ContextPack(snippets=straight), top)
    assert diverse(ContextPack(snippets=tuple(turned)), top) == chosen == diverse(chosen, top)
    texts = [tuple(each.content.split()) for each in chosen.snippets]
    assert (
        len(texts) == len(set(texts)) == min(top, len({tuple(s.content.split()) for s in straight}))
    )
    for each in chosen.snippets:
        same = [s.score for s in straight if s.content.split() == each.content.split()]
        assert each.score == max(same)


def test_of_the_same_texts_the_one_that_is_the_answers_stays() -> None:
    both = [
        snippet(name, content="Con un mes.", score=score).model_copy(update={"title": "Aviso"})
        for name, score in (("a", 1.0), ("b", 0.5))
    ]
    answer = ExtractiveAnswer(text="un mes", score=0.9, document_id="b", index="cerebro")
    chosen = diverse(ContextPack(snippets=tuple(both), answers=(answer,)), 5)
    assert ([each.document_id for each in chosen.snippets], chosen.answers) == (["b"], (answer,))


@given(PASSAGES, TOKENS)
def test_all_the_text_of_what_was_told_in_part_can_be_had(
    passages: tuple[Snippet, ...], tokens: int
) -> None:
    found = ContextPack(snippets=passages)
    told = within(found, tokens)
    whole = whole_of(told, found)
    assert [each.document_id for each in whole.snippets] == [e.document_id for e in told.snippets]
    assert set(whole.snippets) <= set(passages)


def ranked(*scores: float | None) -> ContextPack:
    return ContextPack(
        snippets=tuple(
            snippet(f"d{number}").model_copy(update={"reranker_score": score})
            for number, score in enumerate(scores)
        )
    )


@pytest.mark.parametrize("scores", [(1.9,), (0.0, 1.2)])
def test_what_the_ranker_thinks_little_of_may_not_be_enough(scores: tuple[float, ...]) -> None:
    doubted = judged(ranked(*scores), 2.0)
    assert doubted.warnings == (EVIDENCE_WEAK,)
    assert doubted.snippets == ranked(*scores).snippets
    assert judged(doubted, 2.0) == doubted


@pytest.mark.parametrize("scores", [(), (2.0, 0.3), (1.0, 3.9), (None, None), (1.0, None)])
def test_what_is_good_or_was_not_ranked_is_not_doubted(scores: tuple[float | None, ...]) -> None:
    assert judged(ranked(*scores), 2.0) == ranked(*scores)
