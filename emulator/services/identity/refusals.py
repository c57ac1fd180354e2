"""How Entra ID says no: the error of OAuth 2.0 with a code of its own.

Source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

import time
import uuid

from aiohttp import web
from aiohttp.typedefs import Handler


class Refused(Exception):  # noqa: N818 (an answer of OAuth 2.0, not a fault)
    """An OAuth error answer (RFC 6749, section 5.2); `description` is shown to the developer,
    `code` is the number that Entra ID gives such a refusal."""

    def __init__(self, error: str, code: int, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.code = code
        self.description = f"AADSTS{code}: {description}"


def oauth_error(error: str, description: str, **more: object) -> web.Response:
    status = 401 if error == "invalid_client" else 400
    document = {"error": error, "error_description": description, **more}
    return web.json_response(document, status=status)


@web.middleware
async def oauth_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers a refusal in the shape of Entra ID's token endpoint."""
    try:
        return await handler(request)
    except Refused as refused:
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        timestamp = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
        said = (refused.description, f"Trace ID: {trace}", f"Correlation ID: {correlation}")
        return oauth_error(
            refused.error,
            " ".join((*said, f"Timestamp: {timestamp}")),
            error_codes=[refused.code],
            timestamp=timestamp,
            trace_id=trace,
            correlation_id=correlation,
        )
