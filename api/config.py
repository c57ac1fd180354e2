"""`POST /api/config/resolve`: a handle that stands for a secret, and never the secret."""

from azurefunctions.extensions.http.fastapi import Response

from api.answers import json_answer
from api.auditing import audit
from api.bodies import parse, read_body
from api.edge import Call
from api.identifiers import new_id
from shared.calling.sealing import sealed_value
from shared.contracts.credentials import ResolveSecureValue, SecureValueResolved

MADE_UP = "dev-ONLY"
"""What the plan's simulator gets in place of a value."""


async def resolve(call: Call) -> Response:
    """Raises ForbiddenError, NotAllowedError naming what is refused, QuotaExceededError."""
    asked = parse(ResolveSecureValue, call.request, await read_body(call.request), call.language)
    sealed = await sealed_value(asked, call.caller, call.deps)
    await _audit(asked, call)
    plain = asked.mode == "plaintext"
    return json_answer(
        SecureValueResolved(
            handle_id=sealed.handle,
            expires_at=sealed.expires_at,
            mock=True if plain else None,
            value=MADE_UP if plain else None,
        ),
        headers={"Cache-Control": "no-store"},
    )


async def _audit(asked: ResolveSecureValue, call: Call) -> None:
    """Who got a handle, for what; neither the handle nor where the secret is."""
    await audit(
        call,
        "config.resolved",
        f"handles-{call.caller.user_id}",
        f"{new_id()}-handle",
        details={"alias": asked.alias, "source": asked.source, "sessionId": asked.session_id},
    )
