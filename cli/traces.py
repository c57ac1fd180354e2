"""`./eira traces`: what a run did, as its trace tells it."""

import argparse
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ulid import ULID

from shared.telemetry import names

from .app_environment import local_settings, own_environment
from .errors import CommandError
from .trace_tree import Span, spans_of, tree

PATIENCE_SECONDS = 3.0
"""Spans are written half a second after they end."""
POLL_SECONDS = 0.2
FOLDER = "telemetry__folder"
LONGEST_RUN = timedelta(days=4)
"""An approval may be waited for for three."""
KQL = """\
let run = "{run}";
let spans = union requests, dependencies
    | where timestamp between (datetime({begin}) .. datetime({end}));
let trace = toscalar(spans | where tostring(customDimensions["{name}"]) == run
    | summarize arg_min(timestamp, operation_Id) | project operation_Id);
spans
| where operation_Id == trace
| project timestamp, duration, name, success, resultCode, id, operation_ParentId, customDimensions
| order by timestamp asc"""


def run(options: argparse.Namespace) -> int:
    """0; 1 when nothing is known of the run. Raises CommandError for what is no run's id."""
    began = _began(options.run)
    if options.kql:
        print(query(options.run, began))
        return 0
    folder = options.folder or _folder()
    if folder is None:
        raise CommandError(
            "no traces are written on this machine (Telemetry__Folder). Those of Azure are in "
            f"Application Insights; ask there, under Logs:\n\n{query(options.run, began)}"
        )
    spans = _found(folder, options.run)
    if not spans:
        raise CommandError(
            f"nothing is known of {options.run} in {folder}; `--kql` prints what to ask "
            "Application Insights."
        )
    print("\n".join(tree(spans)))
    if not any(span.is_run for span in spans):
        print("\nThe run has not ended yet.")
    return 0


def query(run_id: str, began: datetime) -> str:
    """For Application Insights: every span of the run's trace, the earliest first."""
    begin, end = began - timedelta(minutes=1), began + LONGEST_RUN
    return KQL.format(run=run_id, name=names.RUN, begin=f"{begin:%FT%TZ}", end=f"{end:%FT%TZ}")


def _began(run_id: str) -> datetime:
    try:
        return ULID.from_str(run_id).datetime.astimezone(UTC)
    except ValueError:
        raise CommandError(
            f"'{run_id}' is no id of a run, such as 01JD8ZZZZZZZZZZZZZZZZZZZZZ.", exit_code=2
        ) from None


def _folder() -> Path | None:
    """Where the app that runs here writes them, or the one that the settings are of."""
    for settings in (local_settings(), own_environment()):
        for name, value in settings.items():
            if name.casefold() == FOLDER and value:
                return Path(value)
    return None


def _found(folder: Path, run_id: str) -> tuple[Span, ...]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        spans = spans_of(run_id, _lines(folder))
        if any(span.is_run for span in spans) or time.monotonic() > deadline:
            return spans
        time.sleep(POLL_SECONDS)


def _lines(folder: Path) -> Iterator[str]:
    """Of the file, and of the one before it."""
    file = folder / names.SPANS_FILE
    for path in (file.with_suffix(f".1{file.suffix}"), file):
        if path.exists():
            with path.open(encoding="utf-8", errors="replace") as lines:
                yield from lines
