"""The supervisor: starts the services and the host, watches them, stops them together."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from emulator.plan import CloudOptions, Plan, make_plan
from emulator.processes import Child
from emulator.services.configuration import ConfigurationError
from emulator.services.identity.secret import MSI_PATH, identity_header
from emulator.services.tls import Authority, ensure_authority

EXIT_DIED = 1
EXIT_BAD_INPUT = 2
EXIT_OCCUPIED = 3

COSMOS_SCOPE = "https://cosmos.azure.com/.default"

HOST = "host"

_URLS = "urls.json"
_APP_ENV = "app.env"
_READY_SECONDS = 60.0
_STOP_SECONDS = 1.0
_KEPT_WHEN_FRESH = ("ca", "keys")


class CloudError(Exception):
    """The cloud cannot start or has ended; the message is one line that says what to do."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True)
class Urls:
    """Where everything is, without trailing slashes; what urls.json holds.

    `http` are those of the services that answer in plain http too, as a person's browser asks.
    `identity_endpoint` is None when the identity service was left out.
    """

    app: str
    services: Mapping[str, str]
    http: Mapping[str, str]
    ca_file: Path
    identity_endpoint: str | None

    def to_json(self) -> dict[str, object]:
        return {
            "app": self.app,
            "services": dict(self.services),
            "http": dict(self.http),
            "caFile": str(self.ca_file),
            "identityEndpoint": self.identity_endpoint,
        }


@dataclass(frozen=True, slots=True)
class RunningCloud:
    """Everything is ready.

    `environment` is what the app is given on top of the caller's own: with it, any process on
    this machine can use the services through the real SDKs.
    """

    urls: Urls
    data: Path
    environment: Mapping[str, str]
    children: Mapping[str, Child]

    async def death(self) -> CloudError:
        """Waits until a process ends that should not, and says which and what to do."""
        return await _first_death(self.children.values())


@asynccontextmanager
async def running_cloud(options: CloudOptions) -> AsyncIterator[RunningCloud]:
    """Starts everything, and stops it all when left; raises `CloudError` when it cannot.

    For tests: `ports="random"` and a data folder of one's own let any number run side by side.
    The current folder must be the one from which the config's modules can be imported.
    """
    try:
        plan = make_plan(options)
    except ConfigurationError as error:
        raise CloudError(str(error), EXIT_BAD_INPUT) from None
    with _locked(plan.data):
        # A killed supervisor leaves its announcement behind.
        for name in (_URLS, _APP_ENV):
            (plan.data / name).unlink(missing_ok=True)
        if options.fresh:
            _forget(plan)
        _check_ports(plan)
        authority = ensure_authority(plan.data / "ca")
        urls = _urls(plan, authority)
        environment = {**_azure_environment(plan, urls, authority), **plan.app_settings}
        children: dict[str, Child] = {}
        try:
            await _start(plan, environment, children)
            await _all_ready(children)
            with _announced(plan.data, urls, environment):
                yield RunningCloud(urls, plan.data, environment, children)
        finally:
            await asyncio.gather(*(child.stop(_STOP_SECONDS) for child in children.values()))


async def _start(plan: Plan, environment: Mapping[str, str], children: dict[str, Child]) -> None:
    """Fills `children` one by one, so that none is forgotten when a start fails."""
    logs = plan.data / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    everything = {**os.environ, **environment}
    # The host takes longest, so it goes first.
    if plan.app is not None:
        children[HOST] = await Child.start(
            HOST, plan.host_command(), everything, logs / "host.log", sys.stdout.buffer
        )
    for service in plan.services:
        command = service.command(plan.config, plan.data)
        log = logs / f"{service.name}.log"
        children[service.name] = await Child.start(service.name, command, everything, log)


