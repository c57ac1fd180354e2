"""Telling the language of a message, and what it is answered in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.languages import answered_in, spoken_in
from shared.contracts.identity import Language

LANGUAGES: tuple[Language, ...] = ("es", "en")


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("Hola, ¿cómo va?", "es"),
        ("Crea una tarea: revisar contrato ACME, prioridad alta, para el 2026-12-04", "es"),
        ("¿Qué necesito para renovar la licencia?", "es"),
        ("mañana", "es"),
        ("Da de alta a Carmen Ruiz como empleada", "es"),
        ("Añade dos tareas al proyecto de ACME", "es"),
        ("Hi, how are you?", "en"),
        ("Create a task to review the ACME contract by Friday", "en"),
        ("What do I need to renew my licence?", "en"),
        ("I'm fine, thanks", "en"),
        ("Crea una tasca per revisar el contracte abans de divendres", "ca"),
        ("Bon dia, vull obrir un projecte per a l'ajuntament", "ca"),
        ("Què necessito per renovar la llicència?", "ca"),
        ("Kaixo, zeregin bat sortu nahi dut ostiralerako", "eu"),
        ("Zer behar dut baimena berritzeko?", "eu"),
        ("Quero crear unha tarefa para mañá", "gl"),
        ("Bos días, preciso un proxecto para o concello", "gl"),
    ],
)
def test_a_message_that_tells_its_language_is_believed(said: str, language: str) -> None:
    assert spoken_in(said) == language


@pytest.mark.parametrize("said", ["", "ACME 2026-12-04", "ok", "🙂", "12345"])
def test_a_message_that_tells_nothing_has_the_conversations_language(said: str) -> None:
    assert spoken_in(said) is None
    assert [answered_in(None, each) for each in LANGUAGES] == list(LANGUAGES)


@pytest.mark.parametrize("otherwise", LANGUAGES)
def test_the_other_languages_of_spain_are_answered_in_spanish(otherwise: Language) -> None:
    assert answered_in("ca", otherwise) == "es"
    assert answered_in("eu", otherwise) == "es"
    assert answered_in("gl", otherwise) == "es"
    assert answered_in("en", otherwise) == "en"


@given(st.text(), st.sampled_from(LANGUAGES))
def test_whatever_is_said_is_answered_in_one_of_two_languages(
    said: str, otherwise: Language
) -> None:
    assert answered_in(spoken_in(said), otherwise) in LANGUAGES
