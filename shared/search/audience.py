"""Who may find what: the filter that every query carries, whatever its caller asked for."""

from collections.abc import Iterable, Sequence

from shared.search.fields import EVERY_ROLE, EVERY_TENANT

DELIMITERS = ",|;~"


def audience_filter(
    tenant_id: str, roles: Sequence[str], other_versions: Sequence[str] = ()
) -> str:
    """Documents of the tenant or of all, that everybody or one of the roles may read; of what all
    share, nothing that belongs to another version of the pack than the conversation's."""
    allowed = one_of("r", (EVERY_ROLE, *roles))
    tenants = f"tenantId eq '{EVERY_TENANT}' or tenantId eq {quoted(tenant_id)}"
    audience = f"({tenants}) and allowedRoles/any(r: {allowed})"
    if not other_versions:
        return audience
    others = f"tenantId eq '{EVERY_TENANT}' and {one_of('version', other_versions)}"
    return f"{audience} and not ({others})"


def one_of(field: str, values: Iterable[str]) -> str:
    """An OData filter: the field has one of the values, of which there is at least one."""
    wanted = tuple(values)
    joined = "".join(wanted)
    # A delimiter that is in no value: else one role's name could hold another's.
    delimiter = next((each for each in DELIMITERS if each not in joined), None)
    if delimiter is None or "" in wanted:
        return f"({' or '.join(f'{field} eq {quoted(value)}' for value in wanted)})"
    return f"search.in({field}, {quoted(delimiter.join(wanted))}, '{delimiter}')"


def quoted(value: str) -> str:
    """A text as OData writes it: in quotes, those inside doubled."""
    return "'" + value.replace("'", "''") + "'"
