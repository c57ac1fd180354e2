"""Who may call: Microsoft Entra tokens in the header shape of Cosmos DB; keys are switched off.

https://learn.microsoft.com/rest/api/cosmos-db/access-control-on-cosmosdb-resources
"""

import time
from urllib.parse import unquote

from emulator.services.tokens import SigningKeys, TokenRejected

from .answers import unauthorized

AUDIENCES = ("https://localhost", "https://127.0.0.1", "https://cosmos.azure.com")
"""The account's address without its port, by either name; and the scope the SDK falls back to."""

_KNOWN_AT_MOST = 1000


class Gate:
    """Lets requests with a valid token pass; a header that passed once is known until it expires.

    Verifying a signature costs more than a point read, and clients repeat their token.
    """

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys
        self._known: dict[str, float] = {}

    def check(self, header: str | None) -> None:
        """`header` is Authorization: type=aad&ver=1.0&sig=<token>, URL-encoded; raises a 401."""
        if header is None:
            raise unauthorized("Required Header authorization is missing. Send a token.")
        if self._known.get(header, 0.0) > time.time():
            return
        fields = dict(part.partition("=")[::2] for part in unquote(header).split("&"))
        if fields.get("type") != "aad":
            raise unauthorized("Local Authorization is disabled. Use an AAD token to authorize.")
        expires = self._verify(fields.get("sig", ""))
        if len(self._known) >= _KNOWN_AT_MOST:
            self._known.clear()
        self._known[header] = expires

    def _verify(self, token: str) -> float:
        """When the token expires, in epoch seconds."""
        reason = ""
        for audience in AUDIENCES:
            try:
                claims = self._keys.verify(token, audience)
            except TokenRejected as rejected:
                reason = reason or rejected.reason
            else:
                expires = claims["exp"]
                return float(expires) if isinstance(expires, int | float) else 0.0
        raise unauthorized(f"The AAD token was refused: {reason}")