async def _all_ready(children: Mapping[str, Child]) -> None:
    ready = asyncio.create_task(_readiness(children.values()))
    death = asyncio.create_task(_first_death(children.values()))
    try:
        await asyncio.wait(
            {ready, death}, timeout=_READY_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        if death.done():
            raise death.result()
        if not ready.done():
            late = [child for child in children.values() if not child.ready.is_set()]
            raise CloudError(
                f"{', '.join(child.name for child in late)} did not become ready within "
                f"{_READY_SECONDS:.0f} s; see the logs in {late[0].log.parent}.",
                EXIT_DIED,
            )
    finally:
        ready.cancel()
        death.cancel()


async def _readiness(children: Collection[Child]) -> None:
    for child in children:
        await child.ready.wait()


async def _first_death(children: Collection[Child]) -> CloudError:
    endings = {asyncio.create_task(child.ended()): child for child in children}
    try:
        done, _ = await asyncio.wait(endings, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for ending in endings:
            ending.cancel()
    ending = min(done, key=lambda task: endings[task].name)
    return _obituary(endings[ending], ending.result())


def _obituary(child: Child, code: int) -> CloudError:
    said = f": {child.last_line}" if child.last_line else "."
    if not child.ready.is_set() and code in (EXIT_BAD_INPUT, EXIT_OCCUPIED):
        # Its own one line already says what to do.
        return CloudError(f"{child.name} cannot start{said}", code)
    how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
    return CloudError(
        f"{child.name} {how}; everything was stopped. Read {child.log}, then start again. "
        f"Its last line{said}",
        EXIT_DIED,
    )


def _urls(plan: Plan, authority: Authority) -> Urls:
    identity = plan.service("identity")
    endpoint = None
    if identity is not None and "httpPort" in identity.ports:
        endpoint = f"http://127.0.0.1:{identity.ports['httpPort']}{MSI_PATH}"
    return Urls(
        app=plan.app_url,
        services={service.name: service.url for service in plan.services},
        http={one.name: url for one in plan.services if (url := one.http_url) is not None},
        ca_file=authority.ca_file,
        identity_endpoint=endpoint,
    )


def _azure_environment(plan: Plan, urls: Urls, authority: Authority) -> Mapping[str, str]:
    """What makes the real SDKs trust our authority and take the managed identity."""
    environment = {
        "SSL_CERT_FILE": str(authority.bundle_file),
        "REQUESTS_CA_BUNDLE": str(authority.bundle_file),
    }
    if urls.identity_endpoint is not None:
        environment["IDENTITY_ENDPOINT"] = urls.identity_endpoint
        environment["IDENTITY_HEADER"] = identity_header(plan.identity, plan.data)
    if "cosmos" in urls.services:
        environment["AZURE_COSMOS_AAD_SCOPE_OVERRIDE"] = COSMOS_SCOPE
    return environment


def _check_ports(plan: Plan) -> None:
    for port in plan.ports:
        if not port.is_free():
            raise CloudError(
                f"Port {port.number} is taken, and {port.owner} needs it: stop the program that "
                f"uses it, or {port.remedy}.",
                EXIT_OCCUPIED,
            )


@contextmanager
def _locked(data: Path) -> Iterator[None]:
    """One cloud for one data folder; the lock ends with this process, however it ends."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("a+b") as file:
        if not _lock(file.fileno()):
            raise CloudError(
                f"Something is running already on the data folder {data}: stop it first, or name "
                "another folder with --data.",
                EXIT_OCCUPIED,
            )
        yield


def _lock(descriptor: int) -> bool:
    try:
        import fcntl
    except ImportError:
        # Windows: the ports still keep a second one from starting.
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _forget(plan: Plan) -> None:
    """Deletes what services and host stored; certificates and keys stay valid."""
    for name in (*(service.name for service in plan.services), HOST, "logs"):
        if name not in _KEPT_WHEN_FRESH:
            shutil.rmtree(plan.data / name, ignore_errors=True)


@contextmanager
def _announced(data: Path, urls: Urls, environment: Mapping[str, str]) -> Iterator[None]:
    """urls.json for whoever wants to talk to us, app.env for who runs the app in another way."""
    # Whoever finds the URLs takes the rest for there: they come last.
    files = {
        data / _APP_ENV: "".join(f"{name}={value}\n" for name, value in environment.items()),
        data / _URLS: json.dumps(urls.to_json(), indent=2) + "\n",
    }
    try:
        for path, text in files.items():
            _write(path, text)
        yield
    finally:
        for path in files:
            path.unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    """As a whole or not at all, and for nobody else's eyes: app.env holds secrets."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.touch(mode=0o600)
    unfinished.write_text(text, "utf-8")
    unfinished.replace(path)
