"""HTTP requests of the terminal program: JSON out, JSON or a stream of lines back."""

import http.client
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class UnreachableError(Exception):
    """Nobody answered, or the connection broke; the message is the system's own words."""


class StatusError(Exception):
    """The answer's status is an error; `document` is its JSON body, {} when it has none."""

    def __init__(self, status: int, document: Mapping[str, object]) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.document = document


def send(
    method: str,
    url: str,
    *,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    timeout: float,
    ca_file: Path | None = None,
) -> http.client.HTTPResponse:
    """The open answer, to be closed by the caller; `timeout` in seconds is for each read of it.

    Raises `StatusError` and `UnreachableError`.
    """
    data = None if body is None else json.dumps(body).encode()
    # What is asked are addresses of the local platform, or what its user names.
    request = urllib.request.Request(  # noqa: S310
        url, data, dict(headers or {}), method=method
    )
    if data is not None:
        request.add_header("Content-Type", "application/json")
    tls = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca_file))
    # What is on this machine is asked directly; to Azure a proxy may be the only way.
    proxies: dict[str, str] | None = {} if urlsplit(url).hostname in LOOPBACK else None
    opener = urllib.request.build_opener(urllib.request.ProxyHandler(proxies), tls)
    try:
        return cast(http.client.HTTPResponse, opener.open(request, timeout=timeout))
    except urllib.error.HTTPError as error:
        with error:
            raise StatusError(error.code, _document(error.read())) from None
    except urllib.error.URLError as error:
        raise UnreachableError(str(error.reason)) from None
    except (OSError, http.client.HTTPException) as error:
        raise UnreachableError(str(error) or type(error).__name__) from None


def send_for_json(
    method: str,
    url: str,
    *,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    timeout: float,
    ca_file: Path | None = None,
) -> Mapping[str, object]:
    """The answer's JSON object, {} when it is something else; raises as `send` does."""
    answer = send(method, url, body=body, headers=headers, timeout=timeout, ca_file=ca_file)
    try:
        with answer:
            return _document(answer.read())
    except (OSError, http.client.HTTPException) as error:
        raise UnreachableError(str(error)) from None


def _document(content: bytes) -> Mapping[str, object]:
    try:
        document = json.loads(content)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
