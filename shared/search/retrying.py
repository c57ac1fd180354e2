"""Asking Azure AI Search again when it is busy."""

import random
from collections.abc import Callable
from typing import Any

from azure.core.pipeline.policies import AsyncRetryPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest

RETRIES = 2
FIRST_SECONDS = 0.3
LONGEST_SECONDS = 5.0
"""Somebody waits for the answer: a service that asks for more is done without at once."""
AGAIN = frozenset({429, 500, 502, 503, 504})


class SearchRetries(AsyncRetryPolicy[HttpRequest, AsyncHttpResponse]):
    """At most two more attempts, after an exponential pause of which a random part is left out;
    after what Retry-After says, if that is longer.

    The SDK's own policy asks again at once the first time, knows no jitter, does not repeat a 429
    of a POST (which every search is) unless it has a Retry-After, and then waits for however long
    that says.
    """

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        super().__init__(
            retry_total=RETRIES, retry_connect=RETRIES, retry_read=RETRIES, retry_status=RETRIES
        )
        self._chance = chance

    def is_retry(self, settings: dict[str, Any], response: Any) -> bool:
        if response.http_response.status_code not in AGAIN:
            return False
        return (self.get_retry_after(response) or 0.0) <= LONGEST_SECONDS

    def get_backoff_time(self, settings: dict[str, Any]) -> float:
        """Seconds: of 0.3, 0.6, … at least the half, so that many callers do not come at once."""
        full = FIRST_SECONDS * 2.0 ** (len(settings["history"]) - 1)
        return full * (1 + self._chance()) / 2

    async def sleep(self, settings: dict[str, Any], transport: Any, response: Any = None) -> None:
        asked = self.get_retry_after(response) if response else None
        # The jitter comes on top: all that were refused together were told the same time.
        await transport.sleep((asked or 0.0) + self.get_backoff_time(settings))
