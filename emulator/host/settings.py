"""What a host is told: host.json, local.settings.json, an env file and the command line."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from emulator.host.durable.settings import DurableSettings
from emulator.host.invocation_policy import InvocationPolicy
from emulator.host.log_levels import LogLevels

# Atomic: a comment is taken whole, in one way, however many slashes and stars it has.
_COMMENT = r"(?>//[^\n]*|/\*.*?\*/)"
# Texts are found too: what looks like a comment in one of them (a URL) is none.
_OVERLOOKED = re.compile(rf'"(?:\\.|[^"\\])*"|{_COMMENT}|,(?=(?:\s|{_COMMENT})*+[}}\]])', re.DOTALL)
_UNLIMITED = -1


class CannotStart(Exception):  # noqa: N818 - reads as what it is
    """The host cannot start; the message says in one line what to do."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True)
class Cors:
    """The origins that browsers may call from; `*` allows all."""

    origins: tuple[str, ...]
    credentials: bool


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """How many HTTP requests may run, and how many run or wait, at once; None is no limit."""

    concurrent: int | None = None
    outstanding: int | None = None


@dataclass(frozen=True, slots=True)
class HostSettings:
    """Everything that is fixed while a host runs."""

    app: Path
    data: Path
    port: int
    rpc_port: int
    workers: int
    watch: bool
    enforce_keys: bool
    environment: Mapping[str, str]
    host_json: Mapping[str, object]
    cors: Cors | None
    policy: InvocationPolicy
    durable: DurableSettings
    http_limits: HttpLimits

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def rpc_url(self) -> str:
        return f"http://127.0.0.1:{self.rpc_port}"

    @property
    def route_prefix(self) -> str:
        return str(section(self.host_json, "extensions", "http").get("routePrefix", "api"))

    @property
    def custom_headers(self) -> Mapping[str, str]:
        found = section(self.host_json, "extensions", "http", "customHeaders")
        return {name: str(value) for name, value in found.items()}

    @property
    def log_levels(self) -> LogLevels:
        """From logging.logLevel: by category, Information where nothing is said."""
        return LogLevels.of_names(section(self.host_json, "logging", "logLevel"))


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """local.settings.json: app settings and the part about the local host."""

    values: Mapping[str, str]
    port: int | None
    cors: Cors | None


def read_local_settings(app: Path) -> LocalSettings:
    """Read local.settings.json; an app without one has none. Raises CannotStart."""
    file = app / "local.settings.json"
    document = read_json_object(file)
    if document.get("IsEncrypted") is True:
        raise CannotStart(f"{file} is encrypted: run `func settings decrypt` in its folder", 2)
    values = {name: _as_text(value) for name, value in section(document, "Values").items()}
    for name, value in section(document, "ConnectionStrings").items():
        # As Core Tools names them; one may be an object that names its provider too.
        text = value.get("ConnectionString", "") if isinstance(value, Mapping) else value
        values[f"ConnectionStrings:{name}"] = _as_text(text)
    runtime = values.get("FUNCTIONS_WORKER_RUNTIME", "python")
    if runtime.lower() != "python":
        raise CannotStart(
            f"{file}: FUNCTIONS_WORKER_RUNTIME is {runtime}: this host runs Python apps only", 2
        )
    host = section(document, "Host")
    port = host.get("LocalHttpPort")
    if port is not None and not str(port).isdecimal():
        raise CannotStart(f"{file}: Host.LocalHttpPort is {port!r}: it must be a port number", 2)
    return LocalSettings(values, int(str(port)) if port is not None else None, _cors(host))


def read_host_json(app: Path) -> Mapping[str, object]:
    """Read host.json; an app may have none. Raises CannotStart when it is broken."""
    file = app / "host.json"
    document = read_json_object(file)
    if document and document.get("version") != "2.0":
        raise CannotStart(f'{file} must say "version": "2.0"', 2)
    return document


def read_durable(
    host_json: Mapping[str, object], app_settings: Mapping[str, str]
) -> DurableSettings:
    """What host.json says about Durable Functions; raises CannotStart."""
    try:
        return DurableSettings.from_host_json(host_json, app_settings)
    except ValueError as error:
        raise CannotStart(str(error), 2) from error


def read_http_limits(host_json: Mapping[str, object]) -> HttpLimits:
    """The limits of `extensions.http`; raises CannotStart for what is no limit."""
    http = section(host_json, "extensions", "http")
    return HttpLimits(_limit(http, "maxConcurrentRequests"), _limit(http, "maxOutstandingRequests"))


def read_policy(host_json: Mapping[str, object]) -> InvocationPolicy:
    """The time limit and the retries that host.json sets; raises CannotStart."""
    try:
        return InvocationPolicy.from_host_json(host_json)
    except ValueError as error:
        raise CannotStart(f"host.json: {error}", 2) from error


def read_env_file(file: Path) -> Mapping[str, str]:
    """Read `NAME=value` lines; `#` starts a comment line. Raises CannotStart."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except OSError as error:
        raise CannotStart(f"{file} cannot be read: {error.strerror}", 2) from error
    found = {}
    for number, line in enumerate(lines, 1):
        text = line.strip().removeprefix("export ")
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.partition("=")
        if not equals:
            raise CannotStart(f"{file}, line {number}: expected NAME=value", 2)
        found[name.strip()] = _unquoted(value.strip())
    return found


def read_json_object(file: Path) -> Mapping[str, object]:
    """The JSON object in `file`, empty when there is no file; raises CannotStart when broken.

    Comments and commas before a closing bracket are overlooked, as by the real host's Json.NET.
    """
    try:
        document = json.loads(_OVERLOOKED.sub(_blank, file.read_text("utf-8-sig")))
    except FileNotFoundError:
        return {}
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise CannotStart(f"{file} is not valid JSON: {where}: {error.msg}", 2) from error
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStart(f"{file} cannot be read: {error}", 2) from error
    if not isinstance(document, dict):
        raise CannotStart(f"{file} must hold a JSON object", 2)
    return document


def _blank(found: re.Match[str]) -> str:
    """Spaces of the same length and lines, so that errors are said where they are."""
    text = found[0]
    return text if text.startswith('"') else re.sub(r"[^\n]", " ", text)


def section(document: Mapping[str, object], *path: str) -> Mapping[str, object]:
    """The object at `path`; empty when it is missing or is no object."""
    found: object = document
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _limit(http: Mapping[str, object], name: str) -> int | None:
    match http.get(name, _UNLIMITED):
        case int(value) if value == _UNLIMITED:
            return None
        case int(value) if value > 0 and not isinstance(value, bool):
            return value
        case other:
            wanted = f"a whole number above 0, or {_UNLIMITED} for no limit"
            raise CannotStart(f"host.json: extensions.http.{name} is {other!r}: give {wanted}", 2)


def _cors(host: Mapping[str, object]) -> Cors | None:
    allowed = _origins(str(host.get("CORS") or ""))
    return Cors(allowed, host.get("CORSCredentials") is True) if allowed else None


def allowed_origins(local: Cors | None, more: str) -> Cors | None:
    """What the settings allow and, besides, the origins in `more`, between commas."""
    if local is None:
        return _cors({"CORS": more})
    return replace(local, origins=tuple(dict.fromkeys((*local.origins, *_origins(more)))))


def _origins(text: str) -> tuple[str, ...]:
    origins = (origin.strip() for origin in text.split(","))
    return tuple(origin.rstrip("/") for origin in origins if origin)


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value
