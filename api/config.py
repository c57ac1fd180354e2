"""`POST /api/config/resolve`: a handle that stands for a secret, and never the secret."""

import hashlib
import json
import logging

from azurefunctions.extensions.http.fastapi import Response

from api.answers import json_answer
from api.auditing import audit
from api.bodies import parse, read_body
from api.edge import Call
from api.identifiers import new_id
from shared.contracts.credentials import (
    Holder,
    ResolveSecureValue,
    SecretSource,
    SecureAlias,
    SecureValueResolved,
)
from shared.credentials.names import setting_name, vault_name
from shared.errors import ForbiddenError, NotAllowedError, QuotaExceededError

log = logging.getLogger("eira.http")

MINUTE_SECONDS = 60
MADE_UP = "dev-ONLY"
"""What the plan's simulator gets in place of a value."""


async def resolve(call: Call) -> Response:
    """Raises ForbiddenError, NotAllowedError naming what is refused, QuotaExceededError."""
    asked = parse(ResolveSecureValue, call.request, await read_body(call.request), call.language)
    values = call.deps.policy.secure_values
    if values.right not in call.caller.rights:
        raise ForbiddenError("no_right_to_use", name="config/resolve", right=values.right)
    await _count(call)
    alias = _alias(asked, call)
    if asked.mode == "plaintext" and not values.plaintext:
        raise NotAllowedError("plaintext_not_allowed", name=asked.mode)
    holder = Holder(call.caller.tenant_id, call.caller.user_id, asked.session_id)
    sealed = await call.deps.credentials.seal(alias, holder)
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


def _alias(asked: ResolveSecureValue, call: Call) -> SecureAlias:
    """Names are told only to confirm what the alias stands for; an alias that is not for this
    caller is as unknown as one that does not exist."""
    known = {each.name: each for each in call.deps.policy.secure_values.of(call.caller)}
    alias = known.get(asked.alias)
    if alias is None or alias.secret.source != asked.source:
        raise NotAllowedError("alias_not_allowed", name=asked.alias)
    for field, told in (("name", asked.name), ("secret", asked.secret)):
        if told is not None and _meant(field, told, asked.source) != alias.secret.name:
            raise NotAllowedError("secret_not_allowed", name=field)
    return alias


def _meant(field: str, told: str, source: SecretSource) -> str | None:
    """The name that the settings know it by; None for a name of the other source."""
    match field, source:
        case "name", "app_settings":
            return setting_name(told)
        case "secret", "key_vault":
            return vault_name(told)
        case _:
            return None


async def _count(call: Call) -> None:
    now = call.deps.now()
    named = [call.caller.tenant_id, call.caller.user_id]
    subject = f"resolve-{hashlib.sha256(json.dumps(named).encode()).hexdigest()}"
    limit = call.deps.policy.secure_values.per_minute
    if await call.deps.quotas.take(subject, f"{now:%Y%m%d%H%M}", limit) is None:
        raise QuotaExceededError(MINUTE_SECONDS - now.second, "handles_used_up")


async def _audit(asked: ResolveSecureValue, call: Call) -> None:
    """Who got a handle, for what; neither the handle nor where the secret is."""
    await audit(
        call,
        "config.resolved",
        f"handles-{call.caller.user_id}",
        f"{new_id()}-handle",
        details={"alias": asked.alias, "source": asked.source, "sessionId": asked.session_id},
    )
