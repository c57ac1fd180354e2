"""MCP's JSON-RPC: both ways to begin, the handshake of 2025 and the stateless way of 2026.

Source: the specification of 2025-11-25 and of 2026-07-28, and `mcp` 2.3 as a client of both.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .store import Record, Records
from .tools import Tool, ToolFailed

MODERN = "2026-07-28"
HANDSHAKES = ("2025-11-25", "2025-06-18", "2025-03-26")
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INVALID_REQUEST = -32600
UNSUPPORTED_VERSION = -32022

type Result = dict[str, object]


class RpcError(Exception):
    """An error answer of JSON-RPC."""

    def __init__(self, code: int, message: str, data: object = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


@dataclass(frozen=True, slots=True)
class Caller:
    """`part` is whose records are seen; a call with a `key` that was answered is not made again.
    `modern`: the request is of the stateless protocol."""

    part: str
    key: str | None
    modern: bool


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    version: str
    tools: Mapping[str, Tool]
    records: Records

    def answer(self, method: str, params: Record, caller: Caller) -> Result:
        """The result of one request. Raises RpcError."""
        match method:
            case "server/discover":
                return self._cacheable(
                    {"supportedVersions": [MODERN], "capabilities": {"tools": {}}}
                )
            case "initialize":
                return self._initialized(params)
            case "ping":
                return {}
            case "tools/list":
                listed: Result = {"tools": [dict(tool.declared) for tool in self.tools.values()]}
                return self._cacheable(listed) if caller.modern else listed
            case "tools/call":
                return self._called(params, caller)
            case _:
                raise RpcError(METHOD_NOT_FOUND, f"Method not found: {method}")

    def _initialized(self, params: Record) -> Result:
        wanted = str(params.get("protocolVersion"))
        return {
            "protocolVersion": wanted if wanted in HANDSHAKES else HANDSHAKES[0],
            "capabilities": {"tools": {}},
            "serverInfo": self._info,
        }

    def _called(self, params: Record, caller: Caller) -> Result:
        tool = self.tools.get(str(params.get("name")))
        if tool is None:
            raise RpcError(INVALID_PARAMS, f"Unknown tool: {params.get('name')}")
        arguments: Any = params.get("arguments") or {}
        if not isinstance(arguments, dict):
            raise RpcError(INVALID_PARAMS, "The arguments are not an object.")
        result = self._once(tool, arguments, caller)
        return {"resultType": "complete", **result} if caller.modern else result

    def _once(self, tool: Tool, arguments: Record, caller: Caller) -> Result:
        if caller.key is None:
            return self._made(tool, arguments, caller)
        known = self.records.answered(caller.part, caller.key)
        if known is None:
            known = self._made(tool, arguments, caller)
            self.records.remember(caller.part, caller.key, known)
        return known

    def _made(self, tool: Tool, arguments: Record, caller: Caller) -> Result:
        try:
            content = tool.call(caller.part, arguments, self.records)
        except ToolFailed as failed:
            return {"content": [{"type": "text", "text": str(failed)}], "isError": True}
        text = json.dumps(content, ensure_ascii=False)
        return {"content": [{"type": "text", "text": text}], "structuredContent": content}

    def _cacheable(self, result: Result) -> Result:
        meta = {"io.modelcontextprotocol/serverInfo": self._info}
        hints = {"resultType": "complete", "ttlMs": 0, "cacheScope": "private"}
        return {**hints, **result, "_meta": meta}

    @property
    def _info(self) -> dict[str, str]:
        return {"name": self.name, "version": self.version}
