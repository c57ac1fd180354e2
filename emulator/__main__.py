"""`python -m emulator up` runs a function app and the services it needs until Ctrl-C."""

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from emulator.cloud import CloudError, running_cloud
from emulator.plan import APP_PORT, CloudOptions, Ports

_EXAMPLE = "example: python -m emulator up --app . --config demo/cloud.json --data .eira"


def main(argv: Sequence[str] | None = None) -> int:
    """Exit codes: 0 told to stop, 1 a process died, 2 unusable input, 3 port or folder in use."""
    parsed = _parse(argv)
    if parsed.command == "embed":
        return _embed(parsed.file)
    try:
        return asyncio.run(_up(_options(parsed)))
    except CloudError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 0


def _embed(file: Path) -> int:
    """Compute the vectors of the texts on standard input (a JSON array), and keep them."""
    from emulator.services.embedding import Embedder
    from emulator.services.vector_file import VectorFile

    texts: list[str] = json.load(sys.stdin)
    embedder = Embedder(file=VectorFile(file), threads=os.cpu_count() or 1)
    for number, text in enumerate(texts, start=1):
        embedder.embed([text])
        print(f"\r  {number} of {len(texts)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return 0


async def _up(options: CloudOptions) -> int:
    told_to_stop = asyncio.Event()
    starting = asyncio.current_task()
    assert starting is not None

    def stop() -> None:
        # The first signal ends the start or the wait; later ones must not disturb the clean-up.
        if not told_to_stop.is_set():
            told_to_stop.set()
            starting.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop)
    try:
        async with running_cloud(options) as cloud:
            print(f"READY {cloud.urls.app}", flush=True)
            raise await cloud.death()
    except asyncio.CancelledError:
        return 0


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m emulator",
        description="Azure on one machine: a Functions host and the services an app needs.",
        epilog=_EXAMPLE,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    up = commands.add_parser("up", help="start everything; Ctrl-C stops it", epilog=_EXAMPLE)
    up.add_argument("--app", type=Path, help="the folder of function_app.py (the current one)")
    up.add_argument("--config", type=Path, required=True, help="the JSON file of all services")
    up.add_argument("--data", type=Path, required=True, help="the folder to keep data in")
    up.add_argument("--port", type=int, help=f"of the app ({APP_PORT})")
    up.add_argument("--workers", type=int, default=1, metavar="N", help="processes of the app")
    up.add_argument("--fresh", action="store_true", help="forget all stored data first")
    up.add_argument(
        "--without",
        nargs="+",
        action="extend",
        default=[],
        metavar="SERVICE",
        help="do not start these; name real ones in local.settings.json",
    )
    up.add_argument("--settings", type=Path, help="a JSON file of further app settings")
    up.add_argument("--no-host", action="store_true", help="start the services alone")
    ports = up.add_mutually_exclusive_group()
    ports.add_argument("--random-ports", action="store_true", help="any free ones; the app --port")
    ports.add_argument("--ports-from", type=int, metavar="N", help="N, N+1, ... for everybody")
    embed = commands.add_parser("embed", help="compute embeddings ahead of their first use")
    embed.add_argument("--file", type=Path, required=True, help="where to keep them")
    return parser.parse_args(argv)


def _options(parsed: argparse.Namespace) -> CloudOptions:
    ports: Ports = "random" if parsed.random_ports else parsed.ports_from or "configured"
    return CloudOptions(
        config=parsed.config,
        data=parsed.data,
        app=None if parsed.no_host else parsed.app or Path(),
        port=parsed.port,
        workers=parsed.workers,
        fresh=parsed.fresh,
        without=frozenset(parsed.without),
        settings=parsed.settings,
        ports=ports,
    )


if __name__ == "__main__":
    sys.exit(main())
