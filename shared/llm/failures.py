"""What every provider's failures mean to us, whichever SDK raised them."""

from collections.abc import Mapping

import httpx2

from shared.errors import KeyRefusedError, ModelError
from shared.retry_after import retry_after

REFUSED = frozenset({400, 401, 403, 404, 405, 413, 422})
"""Asking again changes nothing: rights, model or request are wrong."""
KEY_REFUSED = 401
TOO_MANY = 429


def of_status(status: int, headers: Mapping[str, str], name: str) -> ModelError:
    """`name` is that of the SDK's error; its message may quote the request or a key."""
    wait = retry_after(headers)
    if status == TOO_MANY:
        return ModelError("the model limits the rate", code="MODEL_RATE_LIMIT", retry_after=wait)
    message = f"model call failed: {name} {status or ''}".rstrip()
    if status == KEY_REFUSED:
        return KeyRefusedError(message, retryable=False)
    return ModelError(message, retryable=status not in REFUSED, retry_after=wait)


def of_time_out(error: BaseException) -> ModelError:
    """Of the SDK's error or its transport's, which calls every connection that fails or breaks a
    ConnectTimeout."""
    if any(isinstance(each, httpx2.ConnectTimeout) for each in (error, error.__cause__)):
        return ModelError("the model cannot be reached")
    return ModelError("the model did not answer in time", code="TIMEOUT")


def of_transport(error: httpx2.HTTPError | ValueError) -> ModelError:
    """While an answer is read the SDKs do not translate what their transport raises."""
    if isinstance(error, httpx2.TimeoutException):
        return of_time_out(error)
    return ModelError(f"the model's answer broke off: {type(error).__name__}")


def blocked() -> ModelError:
    """A content filter, on the way in or out."""
    return ModelError("the content filter stopped it", code="CONTENT_BLOCKED", retryable=False)


def without_end() -> ModelError:
    """A gateway that dies may close the connection as if all were well."""
    return ModelError("the model's answer has no end")


def no_embeddings(provider: str) -> ModelError:
    return ModelError(f"{provider} is not asked for embeddings", retryable=False)
