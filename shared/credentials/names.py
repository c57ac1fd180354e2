"""How a secret is written in the settings, and what it is called in Key Vault.

The one rule: without `kv://` and without a leading `secrets/`, slashes become hyphens. So
`kv://openai/prod-key` is `openai-prod-key`, and `secrets/search-prod-key` is `search-prod-key`.
"""

import re
from collections.abc import Iterable

REFERENCE = re.compile(r"(?:kv://(?:secrets/)?|secrets/)([0-9A-Za-z-]+(?:/[0-9A-Za-z-]+)*)")
LONGEST = 127
"""Characters of a name in Key Vault, which has letters, digits and hyphens."""


def path_of(reference: str) -> str | None:
    """`openai/prod-key` of `kv://openai/prod-key`; None for what is no reference: a bare word could
    be the secret itself."""
    found = REFERENCE.fullmatch(reference)
    return found[1] if found and len(found[1]) <= LONGEST else None


def vault_name(reference: str) -> str | None:
    path = path_of(reference)
    return None if path is None else path.replace("/", "-")


def setting_name(written: str) -> str:
    """An app setting's name has no case, and the plan also writes a colon for two underscores."""
    return written.replace(":", "__").lower()


def collision(references: Iterable[str]) -> tuple[str, str] | None:
    """Two references that mean different secrets and would be one in Key Vault, whose names have no
    case."""
    known: dict[str, str] = {}
    for reference in references:
        path = path_of(reference)
        if path is None:
            continue
        name = path.replace("/", "-").lower()
        other = known.setdefault(name, reference)
        if (path_of(other) or "").lower() != path.lower():
            return other, reference
    return None
