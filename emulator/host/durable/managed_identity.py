"""Tokens of a managed identity, for `call_http` with a token source.

The protocol is App Service's (2019-08-01): GET `IDENTITY_ENDPOINT?api-version&resource` with the
secret of `IDENTITY_HEADER`; the answer's `access_token` is the token.
"""

import json
from collections.abc import Mapping

import aiohttp

_VERSION = "2019-08-01"
_HOW = (
    "call_http with a token source needs a managed identity: set IDENTITY_ENDPOINT and "
    "IDENTITY_HEADER in the app's settings, or call the service from an activity that uses "
    "azure-identity."
)


class NoTokenError(Exception):
    """There is no token; the message says what to do."""


async def token_for(
    resource: str, session: aiohttp.ClientSession, environment: Mapping[str, str]
) -> str:
    """A bearer token for `resource`. Raises NoTokenError."""
    endpoint, secret = environment.get("IDENTITY_ENDPOINT"), environment.get("IDENTITY_HEADER")
    if not endpoint or not secret:
        raise NoTokenError(_HOW)
    query = {"api-version": _VERSION, "resource": resource.rstrip("/").removesuffix("/.default")}
    if client := environment.get("AZURE_CLIENT_ID"):
        query["client_id"] = client
    try:
        async with session.get(
            endpoint, params=query, headers={"X-IDENTITY-HEADER": secret}
        ) as answer:
            return _token(answer.status, await answer.text(errors="replace"))
    except (aiohttp.ClientError, TimeoutError) as error:
        reason = error or type(error).__name__
        raise NoTokenError(
            f"The managed identity at {endpoint} does not answer: {reason}"
        ) from error


def _token(status: int, text: str) -> str:
    try:
        found = json.loads(text)
        if status == 200:
            return str(found["access_token"])
    except (ValueError, TypeError, KeyError):
        pass
    raise NoTokenError(f"The managed identity gave no token: {status} {text[:200]}")
