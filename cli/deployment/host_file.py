"""host.json as it is packed: with the Durable Task Scheduler, where a deployment has one.

In the tree it names no scheduler, so that Core Tools and the local host run it as it is. What adds
instances in Azure reads the file that was deployed, and no setting that overrides it."""

import json
from collections.abc import Mapping
from pathlib import Path

from cli.errors import CommandError

HOST = Path("host.json")
KEPT = Path(".azure") / "host.json.kept"
BACKEND = "DURABLE_BACKEND"
CONNECTION = "DURABLE_TASK_SCHEDULER_CONNECTION_STRING"
SCHEDULER = {"type": "azureManaged", "connectionStringName": CONNECTION}


def write_packed(values: Mapping[str, str]) -> bool:
    """Names the scheduler in host.json unless `values` (azd's) want Durable in the storage, and
    keeps the file as it was. Doing it again changes nothing. Says whether host.json now differs
    from the tree's; raises CommandError when it cannot be read or written."""
    put_back()
    if values.get(BACKEND, "").casefold() == "storage":
        return False
    try:
        original = HOST.read_text("utf-8")
        document = json.loads(original)
        document["extensions"]["durableTask"]["storageProvider"] = SCHEDULER
        KEPT.parent.mkdir(exist_ok=True)
        KEPT.write_text(original, "utf-8")
        HOST.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise CommandError(f"host.json cannot be packed: {wrong!r}") from None
    return True


def put_back() -> None:
    """Brings host.json back to what it was before `write_packed`, also if that was cut off."""
    if KEPT.is_file():
        # Renamed, not copied: there is never half a file.
        KEPT.replace(HOST)
