"""Moderation: the fake, and Azure AI Content Safety over its SDK."""

import pytest

from shared.moderation.content_safety import LONGEST_TEXT
from shared.ports import Dependencies, Verdict
from tests.fakes.moderation import MILD, WRONG


async def test_what_is_harmless_may_be_said(deps: Dependencies) -> None:
    assert not (await deps.moderation.check(["Crea una tarea", ""], "strict")).flagged
    assert not (await deps.moderation.check([], "default")).flagged


async def test_the_categories_of_all_texts_are_told_once(deps: Dependencies) -> None:
    texts = [f"Quiero {WRONG}.", "Nada", f"{WRONG}, y hacerme daño"]
    verdict = await deps.moderation.check(texts, "default")
    assert sorted(verdict.categories) == ["SelfHarm", "Violence"]


async def test_who_is_strict_blocks_more(deps: Dependencies) -> None:
    assert await deps.moderation.check([MILD], "default") == Verdict()
    assert await deps.moderation.check([MILD], "strict") == Verdict(("Violence",))


@pytest.mark.parametrize("place", [0, LONGEST_TEXT - len(WRONG) // 2, 3 * LONGEST_TEXT])
async def test_a_long_text_is_judged_to_its_end(deps: Dependencies, place: int) -> None:
    """Also what stands where one request ends and the next begins."""
    text = "a " * (place // 2) + WRONG + " a" * LONGEST_TEXT
    assert (await deps.moderation.check([text], "default")).flagged
