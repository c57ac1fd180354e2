"""From marks to citations, each checked against the document it points to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.citing import SNIPPET_CHARACTERS, citations_of, keeping
from shared.contracts.evidence import ContextPack
from tests.fakes.samples import evidence, snippet

DNI = snippet("dni", content="Hace falta el documento nacional de identidad en vigor.")
TASA = snippet("tasa", content="La tasa de renovación cuesta 24 euros y se paga con tarjeta.")
BOTH = evidence(DNI, TASA)


def verified(text: str, pack: ContextPack = BOTH) -> dict[int, bool]:
    return {each.number: each.verified for each in citations_of(text, pack)}


@pytest.mark.parametrize(
    "text",
    [
        "Hace falta el documento nacional de identidad [1]. La tasa cuesta 24 euros [2].",
        "Hace falta el documento nacional de identidad. [1] La tasa cuesta 24 euros. [2]",
        "Hace falta el documento nacional de identidad.[1]\n\nLa tasa cuesta 24 euros.[2]",
        "- Hace falta el documento nacional de identidad [1]\n- La tasa cuesta 24 euros [2]",
    ],
)
def test_sentences_that_say_what_the_document_says_are_verified(text: str) -> None:
    assert verified(text) == {1: True, 2: True}


def test_a_sentence_that_the_document_does_not_hold_is_not_verified() -> None:
    assert verified("El trámite dura quince minutos en cualquier oficina [1].") == {1: False}


def test_one_false_sentence_is_enough_to_doubt_a_citation() -> None:
    text = "La tasa cuesta 24 euros [2]. El trámite dura quince minutos exactos [2]."
    assert verified(text) == {2: False}


def test_a_mark_behind_the_full_stop_belongs_to_the_sentence_before_it() -> None:
    text = "El trámite dura quince minutos exactos. [1] Hace falta el documento de identidad."
    assert verified(text) == {1: False}


def test_marks_that_point_nowhere_are_left_out() -> None:
    assert citations_of("Sí [3]. No [0]. Quizá [99].", BOTH) == ()
    assert citations_of("Hace falta el documento [1].", ContextPack()) == ()


def test_each_document_is_cited_once_in_the_order_of_the_numbers() -> None:
    text = "La tasa cuesta 24 euros [2][1]. La tasa se paga con tarjeta [2]."
    assert [each.number for each in citations_of(text, BOTH)] == [1, 2]


@pytest.mark.parametrize("mark", ["[1, 2]", "[1,2]", "[2; 1]", "[1][2]"])
def test_one_mark_may_name_several_documents(mark: str) -> None:
    text = f"Hace falta el documento nacional y la tasa cuesta 24 euros {mark}."
    assert [each.number for each in citations_of(text, BOTH)] == [1, 2]
    assert verified(f"El trámite dura quince minutos exactos. {mark} Y más.") == {
        1: False,
        2: False,
    }


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Sí [1].", "Sí [1]."),
        ("Sí [7].", "Sí."),
        ("Sí [1, 7].", "Sí [1]."),
        ("Sí [7, 8][1].", "Sí[1]."),
        ("[x] [1, x] [2026]", "[x] [1, x] [2026]"),
    ],
)
def test_a_mark_that_goes_leaves_no_blank_and_the_others_of_its_group(text: str, left: str) -> None:
    assert keeping(text, lambda number: number < 3) == left


def test_a_citation_tells_where_to_look() -> None:
    long = snippet("larga", content="licencia " * 200, url="https://docs.eira.example/l")
    (citation,) = citations_of("La licencia [1].", evidence(long))
    assert citation.url == "https://docs.eira.example/l"
    assert citation.document_id == "larga"
    assert citation.snippet is not None
    assert len(citation.snippet) == SNIPPET_CHARACTERS


@given(
    st.lists(
        st.sampled_from(["[1]", "[2]", "[7]", "[1, 2]", "tasa", "24 euros", ". ", "\n", "[x]", "["])
    )
)
def test_any_text_cites_only_what_there_is(parts: list[str]) -> None:
    numbers = [each.number for each in citations_of(" ".join(parts), BOTH)]
    assert numbers == sorted(set(numbers))
    assert set(numbers) <= {1, 2}
