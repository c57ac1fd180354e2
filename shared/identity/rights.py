"""What the roles of a person carry here."""

from collections.abc import Iterable, Mapping, Sequence

from shared.contracts.identity import Caller


def caller_of(
    tenant_id: str,
    user_id: str,
    name: str,
    roles: Iterable[str],
    role_rights: Mapping[str, Sequence[str]],
) -> Caller:
    """A role that nobody declared gives no right."""
    held = tuple(sorted(set(roles)))
    rights = {right for role in held for right in role_rights.get(role, ())}
    return Caller(
        tenant_id=tenant_id,
        user_id=user_id,
        name=name,
        roles=held,
        rights=tuple(sorted(rights)),
    )
