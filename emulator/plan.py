"""What is to be started, on which ports and with which settings; nothing is started here."""

import json
import os
import random
import re
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from emulator.services.configuration import ConfigurationError, as_object, read_object, services_of

type Ports = Literal["configured", "random"] | int
"""As the config says, any free ones, or one after the other from a number on."""

APP_PORT = 7071

RPC_PORT_DISTANCE = 10_000
"""The host serves Durable's RPC on its port plus this."""

type _NextPort = Callable[[int], int]
"""Gives the port to use for a configured one."""

_PORT_KEYS = ("port", "httpPort")
# Below the range from which Linux takes the ports of outgoing connections, also with the distance.
_RANDOM_PORTS = range(10_000, 22_000)
_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")


@dataclass(frozen=True, slots=True)
class CloudOptions:
    """What a person asks for; `app` None starts the services alone.

    `port` is the app's; None is 7071, or with random ports one of them.
    `settings` is a JSON file of app settings, flat or under "Values", that win over the config's;
    those in the app's own local.settings.json win over both. `fresh` forgets all stored data;
    without `watch` a changed file does not load the app anew.
    """

    config: Path
    data: Path
    app: Path | None = None
    port: int | None = None
    workers: int = 1
    fresh: bool = False
    without: frozenset[str] = frozenset()
    settings: Path | None = None
    ports: Ports = "configured"
    watch: bool = True


@dataclass(frozen=True, slots=True)
class PlannedPort:
    """A port on 127.0.0.1, who needs it, and how to give its owner another one."""

    number: int
    owner: str
    remedy: str

    def is_free(self) -> bool:
        return _is_free(self.number)


