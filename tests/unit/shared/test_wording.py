"""What people are told: every sentence in every language, with the same places to fill."""

import string
from typing import get_args

import pytest

from shared.contracts.identity import Language
from shared.contracts.problems import ErrorCode
from shared.contracts.quotas import Counted
from shared.contracts.wording import WORDING, say

LANGUAGES: tuple[Language, ...] = get_args(Language.__value__)
RAISED_BY_DEPENDENCIES = (
    "INTERNAL", "TIMEOUT", "CANCELLED", "MODEL_UNAVAILABLE", "MODEL_RATE_LIMIT",
    "SEARCH_UNAVAILABLE", "SEARCH_RATE_LIMIT", "ERP_UNAVAILABLE", "STORE_UNAVAILABLE",
    "MODERATION_UNAVAILABLE", "CONTENT_BLOCKED", "CREDENTIALS_UNAVAILABLE",
    "NOT_ALLOWED",
)  # fmt: skip


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("key", WORDING)
def test_a_sentence_exists_in_every_language_with_the_same_places(key: str) -> None:
    sentences = WORDING[key]
    assert set(sentences) == set(LANGUAGES)
    assert all(sentence.strip() for sentence in sentences.values())
    assert len({frozenset(places(sentence)) for sentence in sentences.values()}) == 1


@pytest.mark.parametrize("key", WORDING)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_can_be_said(key: str, language: Language) -> None:
    values = dict.fromkeys(places(WORDING[key][language]), "x")
    said = say(key, language, **values)
    assert "{" not in said
    assert said != key or key == "and"


@pytest.mark.parametrize("code", RAISED_BY_DEPENDENCIES)
def test_every_code_that_a_run_can_fail_with_has_a_sentence(code: ErrorCode) -> None:
    assert code in get_args(ErrorCode.__value__)
    assert code.lower() in WORDING
    assert not places(WORDING[code.lower()]["es"])


@pytest.mark.parametrize("counted", get_args(Counted.__value__))
@pytest.mark.parametrize("what", ["quota", "tokens", "runs"])
def test_whoever_used_up_what_there_is_is_told_in_words(what: str, counted: Counted) -> None:
    key = f"{what}_exceeded_{counted}"
    # Of a session only what it starts in an hour is counted.
    assert (key in WORDING) == (what == "quota" or counted != "session")


def test_a_text_that_is_no_key_is_itself() -> None:
    assert say("El proyecto P-9 no existe {aún}", "en") == "El proyecto P-9 no existe {aún}"
