"""The judges of texts: OpenAI's against a small server, pieces of long texts, and nobody."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from openai import AsyncOpenAI

from shared.errors import ModerationError
from shared.moderation.nobody import NoModeration
from shared.moderation.openai import AT_ONCE, LONGEST_TEXT, OpenAIModeration
from shared.moderation.pieces import OVERLAP, pieces

NAMES = (
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit",
    "illicit/violent", "self-harm", "self-harm/instructions", "self-harm/intent", "sexual",
    "sexual/minors", "violence", "violence/graphic",
)  # fmt: skip


def judged(flagged: tuple[str, ...] = (), **scores: float) -> dict[str, Any]:
    return {
        "flagged": bool(flagged),
        "categories": {name: name in flagged for name in NAMES},
        "category_scores": dict.fromkeys(NAMES, 0.01) | scores,
        "category_applied_input_types": {name: ["text"] for name in NAMES},
    }


@asynccontextmanager
async def openai(
    *results: Mapping[str, Any], status: int = 200, seen: list[Any] | None = None
) -> AsyncIterator[OpenAIModeration]:
    """A server with these results, for each text that is asked about in turn."""
    waiting = list(results)

    async def moderate(request: web.Request) -> web.Response:
        asked = await request.json()
        if seen is not None:
            seen.append(asked)
        if status != 200:
            body = {"error": {"message": f"cannot judge {asked['input']}", "type": "x"}}
            return web.json_response(body, status=status)
        mine = [waiting.pop(0) if waiting else judged() for _ in asked["input"]]
        return web.json_response({"id": "modr-1", "model": asked["model"], "results": mine})

    app = web.Application()
    app.router.add_post("/v1/moderations", moderate)
    async with TestServer(app) as server:
        client = AsyncOpenAI(
            api_key="sk-made-up", base_url=str(server.make_url("/v1")), max_retries=0
        )
        moderation = OpenAIModeration(client, "omni-moderation-latest", 0.2, 30)
        yield moderation
        await moderation.close()


async def test_openai_says_itself_what_is_wrong() -> None:
    seen: list[Any] = []
    async with openai(judged(), judged(("self-harm/intent", "violence")), seen=seen) as judge:
        verdict = await judge.check(["Hola", "…", "  "], "default")
    assert verdict.categories == ("self-harm/intent", "violence")
    assert seen == [{"input": ["Hola", "…"], "model": "omni-moderation-latest"}]


async def test_strictly_a_score_is_enough() -> None:
    async with openai(judged(hate=0.2, violence=0.19), judged(hate=0.2)) as judge:
        assert (await judge.check(["x"], "strict")).categories == ("hate",)
        assert not (await judge.check(["x"], "default")).flagged


async def test_what_is_flagged_for_a_category_that_we_do_not_know_is_flagged() -> None:
    async with openai(judged() | {"flagged": True}) as judge:
        assert (await judge.check(["x"], "default")).categories == ("other",)


async def test_many_pieces_are_several_requests() -> None:
    seen: list[Any] = []
    async with openai(seen=seen) as judge:
        await judge.check(["x"] * (AT_ONCE + 1), "default")
    assert [len(each["input"]) for each in seen] == [AT_ONCE, 1]


async def test_an_error_does_not_repeat_the_text() -> None:
    async with openai(status=500) as judge:
        with pytest.raises(ModerationError) as failed:
            await judge.check(["un secreto"], "default")
    assert "secreto" not in json.dumps([str(failed.value), failed.value.as_failure().wire()])
    assert failed.value.as_failure().retryable


async def test_nobody_judges_strictly() -> None:
    assert not (await NoModeration().check(["x"], "default")).flagged
    with pytest.raises(ModerationError) as failed:
        await NoModeration().check(["x"], "strict")
    assert not failed.value.retryable


@pytest.mark.parametrize("length", [1, 999, 1_000, 1_001, 2_345])
def test_pieces_overlap_and_leave_nothing_out(length: int) -> None:
    text = "".join(chr(0x4E00 + place) for place in range(length))
    found = list(pieces(["", text, " "], 1_000))
    assert all(len(each) <= 1_000 for each in found)
    assert found[0] + "".join(each[OVERLAP:] for each in found[1:]) == text


def test_a_piece_of_blanks_is_not_asked_about() -> None:
    assert list(pieces(["a" + " " * 5_000], 1_000)) == ["a" + " " * 999]
    assert LONGEST_TEXT > OVERLAP
