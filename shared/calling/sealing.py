"""A handle for a secure value, for whoever may have one."""

import hashlib
import json

from shared.contracts.credentials import (
    Holder,
    ResolveSecureValue,
    SealedHandle,
    SecretSource,
    SecureAlias,
)
from shared.contracts.identity import Caller
from shared.credentials.names import setting_name, vault_name
from shared.errors import ForbiddenError, NotAllowedError, QuotaExceededError
from shared.ports import Dependencies

MINUTE_SECONDS = 60


async def sealed_value(
    asked: ResolveSecureValue, caller: Caller, deps: Dependencies
) -> SealedHandle:
    """Raises ForbiddenError, NotAllowedError naming what is refused, QuotaExceededError,
    SecretError."""
    values = deps.policy.secure_values
    if values.right not in caller.rights:
        raise ForbiddenError("no_right_to_use", name="config/resolve", right=values.right)
    await _count(caller, deps)
    alias = _alias(asked, caller, deps)
    if asked.mode == "plaintext" and not values.plaintext:
        raise NotAllowedError("plaintext_not_allowed", name=asked.mode)
    holder = Holder(caller.tenant_id, caller.user_id, asked.session_id)
    return await deps.credentials.seal(alias, holder)


def _alias(asked: ResolveSecureValue, caller: Caller, deps: Dependencies) -> SecureAlias:
    """Names are told only to confirm what the alias stands for; an alias that is not for this
    caller is as unknown as one that does not exist."""
    known = {each.name: each for each in deps.policy.secure_values.of(caller)}
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


async def _count(caller: Caller, deps: Dependencies) -> None:
    now = deps.now()
    named = [caller.tenant_id, caller.user_id]
    subject = f"resolve-{hashlib.sha256(json.dumps(named).encode()).hexdigest()}"
    limit = deps.policy.secure_values.per_minute
    if await deps.quotas.take(subject, f"{now:%Y%m%d%H%M}", limit) is None:
        raise QuotaExceededError(MINUTE_SECONDS - now.second, "handles_used_up")
