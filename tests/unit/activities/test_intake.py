"""Cleaning a message, and finding its language."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from activities.intake import language_of, normalised


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("Hola, ¿cómo va?", "es"),
        ("Crea una tarea: revisar contrato ACME, prioridad alta, para el 2026-12-04", "es"),
        ("¿Qué necesito para renovar la licencia?", "es"),
        ("mañana", "es"),
        ("Hi, how are you?", "en"),
        ("Create a task to review the ACME contract by Friday", "en"),
        ("What do I need to renew my licence?", "en"),
        ("I'm fine, thanks", "en"),
    ],
)
@pytest.mark.parametrize("otherwise", ["es", "en"])
def test_a_message_that_tells_its_language_is_believed(
    said: str, language: str, otherwise: str
) -> None:
    assert language_of(said, "es" if otherwise == "es" else "en") == language


@pytest.mark.parametrize("said", ["", "ACME 2026-12-04", "ok", "🙂", "12345"])
def test_a_message_that_tells_nothing_has_the_conversations_language(said: str) -> None:
    assert language_of(said, "en") == "en"
    assert language_of(said, "es") == "es"


def test_control_characters_are_dropped_and_lines_kept() -> None:
    assert normalised("  Crea\x00 una\u200b  tarea\t\tya\r\npor favor \n") == (
        "Crea una tarea ya\npor favor"
    )


def test_letters_are_composed() -> None:
    assert normalised("man\u0303ana") == "mañana"


@given(st.text())
@example("e\u200d\u0301")
@example("a\u0300\u00ad\u0315")
def test_cleaning_twice_changes_nothing_more(said: str) -> None:
    once = normalised(said)
    assert normalised(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"])))
def test_nothing_that_can_be_seen_is_lost(said: str) -> None:
    kept = "".join(normalised(said).split())
    assert kept == "".join(unicodedata.normalize("NFC", said).split())
