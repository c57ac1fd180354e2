"""What must be true of the store once everything has ended."""

import sqlite3
from contextlib import closing
from pathlib import Path

from emulator.host.durable.history import ANSWERS, Kind

_ANSWERS = ", ".join(str(int(kind)) for kind in sorted(ANSWERS))

_NEVER = {
    "a task was answered twice": (
        f"SELECT instance_id, ref, count(*) FROM history WHERE kind IN ({_ANSWERS})"  # noqa: S608 - a constant
        " GROUP BY instance_id, ref HAVING count(*) > 1"
    ),
    "an instance has not ended": (
        "SELECT id, status FROM instances WHERE status NOT IN ('Completed', 'Failed', 'Terminated')"
    ),
    "a history has gaps": (
        "SELECT instance_id, count(*), max(position) FROM history GROUP BY instance_id"
        " HAVING count(*) <> max(position) + 1"
    ),
    "an execution ended twice": (
        f"SELECT instance_id, count(*) FROM history WHERE kind = {int(Kind.EXECUTION_COMPLETED)}"  # noqa: S608 - a constant
        " GROUP BY instance_id HAVING count(*) > 1"
    ),
    "a message was left": "SELECT instance_id, kind, name FROM inbox",
    "an activity was left": "SELECT instance_id, name FROM work",
    "an operation was left": "SELECT entity, name FROM operations",
}


def faults_in(database: Path) -> list[str]:
    """Sentences about what should not be there; the host must have stopped."""
    with closing(sqlite3.connect(database)) as connection:
        return [
            f"{what}: {row}" for what, query in _NEVER.items() for row in connection.execute(query)
        ]
