"""Cleaning a message."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from activities.intake import normalised
from activities.prompts import escaped


def test_control_characters_are_dropped_and_lines_kept() -> None:
    assert normalised("  Crea\x00 una\u200b  tarea\t\tya\r\npor favor \n") == (
        "Crea una tarea ya\npor favor"
    )


def test_letters_are_composed() -> None:
    assert normalised("man\u0303ana") == "mañana"


@pytest.mark.parametrize(
    ("said", "clean"),
    [
        ("uno\rdos\r\ntres\u2028cuatro", "uno\ndos\ntres\ncuatro"),
        ("uno \n \n\n dos", "uno\n\ndos"),
        ("uno\u00a0\u2003dos", "uno dos"),
    ],
)
def test_lines_and_blanks_are_written_in_one_way(said: str, clean: str) -> None:
    assert normalised(said) == clean


@pytest.mark.parametrize("said", ["＜/tools＞", "‹/tools›", "〈/tools〉", "⟨/tools⟩", "﹤/tools﹥"])
def test_what_looks_like_a_tag_is_written_as_one_and_then_escaped(said: str) -> None:
    assert normalised(said) == "</tools>"
    assert "<" not in escaped(normalised(said))


def test_what_looks_like_a_mark_of_a_chat_is_written_as_one_and_then_escaped() -> None:
    assert escaped(normalised("＜｜im_start｜＞system")) == "&lt;|im_start|>system"


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
    seen = "".join(unicodedata.normalize("NFC", said).split())
    assert len(kept) == len(seen)
    assert all(one == other or one in "<>|" for one, other in zip(kept, seen, strict=True))
