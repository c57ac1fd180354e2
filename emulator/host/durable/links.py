"""The URLs of the management API: the client binding, and the answer to a start."""

from urllib.parse import quote_plus

from emulator.host.durable.codec import compact

_WEBHOOK = "/runtime/webhooks/durabletask"
_RPC = "/durabletask"
_OPERATIONS = {
    "statusQueryGetUri": "",
    "sendEventPostUri": "/raiseEvent/{eventName}",
    "terminatePostUri": "/terminate?reason={text}",
    "rewindPostUri": "/rewind?reason={text}",
    "purgeHistoryDeleteUri": "",
    "restartPostUri": "/restart",
    "suspendPostUri": "/suspend?reason={text}",
    "resumePostUri": "/resume?reason={text}",
}


class Links:
    """Builds URLs for one task hub; `key` is the system key, empty where none is needed."""

    def __init__(self, *, public_url: str, rpc_url: str, hub: str, key: str) -> None:
        self._public = public_url.rstrip("/")
        self._rpc = rpc_url.rstrip("/").removesuffix(_RPC)
        self._hub = hub
        self._code = f"code={quote_plus(key)}" if key else ""

    def client_binding(self) -> str:
        """What a `durableClient` binding receives."""
        base = self._public + _WEBHOOK
        start = f"{base}/orchestrators/{{functionName}}[/{{instanceId}}]"
        wait = "timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}"
        return compact(
            {
                "taskHubName": self._hub,
                "connectionName": None,
                "creationUrls": {
                    "createNewInstancePostUri": _with_query(start, self._code),
                    "createAndWaitOnNewInstancePostUri": _with_query(start, wait, self._code),
                },
                "managementUrls": {"id": "INSTANCEID", **self._management(base, "INSTANCEID")},
                "baseUrl": base,
                "requiredQueryStringParameters": self._code,
                "rpcBaseUrl": f"{self._rpc}{_RPC}/",
                "httpBaseUrl": None,
                "maxGrpcMessageSizeInBytes": None,
                "grpcHttpClientTimeout": None,
            }
        )

    def payload(self, origin: str, instance_id: str) -> dict[str, str]:
        """The answer to a start; `origin` is where the request came in (`http://host:port`)."""
        escaped = quote_plus(instance_id, safe="!*()")
        urls = self._management(origin + _WEBHOOK, escaped)
        del urls["rewindPostUri"]
        return {"id": instance_id, **urls}

    def _management(self, base: str, instance_id: str) -> dict[str, str]:
        common = f"taskHub={self._hub}&connection=Storage"
        return {
            name: _with_query(f"{base}/instances/{instance_id}{operation}", common, self._code)
            for name, operation in _OPERATIONS.items()
        }


def _with_query(url: str, *parts: str) -> str:
    query = "&".join(part for part in parts if part)
    if not query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{query}"
