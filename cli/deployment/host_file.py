"""host.json as it is packed: with the Durable Task Scheduler, where a deployment has one.

In the tree it names no scheduler, so that Core Tools and the local host run it as it is. What adds
instances in Azure reads the file that was deployed, and no setting that overrides it."""

import json
import sys
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
        _write(KEPT, original)
        _write(HOST, packed)
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise CommandError(f"host.json cannot be packed: {wrong!r}") from None
    return True


def put_back() -> None:
    """Brings host.json back to what it was before `write_packed`, also if that was cut off; one
    that is somebody's meanwhile stays. Raises CommandError when it is both packed and edited."""
    if not KEPT.is_file():
        return
    try:
        kept, now = KEPT.read_text("utf-8"), HOST.read_text("utf-8")
    except (OSError, ValueError) as wrong:
        raise CommandError(f"host.json cannot be put back: {wrong!r}") from None
    packed = _packed_or_none(kept)
    if now == kept or (packed is not None and packed.startswith(now)):
        # Renamed, not copied: there is never half a file.
        KEPT.replace(HOST)
    elif _names_the_scheduler(now):
        raise CommandError(
            f"host.json was edited while packing was cut off: bring it together with {KEPT}, which "
            "is how it was, and delete that file"
        )
    else:
        KEPT.unlink()
        print(f"{HOST} was changed since it was packed: it stays as it is", file=sys.stderr)


def _write(file: Path, text: str) -> None:
    """The whole of it or nothing, also when this is cut off."""
    part = file.with_name(f"{file.name}.part")
    part.write_text(text, "utf-8")
    part.replace(file)


def _packed_or_none(kept: str) -> str | None:
    """None of what is no host.json: only half of it was kept, or somebody wrote it."""
    try:
        return _packed(kept)
    except (ValueError, KeyError, TypeError):
        return None


def _names_the_scheduler(text: str) -> bool:
    """As only what was packed does: the tree's does not."""
    try:
        return bool(json.loads(text)["extensions"]["durableTask"]["storageProvider"] == SCHEDULER)
    except (ValueError, KeyError, TypeError):
        return True


def _packed(original: str) -> str:
    document = json.loads(original)
    document["extensions"]["durableTask"]["storageProvider"] = SCHEDULER
    return json.dumps(document, indent=2) + "\n"