@dataclass(frozen=True, slots=True)
class PlannedService:
    """One service process; `overrides` replace values of its section of the config."""

    name: str
    module: Sequence[str]
    ports: Mapping[str, int]
    overrides: Mapping[str, object]

    @property
    def url(self) -> str:
        return f"https://localhost:{self.ports['port']}"

    @property
    def http_url(self) -> str | None:
        """For who does not trust the authority, such as a person's browser."""
        port = self.ports.get("httpPort")
        return None if port is None else _http_url(port)

    def command(self, config: Path, data: Path) -> list[str]:
        """The arguments behind `python -m`."""
        flags = ["--config", str(config), "--data", str(data), "--port", str(self.ports["port"])]
        for key, value in self.overrides.items():
            flags += ["--set", f"{key}={json.dumps(value)}"]
        return [*self.module, *flags]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is fixed before the first process starts."""

    config: Path
    data: Path
    services: Sequence[PlannedService]
    app: Path | None
    app_port: int
    workers: int
    watch: bool
    app_settings: Mapping[str, str]
    ports: Sequence[PlannedPort]
    identity: Mapping[str, object]
    cors: Sequence[str] = ()

    @property
    def app_url(self) -> str:
        return f"http://127.0.0.1:{self.app_port}"

    def service(self, name: str) -> PlannedService | None:
        return next((one for one in self.services if one.name == name), None)

    def host_command(self) -> list[str]:
        """The arguments behind `python -m`."""
        flags = ["--port", str(self.app_port), "--workers", str(self.workers)]
        flags += [] if self.watch else ["--no-watch"]
        flags += ["--cors", ",".join(self.cors)] if self.cors else []
        return ["emulator.host", "--app", str(self.app), "--data", str(self.data / "host"), *flags]


def make_plan(options: CloudOptions) -> Plan:
    """Reads all files and settles all ports; raises `ConfigurationError`."""
    config = options.config.resolve()
    sections = services_of(config)
    if unknown := sorted(options.without - set(sections)):
        raise ConfigurationError(
            f"There is no service {unknown[0]!r}; the services are: {', '.join(sections)}."
        )
    wanted = {name: one for name, one in sections.items() if name not in options.without}
    next_port = _port_source(options.ports)
    app_port = _app_port(options, next_port)
    numbers = {name: _ports_of(name, one, config, next_port) for name, one in wanted.items()}
    values = _urls_of(numbers) | {
        "app.url": f"http://127.0.0.1:{app_port}",
        "data": str(options.data.resolve()),
    }
    # Those of a service that is left out are known too, and stand for nothing.
    known = set(values) | {
        f"services.{name}.{which}" for name in sections for which in ("url", "httpUrl")
    }
    document = read_object(config)
    _check_placeholders(document, known, config)
    services = [
        PlannedService(
            name=name,
            module=_module(name, section),
            ports=numbers[name],
            overrides=_overrides(section, numbers[name], values),
        )
        for name, section in wanted.items()
    ]
    return Plan(
        config=config,
        data=options.data.resolve(),
        services=services,
        app=_app_folder(options.app),
        app_port=app_port,
        workers=options.workers,
        watch=options.watch,
        app_settings=_app_settings(config, options, values),
        ports=_planned_ports(services, options, app_port),
        identity=sections.get("identity", {}),
        cors=_cors(document, values, config),
    )


def _urls_of(numbers: Mapping[str, Mapping[str, int]]) -> dict[str, str]:
    urls = {}
    for name, ports in numbers.items():
        urls[f"services.{name}.url"] = f"https://localhost:{ports['port']}"
        if "httpPort" in ports:
            urls[f"services.{name}.httpUrl"] = _http_url(ports["httpPort"])
    return urls


def _http_url(port: int) -> str:
    return f"http://localhost:{port}"


def _cors(document: Mapping[str, object], values: Mapping[str, str], config: Path) -> Sequence[str]:
    """The origins that browsers may call the app from; those of services left out are not."""
    host = as_object(document.get("host", {}), f'{config}: "host"')
    origins = host.get("cors", [])
    if not isinstance(origins, list):
        raise ConfigurationError(f'{config}: "host.cors" must be a JSON list of origins.')
    filled = [_text(_filled(origin, values)) for origin in origins]
    return [origin for origin in filled if not _PLACEHOLDER.search(origin)]


def _app_port(options: CloudOptions, next_port: _NextPort) -> int:
    if options.ports == "random" and options.port is not None:
        return options.port
    return next_port(APP_PORT if options.port is None else options.port)


def _app_folder(app: Path | None) -> Path | None:
    if app is None:
        return None
    folder = app.resolve()
    if not (folder / "function_app.py").is_file():
        raise ConfigurationError(f"{folder}: there is no function_app.py; name the app's folder.")
    if (settings := folder / "host.json").exists():
        read_object(settings)
    return folder


def _module(name: str, section: Mapping[str, object]) -> Sequence[str]:
    module = section.get("module")
    return ("emulator.services", name) if module is None else (str(module),)


def _port_source(ports: Ports) -> _NextPort:
    if isinstance(ports, int):
        numbers = iter(range(ports, 65_536))
        return lambda _: next(numbers)
    if ports == "configured":
        return lambda configured: configured
    taken: set[int] = set()

    def draw(_: int) -> int:
        while True:
            number = random.SystemRandom().choice(_RANDOM_PORTS)
            # The host needs the port at the distance as well.
            if number not in taken and _is_free(number) and _is_free(number + RPC_PORT_DISTANCE):
                taken.add(number)
                return number

    return draw


def _ports_of(
    name: str, section: Mapping[str, object], config: Path, next_port: _NextPort
) -> Mapping[str, int]:
    numbers = {}
    for key in _PORT_KEYS:
        value = section.get(key)
        if value is None and key == "port":
            raise ConfigurationError(f'{config}: "services.{name}" needs a "port".')
        if value is None:
            continue
        if not isinstance(value, int) or not 0 < value < 65_536:
            raise ConfigurationError(
                f'{config}: "services.{name}.{key}" must be a number from 1 to 65535.'
            )
        numbers[key] = next_port(value)
    return numbers


def _overrides(
    section: Mapping[str, object], ports: Mapping[str, int], values: Mapping[str, str]
) -> Mapping[str, object]:
    """The values that differ from the file: drawn ports, and texts with placeholders."""
    changed: dict[str, object] = {key: number for key, number in ports.items() if key != "port"}
    for key, value in section.items():
        filled = _filled(value, values)
        if filled != value:
            changed[key] = filled
    return changed


def _filled(value: object, values: Mapping[str, str]) -> object:
    """`value` with its placeholders replaced; those without a value are left as they are."""
    match value:
        case str():
            return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), value)
        case list():
            return [_filled(one, values) for one in value]
        case dict():
            return {key: _filled(one, values) for key, one in value.items()}
        case _:
            return value


def _check_placeholders(value: object, known: set[str], config: Path) -> None:
    for text in _texts(value):
        for name in _PLACEHOLDER.findall(text):
            if name not in known:
                raise ConfigurationError(
                    f"{config}: ${{{name}}} stands for nothing; known are "
                    f"{', '.join(sorted(known))}."
                )


def _texts(value: object) -> Iterable[str]:
    match value:
        case str():
            yield value
        case list():
            for one in value:
                yield from _texts(one)
        case dict():
            for one in value.values():
                yield from _texts(one)
        case _:
            return


def _app_settings(
    config: Path, options: CloudOptions, values: Mapping[str, str]
) -> Mapping[str, str]:
    """The config's, then `--settings`, without those of local.settings.json: the host reads it.

    A setting that points to a service left out is left out too, and so is what the caller's own
    environment sets. `appSettingsUnless` names the settings that are only there until somebody
    gives another one, which they are made for.
    """
    document = read_object(config)
    template = as_object(document.get("appSettings", {}), f'{config}: "appSettings"')
    settings = {name: _text(_filled(value, values)) for name, value in template.items()}
    settings = {name: text for name, text in settings.items() if not _PLACEHOLDER.search(text)}
    settings = {name: text for name, text in settings.items() if name not in os.environ}
    local = options.app / "local.settings.json" if options.app is not None else None
    own = _values_of(local) if local is not None and local.exists() else {}
    more = _values_of(options.settings) if options.settings is not None else {}
    unless = as_object(document.get("appSettingsUnless", {}), f'{config}: "appSettingsUnless"')
    given = {*os.environ, *own, *more}
    settings = {name: text for name, text in settings.items() if unless.get(name) not in given}
    return {name: text for name, text in {**settings, **more}.items() if name not in own}


def _values_of(path: Path) -> Mapping[str, str]:
    document = read_object(path)
    values = as_object(document.get("Values", document), f'{path}: "Values"')
    return {name: _text(value) for name, value in values.items()}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _planned_ports(
    services: Iterable[PlannedService], options: CloudOptions, app_port: int
) -> Sequence[PlannedPort]:
    planned = []
    for service in services:
        for key, number in service.ports.items():
            setting = f'"services.{service.name}.{key}" in {options.config}'
            planned.append(PlannedPort(number, service.name, f"change {setting}"))
    if options.app is not None:
        remedy = f"pass --port with another number than {app_port}"
        planned.append(PlannedPort(app_port, "the app", remedy))
        planned.append(PlannedPort(app_port + RPC_PORT_DISTANCE, "the app's Durable RPC", remedy))
    return planned


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # A port whose last user has just ended is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except OSError:
            return False
    return True
