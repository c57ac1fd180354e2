"""Makes the HTTP requests of `context.call_http`."""

import json
import os
from collections.abc import Mapping

import aiohttp

from emulator.host.durable import failures
from emulator.host.durable.clock import Clock
from emulator.host.durable.codec import compact
from emulator.host.durable.failures import SocketFailure
from emulator.host.durable.history import Event, task_completed, task_failed
from emulator.host.durable.managed_identity import NoTokenError, token_for
from emulator.host.durable.records import Work

_AGENT = "Microsoft.Azure.WebJobs.Extensions.DurableTask/3.3.0"
_TIMEOUT = aiohttp.ClientTimeout(total=100)
# .NET keeps these with the content, and the extension passes only the response's own headers on.
_CONTENT_HEADERS = {"allow", "expires", "last-modified", "transfer-encoding"}


class HttpCaller:
    """Sends requests; a 202 is not polled, because SDK 1.x never asks for that.

    `environment` are the app's settings, which say where its managed identity is.
    """

    def __init__(self, clock: Clock, environment: Mapping[str, str]) -> None:
        self._clock = clock
        self._environment = environment
        self._session: aiohttp.ClientSession | None = None

    async def stop(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    async def run(self, work: Work) -> Event:
        """Make the stored request; any response is a success."""
        request: Mapping[str, object] = json.loads(work.input or "{}")
        try:
            return task_completed(self._clock.now(), work.task_id, await self._send(request))
        except NoTokenError as error:
            return self._failed(work, str(error), None)
        except aiohttp.ClientConnectorError as error:
            number = error.os_error.errno or 0
            said = SocketFailure(os.strerror(number) if number else str(error.os_error), number)
            return self._failed(work, f"{said.message} ({error.host}:{error.port})", said)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            said_of = f"{request.get('uri')}: {error or type(error).__name__}"
            return self._failed(work, said_of, None)

    def _failed(self, work: Work, reason: str, socket: SocketFailure | None) -> Event:
        details = failures.http_details(reason, socket)
        return task_failed(self._clock.now(), work.task_id, reason, details)

    async def _send(self, request: Mapping[str, object]) -> str:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=_TIMEOUT, skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type")
            )
        content = request.get("content")
        given = request.get("headers")
        headers = {"User-Agent": _AGENT}
        if isinstance(content, str):
            headers["Content-Type"] = "text/plain"
        if isinstance(given, dict):
            headers.update({str(name): str(value) for name, value in given.items()})
        source = request.get("tokenSource")
        if isinstance(source, dict):
            resource = str(source.get("resource", ""))
            token = await token_for(resource, self._session, self._environment)
            headers["Authorization"] = f"Bearer {token}"
        async with self._session.request(
            str(request.get("method", "GET")),
            str(request.get("uri", "")),
            headers=headers,
            data=content.encode() if isinstance(content, str) else None,
            allow_redirects=False,
        ) as response:
            return compact(
                {
                    "statusCode": response.status,
                    "headers": _own_headers(response.headers),
                    "content": await response.text(errors="replace"),
                }
            )


def _own_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in headers.items()
        if name.lower() not in _CONTENT_HEADERS and not name.lower().startswith("content-")
    }
