"""Azure AI Content Safety."""

import asyncio
from collections.abc import Mapping, Sequence

from azure.ai.contentsafety.aio import ContentSafetyClient
from azure.ai.contentsafety.models import AnalyzeTextOptions, AnalyzeTextOutputType
from azure.core.credentials import AzureKeyCredential
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError

from shared.errors import ModerationError
from shared.moderation.pieces import pieces
from shared.ports import Strictness, Verdict

LONGEST_TEXT = 10_000
"""Code points that a request may have."""
AT_ONCE = 4


class ContentSafety:
    """`severities` (1 to 7) are those from which a category counts."""

    def __init__(
        self,
        endpoint: str,
        credential: AzureKeyCredential | AsyncTokenCredential,
        severities: Mapping[Strictness, int],
        seconds: float,
    ) -> None:
        # The answer waits for this: what did not arrive is sent once more, and no longer.
        self._client = ContentSafetyClient(endpoint, credential, retry_total=1)
        self._severities = severities
        self._seconds = seconds
        self._places = asyncio.Semaphore(AT_ONCE)

    async def check(self, texts: Sequence[str], strictness: Strictness) -> Verdict:
        wanted = self._severities[strictness]
        try:
            async with asyncio.timeout(self._seconds):
                found = await asyncio.gather(
                    *(self._analyse(piece) for piece in pieces(texts, LONGEST_TEXT))
                )
        except TimeoutError as error:
            raise ModerationError("Content Safety did not answer in time") from error
        except AzureError as error:
            # Not its message, which may repeat the text.
            status = getattr(error, "status_code", None) or ""
            raise ModerationError(f"Content Safety: {type(error).__name__} {status}") from error
        worst = [name for each in found for name, level in each.items() if level >= wanted]
        return Verdict(tuple(dict.fromkeys(worst)))

    async def _analyse(self, text: str) -> Mapping[str, int]:
        options = AnalyzeTextOptions(
            text=text, output_type=AnalyzeTextOutputType.EIGHT_SEVERITY_LEVELS
        )
        async with self._places:
            answer = await self._client.analyze_text(options)
        return {str(each.category): each.severity or 0 for each in answer.categories_analysis}

    async def close(self) -> None:
        await self._client.close()
