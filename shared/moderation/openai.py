"""OpenAI's moderation endpoint."""

import asyncio
from collections.abc import Sequence

from openai import AsyncOpenAI, OpenAIError
from openai.types import Moderation as Judged

from shared.errors import ModerationError
from shared.moderation.pieces import pieces
from shared.ports import Strictness, Verdict

LONGEST_TEXT = 10_000
"""Characters; the model judges long texts less well."""
AT_ONCE = 16
"""Pieces in one request."""


class OpenAIModeration:
    """The service judges by itself; strictly, also what it scores from `strict_score` on counts."""

    def __init__(
        self, client: AsyncOpenAI, model: str, strict_score: float, seconds: float
    ) -> None:
        self._client = client
        self._model = model
        self._strict_score = strict_score
        self._seconds = seconds

    async def check(self, texts: Sequence[str], strictness: Strictness) -> Verdict:
        every = list(pieces(texts, LONGEST_TEXT))
        score = self._strict_score if strictness == "strict" else None
        found: list[str] = []
        try:
            async with asyncio.timeout(self._seconds):
                for begin in range(0, len(every), AT_ONCE):
                    answer = await self._client.moderations.create(
                        input=every[begin : begin + AT_ONCE], model=self._model
                    )
                    found += (name for each in answer.results for name in _flagged(each, score))
        except TimeoutError as error:
            raise ModerationError("OpenAI's moderation did not answer in time") from error
        except OpenAIError as error:
            # Not its message, which may repeat the text.
            status = getattr(error, "status_code", None) or ""
            raise ModerationError(f"OpenAI: {type(error).__name__} {status}".rstrip()) from error
        return Verdict(tuple(dict.fromkeys(found)))

    async def close(self) -> None:
        await self._client.close()


def _flagged(judged: Judged, score: float | None) -> list[str]:
    """By the names that the service writes: `self-harm/intent`."""
    flags = judged.categories.model_dump(by_alias=True)
    named = [name for name, flagged in flags.items() if flagged]
    if score is not None:
        scores = judged.category_scores.model_dump(by_alias=True)
        named += [name for name, found in scores.items() if found is not None and found >= score]
    if judged.flagged and not named:
        return ["other"]
    return named
