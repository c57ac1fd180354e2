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
        packed = _packed(original)
        KEPT.parent.mkdir(exist_ok=True)
        KEPT.write_text(original, "utf-8")
        HOST.write_text(packed, "utf-8")
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise CommandError(f"host.json cannot be packed: {wrong!r}") from None
    return True


def put_back() -> None:
    """Brings host.json back to what it was before `write_packed`, also if that was cut off. Raises
    CommandError when somebody has edited it meanwhile."""
    if not KEPT.is_file():
        return
    kept, now = KEPT.read_text("utf-8"), HOST.read_text("utf-8")
    if now != kept and not _packed(kept).startswith(now):
        raise CommandError(
            f"host.json was edited while packing was cut off: bring it together with {KEPT}, which "
            "is how it was, and delete that file"
        )
    # Renamed, not copied: there is never half a file.
    KEPT.replace(HOST)


def _packed(original: str) -> str:
    document = json.loads(original)
    document["extensions"]["durableTask"]["storageProvider"] = SCHEDULER
    return json.dumps(document, indent=2) + "\n"
