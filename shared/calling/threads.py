"""Ids that are made from others, and so are the same however often something is done."""

import hashlib
from datetime import datetime

from ulid import ULID

TIME = 6
"""Octets of a ULID that tell when it was made."""


def thread_of(run_id: str) -> str:
    """The id of the thread that is made for a run: the same however often the run is started."""
    run = ULID.from_str(run_id).bytes
    return str(ULID.from_bytes(run[:TIME] + hashlib.sha256(run).digest()[:10]))


def call_of_flow(run_id: str, number: int, at: datetime) -> str:
    """The run of a flow's agent call, which was begun then."""
    digest = hashlib.sha256(f"{run_id}:{number}".encode()).digest()
    return str(ULID.from_bytes(ULID.from_datetime(at).bytes[:TIME] + digest[:10]))
