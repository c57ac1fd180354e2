"""What runs on this machine just now, as the emulator wrote it down."""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from .errors import CommandError

DATA = Path(".eira")
ANNOUNCED = DATA / "urls.json"
NOTHING_RUNS = "nothing runs here; start it with `./eira up` (in another terminal)."
CONNECT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Running:
    """The URLs (without a trailing slash) of the app and its services, and the file of their CA;
    `http` are those of the services that a browser can open."""

    app: str
    services: dict[str, str]
    ca_file: Path
    http: Mapping[str, str] = field(default_factory=dict)

    @property
    def page(self) -> str | None:
        """Of the front end."""
        return self.http.get("staticweb")

    def page_answers(self) -> bool:
        """Whether the front end is there: it is served once it is built."""
        if self.page is None:
            return False
        place = urlsplit(self.page)
        connection = HTTPConnection(place.hostname or "", place.port, timeout=CONNECT_SECONDS)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


def find_running(data: Path = DATA) -> Running:
    """The platform whose data folder this is; raises `CommandError` when nothing runs."""
    running = read_running(data)
    # A run that was killed leaves its file behind: only somebody who answers runs.
    if running is None or not any(
        _answers(url) for url in (running.app, *running.services.values())
    ):
        raise CommandError(NOTHING_RUNS)
    return running


def read_running(data: Path = DATA) -> Running | None:
    """What the file in the data folder says; None when there is none, or not yet a whole one."""
    try:
        document = cast(object, json.loads((data / "urls.json").read_text("utf-8")))
        return _parse(document)
    except (OSError, ValueError, KeyError):
        return None


def _parse(document: object) -> Running:
    if not isinstance(document, dict) or not isinstance(document["services"], dict):
        raise ValueError("urls.json is not as the emulator writes it")
    services = {str(name): str(url) for name, url in document["services"].items()}
    told = document.get("http", {})
    http = {str(name): str(url) for name, url in told.items()} if isinstance(told, dict) else {}
    return Running(str(document["app"]), services, Path(str(document["caFile"])), http)


def _answers(url: str) -> bool:
    place = urlsplit(url)
    try:
        with socket.create_connection((place.hostname, place.port or 443), CONNECT_SECONDS):
            return True
    except OSError:
        return False
