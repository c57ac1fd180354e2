"""`python -m emulator.host --app DIR`: run a function app on this machine."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from socket import socket
from typing import NoReturn, override

from emulator.host.app_python import interpreter
from emulator.host.console import log_to_console
from emulator.host.data_folder import default_folder, taken
from emulator.host.host_json import effective, without_effect
from emulator.host.keys import FunctionScope, HostScope, KeyRing, SystemScope, keys_folder
from emulator.host.log_levels import host_category
from emulator.host.open_files import raise_open_file_limit
from emulator.host.ports import port_of, rpc_port_for, take_port
from emulator.host.settings import (
    CannotStart,
    HostSettings,
    LocalSettings,
    allowed_origins,
    read_durable,
    read_env_file,
    read_host_json,
    read_http_limits,
    read_local_settings,
    read_policy,
)
from emulator.host.worker_process import WorkerSpec, spawn

_log = logging.getLogger("host")


class _OneLineParser(argparse.ArgumentParser):
    @override
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (--help lists the options)\n")


def main(argv: list[str] | None = None) -> int:
    """Run until SIGINT or SIGTERM; returns the exit code: 2 bad input, 3 a port in use."""
    options = _parser().parse_args(argv)
    try:
        return _run(options)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:  # before the event loop takes the signal
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = _OneLineParser(prog="emulator.host", description="Run a Python v2 function app.")
    parser.add_argument("--app", type=Path, default=Path(), help="folder of function_app.py")
    parser.add_argument("--python", type=Path, help="the app's virtual environment; this one")
    parser.add_argument("--port", type=int, help="of HTTP functions; 7071 (0: any free one)")
    parser.add_argument("--rpc-port", type=int, help="of the Durable RPC; --port + 10000")
    parser.add_argument("--data", type=Path, help="folder for state; one of the user's")
    parser.add_argument("--workers", type=int, default=1, help="number of worker processes; 1")
    parser.add_argument("--env-file", type=Path, help="NAME=value lines; they win over the rest")
    parser.add_argument(
        "--keys", action="store_true", help="ask for function, host, system and master keys"
    )
    parser.add_argument("--show-keys", action="store_true", help="print the app's keys and end")
    parser.add_argument(
        "--start-timeout", type=float, default=60.0, help="seconds to load the app in; 60"
    )
    parser.add_argument(
        "--hang-timeout",
        type=float,
        default=30.0,
        help="seconds after which a worker whose event loop is blocked is ended; 30 (0: never)",
    )
    parser.add_argument(
        "--cors",
        default="",
        metavar="ORIGINS",
        help="origins that browsers may call from, besides those of local.settings.json; commas",
    )
    parser.add_argument("--no-watch", action="store_true", help="do not reload changed files")
    return parser


def _run(options: argparse.Namespace) -> int:
    app: Path = options.app.resolve()
    if not app.is_dir():
        raise CannotStart(f"{options.app} is not a folder: pass the app's folder with --app", 2)
    if options.workers < 1:
        raise CannotStart("--workers must be at least 1", 2)
    data: Path = (options.data or default_folder(app, os.environ)).resolve()
    if options.show_keys:
        return _show_keys(data)
    python = interpreter(options.python)
    port: int = options.port if options.port is not None else read_local_settings(app).port or 7071
    rpc_port: int = options.rpc_port if options.rpc_port is not None else rpc_port_for(port)
    main, rpc = take_port(port, "--port"), take_port(rpc_port, "--rpc-port")

    def read() -> HostSettings:
        return _read(options, app, data, port_of(main), port_of(rpc))

    settings = read()
    announce = f"READY host {settings.url}"
    raise_open_file_limit()
    with main, rpc, taken(data):
        # Whoever calls between two rounds waits: the listening sockets stay open.
        while _serve(settings, _spec(options, settings, python), (main, rpc), announce, read):
            settings, announce = read(), ""
    return 0


def _read(
    options: argparse.Namespace, app: Path, data: Path, port: int, rpc_port: int
) -> HostSettings:
    """The settings in force; raises CannotStart when a file cannot be used."""
    local = read_local_settings(app)
    extra = read_env_file(options.env_file) if options.env_file else {}
    host_json = effective(read_host_json(app), {**local.values, **os.environ, **extra})
    environment = _environment(app, port, local, extra)
    return HostSettings(
        app=app,
        data=data,
        port=port,
        rpc_port=rpc_port,
        workers=options.workers,
        watch=not options.no_watch,
        enforce_keys=options.keys,
        environment=environment,
        host_json=host_json,
        cors=allowed_origins(local.cors, options.cors),
        policy=read_policy(host_json),
        durable=read_durable(host_json, environment),
        http_limits=read_http_limits(host_json),
    )


def _spec(options: argparse.Namespace, settings: HostSettings, python: str) -> WorkerSpec:
    return WorkerSpec(
        settings.app,
        settings.environment,
        settings.log_levels,
        start_seconds=options.start_timeout,
        hang_seconds=options.hang_timeout,
        python=python,
    )


def _serve(
    settings: HostSettings,
    spec: WorkerSpec,
    listening: tuple[socket, socket],
    announce: str,
    read: Callable[[], object],
) -> bool:
    """Run a host until it is told to stop; True when it asks for a round with other settings."""
    keys = KeyRing(keys_folder(settings.data))
    log_to_console(settings.log_levels, host_category)
    _tell(settings, keys)
    # The workers import the app while this process imports its HTTP stack.
    first = [spawn(spec) for _ in range(settings.workers)]

    import uvloop

    from emulator.host.host import Host, Listeners

    def ready() -> None:
        if announce:
            print(announce, flush=True)

    async def serve() -> bool:
        host = Host(settings, keys, spec, first, read)
        return await host.run(Listeners(*(one.dup() for one in listening)), ready)

    return uvloop.run(serve())


def _tell(settings: HostSettings, keys: KeyRing) -> None:
    _log.info("State is kept in %s", settings.data)
    ignored = without_effect(settings.host_json)
    if ignored:
        _log.warning("host.json: no effect here, not supported: %s", ", ".join(ignored))
    if settings.enforce_keys:
        _log.info("Keys are asked for: --show-keys prints them, they are in %s", keys.folder)


def _show_keys(data: Path) -> int:
    keys = KeyRing(keys_folder(data))
    print(f"master\t{keys.master}")
    for name, value in keys.of(HostScope()).items():
        print(f"host {name}\t{value}")
    for name, value in keys.of(SystemScope()).items():
        print(f"system {name}\t{value}")
    for function in keys.functions():
        for name, value in keys.of(FunctionScope(function)).items():
            print(f"function {function} {name}\t{value}")
    return 0


def _environment(
    app: Path, port: int, local: LocalSettings, extra: Mapping[str, str]
) -> Mapping[str, str]:
    """The workers' environment; as with func, a variable that is set wins over a local setting."""
    hidden = sorted(local.values.keys() & os.environ.keys())
    if hidden:
        _log.info("Already in the environment, not read from local.settings.json: %s", hidden)
    return {
        **local.values,
        **os.environ,
        **extra,
        "FUNCTIONS_WORKER_RUNTIME": "python",
        "AzureWebJobsScriptRoot": str(app),
        "AZURE_FUNCTIONS_ENVIRONMENT": "Development",
        "WEBSITE_HOSTNAME": f"127.0.0.1:{port}",
    }


if __name__ == "__main__":
    sys.exit(main())
