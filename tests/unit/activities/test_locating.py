"""Where a document bears out a sentence: exactly, nearly, or not."""

import pytest

from activities.locating import is_borne_out
from shared.contracts.grounding import LEAST_SHARE
from tests.fakes.samples import snippet

LICENCE = snippet(
    "licencia",
    content=(
        "La licencia se renueva cada cinco años. La tasa es de 1.200,50 euros.\n"
        "El plazo es de quince días hábiles desde el 4 de diciembre de 2026.\n"
        "Las terrazas siguen otro camino. No pagan nada en invierno. Su permiso es anual.\n"
        "La versión v2.10 y la versión 2.10.3 se publican el 4.12.2026."
    ),
).model_copy(update={"title": "Renovar la licencia de actividad"})


def borne_out(claim: str, least_share: float = LEAST_SHARE) -> bool:
    return is_borne_out(claim, LICENCE, least_share)


@pytest.mark.parametrize(
    "claim",
    [
        "La tasa es de 1.200,50 euros",
        "LA TASA ES DE 1.200,50 EUROS.",
        "- La tasa de la licencia es de 1200,50 euros",
        "1) La licencia se renueva cada 5 años",
        "El plazo es de 15 días hábiles",
        "El plazo de 15 días hábiles empieza el 04 de diciembre de 2026",
        "Según «Renovar la licencia de actividad», la tasa es de 1.200,50 euros",
        "La lisencia se renueva cada cinco años",
        "La versión 2.10.3 se publica el 04.12.2026",
        "La versión v2.10 se publica el 4/12/2026",
        "«La licencia se renueba cada cinco años»",
    ],
)
def test_what_the_document_says_is_found_word_for_word_or_nearly(claim: str) -> None:
    assert borne_out(claim)


@pytest.mark.parametrize(
    "claim",
    [
        "La tasa es de 1.300,50 euros",
        "La licencia se renueva cada 7 años",
        "El plazo es de 25 días hábiles",
        "La tasa es de 200 euros",
        "La tasa es de 50 euros",
        "La tasa es de 1.200",
        "La norma dice «la licencia no se renueva nunca» y la licencia se renueva cada cinco años",
        "Hay que presentar un certificado médico",
        "Sí",
        "",
    ],
)
def test_another_number_another_quote_or_another_matter_is_not(claim: str) -> None:
    assert not borne_out(claim)


def test_words_from_all_over_a_document_bear_out_nothing() -> None:
    claim = "La tasa de cinco terrazas en invierno es anual"
    assert not borne_out(claim, least_share=0.9)


def test_how_much_of_a_sentence_has_to_be_there_is_a_setting() -> None:
    claim = "La licencia se renueva cada cinco años según explica amablemente nuestra oficina"
    assert borne_out(claim, least_share=0.4)
    assert not borne_out(claim, least_share=0.9)
    assert borne_out("La licencia se renueva cada cinco años", least_share=1.0)
