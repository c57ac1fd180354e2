"""Who may call: a token of this machine's identity service, or one of the configured keys."""

import hmac
from collections.abc import Sequence

from aiohttp import web
from aiohttp.typedefs import Handler

from ..tokens import SigningKeys, TokenRejected
from .errors import RequestError

KEYS = ("api-key", "x-api-key", "x-goog-api-key")
"""Of Azure OpenAI, of Anthropic and of Google."""

AUDIENCE = "https://cognitiveservices.azure.com"


class Access:
    """A middleware that takes a key in the header of any provider's, or `Authorization: Bearer
    KEY-OR-TOKEN`."""

    # aiohttp calls middlewares as (request, handler) only when they carry this mark.
    __middleware_version__ = 1

    def __init__(self, signing: SigningKeys, audiences: Sequence[str], keys: Sequence[str]) -> None:
        self._signing = signing
        self._audiences = audiences
        self._keys = keys

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        key = next((request.headers[name] for name in KEYS if name in request.headers), None)
        if key is not None:
            self._check_key(key)
        else:
            self._check_bearer(request.headers.get("Authorization", ""))
        return await handler(request)

    def _check_key(self, key: str) -> None:
        if not self._is_key(key):
            raise _refused("The API key is not one of this service's keys.")

    def _check_bearer(self, header: str) -> None:
        scheme, _, credential = header.partition(" ")
        credential = credential.strip()
        if scheme.lower() != "bearer" or not credential:
            raise _refused(
                "You didn't provide an API key. Send one as 'api-key', or a bearer token in"
                " 'Authorization'."
            )
        if not self._is_key(credential):
            self._check_token(credential)

    def _check_token(self, token: str) -> None:
        reasons: list[str] = []
        for audience in self._audiences:
            try:
                self._signing.verify(token, audience)
            except TokenRejected as rejected:
                reasons.append(rejected.reason)
            else:
                return
        raise _refused(reasons[0])

    def _is_key(self, candidate: str) -> bool:
        octets = candidate.encode()
        return any(hmac.compare_digest(octets, key.encode()) for key in self._keys)


def _refused(reason: str) -> RequestError:
    return RequestError(reason, code="invalid_api_key", status=401)
