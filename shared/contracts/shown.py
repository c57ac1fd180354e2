"""How a call is shown to people: what it and its arguments are called, where its record is."""

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from shared.contracts.identity import Language
from shared.contracts.tools import ToolContract


def label_of(contract: ToolContract | None, language: Language) -> str | None:
    """What people call the tool; None where its pack has no word for it."""
    return contract.label.get(language) if contract else None


def labels_of(
    contract: ToolContract | None, names: Iterable[str], language: Language
) -> dict[str, str]:
    """What people call the arguments of these names."""
    schemas = contract.arguments.get("properties", {}) if contract else {}
    found = {name: schemas.get(name, {}).get("x-label", {}).get(language) for name in names}
    return {name: label for name, label in found.items() if label}


def record_url_of(
    contract: ToolContract | None,
    result: Mapping[str, object] | None,
    base: str | None,
    tenant_id: str,
) -> str | None:
    """Where people see the record that a call has answered: the tool's `recordUrl` below the ERP's
    pages. `base` may hold `{tenantId}`."""
    record_id = (result or {}).get("id")
    if contract is None or contract.record_url is None or base is None or record_id is None:
        return None
    where = base.rstrip("/").replace("{tenantId}", quote(tenant_id, safe=""))
    return where + contract.record_url.replace("{id}", quote(str(record_id), safe=""))
