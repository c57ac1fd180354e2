"""`./eira runs`: what the orchestrations of the running host do, and an end for one of them."""

import argparse
import json
import sys
import time
from datetime import UTC, datetime

from .errors import CommandError
from .orchestrations import STATUSES, AwayError, Host, Orchestration, Summary
from .running import find_running
from .timeline import clock, duration, history, listed, short

POLL_SECONDS = 0.5
TAILED = 500
EXIT_BAD_INPUT = 2


def run(options: argparse.Namespace) -> int:
    """0; 1 when the host or the orchestration is not there."""
    _check_status(options.status)
    host = Host(options.host or find_running().app, options.key)
    match options.action:
        case "show":
            _show(host, options.id, as_json=options.json)
        case "tail":
            _tail(host, options.status, options.name)
        case "terminate":
            host.terminate(options.id, options.reason)
            print(f"{options.id} is asked to end.")
        case _:
            _list(host, options)
    return 0


def _check_status(text: str) -> None:
    for status in filter(None, text.split(",")):
        if status.strip().lower() not in STATUSES:
            raise CommandError(
                f"there is no status '{status}'; --status takes: {', '.join(STATUSES)}.",
                exit_code=EXIT_BAD_INPUT,
            )


def _list(host: Host, options: argparse.Namespace) -> None:
    found = host.latest(status=options.status, name=options.name, top=options.top)
    if options.json:
        print(json.dumps([one.model_dump(mode="json") for one in found], indent=2))
    elif found:
        print("\n".join(listed(found, datetime.now(UTC))))
    else:
        print("no orchestration matches.", file=sys.stderr)


def _show(host: Host, instance: str, *, as_json: bool) -> None:
    orchestration: Orchestration = host.show(instance)
    if as_json:
        print(json.dumps(orchestration.model_dump(mode="json"), indent=2, ensure_ascii=False))
    else:
        print("\n".join(history(orchestration, datetime.now(UTC), host.show)))


def _tail(host: Host, status: str, name: str) -> None:
    """A line for every change, until Ctrl-C; a host that is started again is waited for."""
    seen: dict[str, Summary] = {}
    away = False
    first = True
    try:
        while True:
            try:
                found = host.latest(status=status, name=name, top=TAILED)
            except AwayError:
                if first:
                    raise
                if not away:
                    print("the host does not answer; waiting for it …", file=sys.stderr)
                away = True
            else:
                away = False
                for one in sorted(found, key=lambda each: each.updated):
                    _tell(one, seen.get(one.id), quietly=first)
                    seen[one.id] = one
                first = False
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        return


def _tell(one: Summary, before: Summary | None, *, quietly: bool) -> None:
    # What had ended before the first look is no news.
    if (quietly and one.ended) or (before is not None and before.status == one.status):
        return
    took = f" after {duration(one.updated - one.created)}" if one.ended else ""
    error = f": {short(one.error)}" if one.error is not None else ""
    moment = clock(one.updated if one.ended else one.created)
    print(f"{moment} {one.status:<11} {one.name} {one.id}{took}{error}", flush=True)
