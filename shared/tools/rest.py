"""Tools that are plain REST calls against the ERP: a contract is all they need."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import aiohttp
from azure.core.exceptions import AzureError

from shared.contracts.tools import Arguments, RestCall
from shared.errors import ErpBusyError, ErpError
from shared.ports import ToolAnswered, ToolInvocation, ToolRefused
from shared.retry_after import retry_after
from shared.tools.breaker import CircuitBreaker, HostDownError

type TokenProvider = Callable[[], Awaitable[str]]

TOO_MANY = 429
UNAVAILABLE = 503
RETRYABLE = frozenset({408, TOO_MANY, 500, 502, 504})


UNSAID = {401: "erp_forbids", 403: "erp_forbids", 404: "erp_has_none", 409: "erp_conflict"}
"""What a refusal without words means to people: keys of the wording."""


class RestTools:
    """`base_url` is the ERP's; `token` gives a bearer token for it. One host, one breaker.
    `watchers` are told of each request."""

    def __init__(
        self,
        base_url: str,
        token: TokenProvider,
        breaker: CircuitBreaker | None = None,
        watchers: Sequence[aiohttp.TraceConfig] = (),
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._breaker = breaker or CircuitBreaker()
        self._watchers = list(watchers)
        self._session: aiohttp.ClientSession | None = None

    async def call(self, invocation: ToolInvocation) -> ToolAnswered | ToolRefused:
        contract = invocation.contract
        status, body, headers = await self._send(invocation, contract.rest, invocation.args)
        if status in RETRYABLE:
            what, wait = f"{contract.name}: the ERP answered {status}", retry_after(headers)
            if status == TOO_MANY:
                raise ErpBusyError(what, retry_after=wait)
            raise ErpError(what, sent=True, retry_after=wait)
        if status >= 300:
            said = body.get("detail") or body.get("title")
            return ToolRefused(status, str(said or UNSAID.get(status, "erp_refused")))
        return ToolAnswered(body)

    async def find(self, invocation: ToolInvocation) -> dict[str, object] | None:
        query = invocation.contract.reconcile
        assert query is not None, "only called for contracts that declare a query"
        values: Arguments = {**invocation.args, "effectId": invocation.key}
        status, body, _ = await self._send(invocation, query, values)
        if status != 200:
            raise ErpError(f"{invocation.contract.name}: reconciling got {status}", sent=False)
        items = body.get("items")
        if isinstance(items, list):
            return items[0] if items else None
        # One record, by its path: a change was made when the record is as it was to become.
        return body if _has_become(body, invocation) else None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _send(
        self, invocation: ToolInvocation, call: RestCall, values: Arguments
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        try:
            headers = await self._headers(invocation)
        except AzureError as error:
            raise ErpError(f"no token for the ERP: {type(error).__name__}", sent=False) from error
        await self._breaker.tried()
        with self._breaker.call():
            return await self._request(invocation, call, values, headers)

    async def _request(
        self,
        invocation: ToolInvocation,
        call: RestCall,
        values: Arguments,
        headers: dict[str, str],
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        """Raises HostDownError, also for 503, and ErpError for an answer that is no JSON."""
        try:
            async with self._open().request(
                call.method,
                self._base_url + _path(call.path, values),
                params=_query(call, values),
                json=dict(_beside_path(call, values))
                if call.method in ("POST", "PUT", "PATCH")
                else None,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=invocation.contract.timeout_ms / 1000),
                allow_redirects=False,
            ) as response:
                if response.status == UNAVAILABLE:
                    # Whoever answers it may be a gateway behind which the ERP has acted.
                    raise HostDownError(
                        f"{invocation.contract.name}: the ERP answered 503",
                        sent=True,
                        retry_after=retry_after(response.headers),
                    )
                return response.status, await _content(response), dict(response.headers)
        except aiohttp.ClientConnectorError as error:
            raise HostDownError("the ERP cannot be reached", sent=False) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            name = type(error).__name__
            raise HostDownError(f"the ERP did not answer: {name}", sent=True) from error
        except ValueError as error:
            raise ErpError("the ERP answered no JSON", sent=True) from error

    async def _headers(self, invocation: ToolInvocation) -> dict[str, str]:
        headers = {
            "Authorization": f"Bearer {await self._token()}",
            "x-tenant-id": invocation.caller.tenant_id,
            "x-user-id": invocation.caller.user_id,
            "Accept-Language": invocation.language,
            "x-correlation-id": invocation.correlation_id,
        }
        if invocation.key and invocation.contract.idempotency_key:
            headers["Idempotency-Key"] = invocation.key
        return headers

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            # One session serves every caller: a cookie set for one must not go out for another.
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(), trace_configs=self._watchers
            )
        return self._session


async def _content(response: aiohttp.ClientResponse) -> dict[str, Any]:
    """The JSON of an answer. Of a proxy's error page the status tells enough."""
    try:
        answer = await response.json(content_type=None)
    except ValueError:
        if response.status < 300:
            raise
        return {}
    return answer if isinstance(answer, dict) else {"value": answer}


def _has_become(record: Mapping[str, object], invocation: ToolInvocation) -> bool:
    call = invocation.contract.rest
    return all(record.get(name) == value for name, value in _beside_path(call, invocation.args))


def _beside_path(call: RestCall, values: Arguments) -> Iterator[tuple[str, object]]:
    """What is not in the path goes into the body."""
    return ((name, value) for name, value in values.items() if f"{{{name}}}" not in call.path)


def _path(template: str, values: Arguments) -> str:
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", quote(str(value), safe=""))
    return template


def _query(call: RestCall, values: Arguments) -> dict[str, str]:
    if isinstance(call.query, dict):
        return {
            parameter: template.format_map({k: str(v) for k, v in values.items()})
            for parameter, template in call.query.items()
        }
    return {name: str(values[name]) for name in call.query if values.get(name) is not None}
