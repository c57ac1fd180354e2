"""Where the managed-identity endpoint is, and the X-IDENTITY-HEADER its callers must send."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

MSI_PATH = "/msi/token"


def identity_header(config: Mapping[str, object], data: Path) -> str:
    """From the identity section of the config, else made once and kept in `<data>/keys`."""
    configured = config.get("identityHeader")
    if isinstance(configured, str) and configured:
        return configured
    path = data / "keys" / "identity-header"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(descriptor, "w") as file:
        made = secrets.token_hex(16)
        file.write(made)
    return made
